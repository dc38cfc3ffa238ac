"""Settings common to every environment; each value that may differ comes from the environment.

Read together with the configuration table in README.md.
"""

import sys
from pathlib import Path

import environ
from csp.constants import NONE, SELF, UNSAFE_INLINE
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from kombu import Queue

from bowerbird import redis_databases

BASE_DIR = Path(__file__).resolve().parents[3]
VAR_DIR = BASE_DIR / "var"

env = environ.Env()

DEBUG = False
SECRET_KEY = env("SECRET_KEY", default="")
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=[])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
BASE_URL: str = env("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ROOT_URLCONF = "bowerbird.urls"
WSGI_APPLICATION = "bowerbird.wsgi.application"
ASGI_APPLICATION = "bowerbird.asgi.application"

INSTALLED_APPS = [
    "bowerbird",
    "content",
    "home",
    "products",
    "basket",
    "checkout",
    "search",
    "accounts",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.settings",
    "wagtail.contrib.simple_translation",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "csp",
    "django_countries",
    "allauth",
    "allauth.account",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django_filters",
]

MIDDLEWARE = [
    "content.live_pages.middleware.LivePages",
    "bowerbird.speculation.Prefetches",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bowerbird.doors.ContentSecurityPolicy",
    "bowerbird.doors.DoorsMiddleware",
    "bowerbird.middleware.DatabaseTimeoutMiddleware",
    "basket.sessions.Sessions",
    "basket.middleware.RememberUnits",
    "django.middleware.locale.LocaleMiddleware",
    "content.at_hand.AtHand",
    "django.middleware.common.CommonMiddleware",
    "bowerbird.middleware.SameOriginCsrfMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "content.context_processors.site_furniture",
                "basket.context_processors.basket",
            ],
        },
    },
]

# --- Data -----------------------------------------------------------------------------------

DATABASE_URL = env("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'db.sqlite3'}"
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    # IMMEDIATE takes the write lock at BEGIN: without it two readers that both want to write
    # fail half-way, and a race test on SQLite would prove nothing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
        f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=30_000)}"
        f" -c lock_timeout={env.int('LOCK_TIMEOUT_MS', default=10_000)}"
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL: str = env("REDIS_URL", default="")
REDIS_ADDRESSES = redis_databases.addresses(REDIS_URL) if REDIS_URL else {}
if REDIS_URL:
    # A shop without its cache is slower, not closed: errors are logged and read as misses.
    _redis = {
        "KEY_PREFIX": env("CACHE_KEY_PREFIX", default="bowerbird"),
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 1,
        },
    }
    CACHES = {
        "default": {
            "BACKEND": "bowerbird.caches.RedisOrMemory",
            "LOCATION": REDIS_ADDRESSES["cache"],
            **_redis,
        },
        "sessions": {
            "BACKEND": "django_redis.cache.RedisCache",
            "LOCATION": REDIS_ADDRESSES["sessions"],
            **_redis,
        },
    }
    DJANGO_REDIS_LOG_IGNORED_EXCEPTIONS = True
    SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    SESSION_CACHE_ALIAS = "sessions"
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    SESSION_ENGINE = "django.contrib.sessions.backends.db"
# Whole pages, kept as ready bytes: "redis", "memory" (for a shop of a single process) or "off".
LIVE_PAGES: str = env("LIVE_PAGES", default="redis" if REDIS_URL else "off")
if LIVE_PAGES not in {"redis", "memory", "off"} or (LIVE_PAGES == "redis" and not REDIS_URL):
    raise ImproperlyConfigured("LIVE_PAGES is redis (with REDIS_URL), memory or off.")
LIVE_PAGES_URL: str = REDIS_ADDRESSES.get("pages", "")
LIVE_PAGES_PREFIX = f"{env('CACHE_KEY_PREFIX', default='bowerbird')}:pages"
LIVE_PAGES_BYTES: int = env.int("LIVE_PAGES_MB", default=64) * 1024 * 1024  # a process
# A net below the net: no copy is given out for longer, whatever was or was not told.
LIVE_PAGES_MAX_AGE: int = env.int("LIVE_PAGES_MAX_AGE", default=600)  # seconds
BASKET_COOKIE_NAME = "basket"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
# Cookie first, so that a message to a visitor without a basket starts no session.
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"

# --- Background work ------------------------------------------------------------------------

CELERY_BROKER_URL: str = env("CELERY_BROKER_URL", default=REDIS_ADDRESSES.get("broker", ""))
# A laptop without a broker runs every task at once, in the process that asked for it.
CELERY_TASK_ALWAYS_EAGER = not CELERY_BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Celery opens a connection to the database for each task. Ours are kept: see `bowerbird.celery`.
CELERY_DB_REUSE_MAX = sys.maxsize
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # How long a task of a killed worker stays lost; above the hard time limit, never below.
    "visibility_timeout": 180,
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_TIMEZONE = "UTC"
# A worker takes from each in turn, so that no e-mail waits behind an afternoon's uploads.
CELERY_TASK_QUEUES = (Queue("celery"), Queue("imports"), Queue("pictures"))
CELERY_TASK_ROUTES = {
    "content.tasks.make_renditions": {"queue": "pictures"},
    "products.tasks.work_on_import": {"queue": "imports"},
}
# Every entry is also what `manage.py catch_up` runs, in this order: what money came is heard before
# reservations end, and documents are made before the e-mails that carry them.
CELERY_BEAT_SCHEDULE = {
    "tell-owed-moves": {"task": "content.tasks.tell_owed_moves", "schedule": 15},
    "publish-scheduled-pages": {"task": "content.tasks.publish_scheduled", "schedule": 60},
    "process-late-events": {"task": "checkout.tasks.process_due_events", "schedule": 60},
    "reconcile-payments": {"task": "checkout.tasks.reconcile_open_payments", "schedule": 120},
    "reconcile-days": {"task": "checkout.tasks.reconcile_due_days", "schedule": 30 * 60},
    "release-expired-orders": {"task": "checkout.tasks.release_expired", "schedule": 60},
    "refund-due": {"task": "checkout.tasks.make_due_refunds", "schedule": 120},
    "check-due-vat-numbers": {
        "task": "checkout.tasks.check_due_vat_numbers",
        "schedule": 5 * 60,
    },
    "render-due-invoices": {"task": "checkout.tasks.render_due_invoices", "schedule": 120},
    "send-due-emails": {"task": "checkout.tasks.send_due_emails", "schedule": 60},
    "make-due-renditions": {"task": "content.tasks.make_due_renditions", "schedule": 10 * 60},
    "tell-what-is-back": {"task": "products.tasks.send_due_alerts", "schedule": 60},
    "forget-old-alerts": {"task": "products.tasks.forget_old_alerts", "schedule": 24 * 60 * 60},
    "work-on-due-imports": {"task": "products.tasks.work_on_due_imports", "schedule": 60},
    "put-places-right": {"task": "products.tasks.put_places_right", "schedule": 60},
    "clear-sessions": {"task": "content.tasks.clear_sessions", "schedule": 24 * 60 * 60},
}

# --- Mail -----------------------------------------------------------------------------------

EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL: str = env("DEFAULT_FROM_EMAIL", default="Bower <shop@bower.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# --- Accounts -------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account_home"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True
# An address is proved before it opens an account: only then may sign-up answer the same for
# known and unknown addresses.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
RATE_LIMIT_FACTOR: int = env.int("RATE_LIMIT_FACTOR", default=1)
ACCOUNT_RATE_LIMITS = {
    "login": f"{30 * RATE_LIMIT_FACTOR}/m/ip",
    "login_failed": f"{10 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/5m/key",
    "signup": f"{20 * RATE_LIMIT_FACTOR}/m/ip",
    "reset_password": f"{20 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/m/key",
    "reset_password_from_key": f"{20 * RATE_LIMIT_FACTOR}/m/ip",
    "change_password": f"{5 * RATE_LIMIT_FACTOR}/m/user",
    "manage_email": f"{10 * RATE_LIMIT_FACTOR}/m/user",
    "reauthenticate": f"{10 * RATE_LIMIT_FACTOR}/m/user",
    "confirm_email": f"{RATE_LIMIT_FACTOR}/10s/key",
    # Not of accounts, though counted in the same way: see content/limits.py.
    "find_order": f"{20 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/h/key",
    "coupon": f"{20 * RATE_LIMIT_FACTOR}/m/ip,{100 * RATE_LIMIT_FACTOR}/d/ip",
    "order_lookup": f"{10 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/h/key",
    "stock_alert": f"{10 * RATE_LIMIT_FACTOR}/m/ip,{5 * RATE_LIMIT_FACTOR}/h/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", default=0)

# --- Language and time ----------------------------------------------------------------------

# The first is the source language; each further one needs its translation of the interface.
LANGUAGES = [
    (code, LANG_INFO[code]["name_local"]) for code in env.list("SHOP_LANGUAGES", default=["en-gb"])
]
LANGUAGE_CODE: str = LANGUAGES[0][0]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE: str = env("TIME_ZONE", default="Europe/London")
USE_I18N = True
USE_TZ = True

# --- Files ----------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Invoices and whatever else only its owner and staff may read: outside MEDIA_ROOT, no URL.
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env("PRIVATE_ROOT", default=str(VAR_DIR / "private"))},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# "Fragile" and "fragile" are one tag, of pictures and of orders.
TAGGIT_CASE_INSENSITIVE = True
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# --- Doors ----------------------------------------------------------------------------------

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
X_FRAME_OPTIONS = "DENY"  # but for the editor's preview: see bowerbird/doors.py
STRIPE_API_BASE: str = env("STRIPE_API_BASE", default="")
# Of the European Commission's look-up of VAT numbers; none: they are not looked up.
VIES_URL: str = env("VIES_URL", default="").rstrip("/")
# Where a form may lead: the order form ends on the payment page of Stripe, or of its stand-in.
PAYMENT_ORIGINS: list[str] = env.list(
    "PAYMENT_ORIGINS", default=["https://checkout.stripe.com", *filter(None, [STRIPE_API_BASE])]
)
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *PAYMENT_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
# Wagtail's editor has inline scripts and styles, and shows pictures before they are stored.
CONTENT_SECURITY_POLICY_OF_ADMIN = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}
PERMISSIONS_POLICY = ", ".join(
    f"{power}=()"
    for power in (
        *("accelerometer", "autoplay", "camera", "display-capture", "geolocation", "gyroscope"),
        *("magnetometer", "microphone", "midi", "payment", "usb", "browsing-topics"),
    )
)

# --- Wagtail --------------------------------------------------------------------------------

WAGTAIL_SITE_NAME = "Bowerbird"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAILIMAGES_IMAGE_MODEL = "content.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "content.forms.PictureForm"
WAGTAILIMAGES_EXTENSIONS = ["avif", "gif", "jpg", "jpeg", "png", "webp"]
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 20 * 1024 * 1024
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_RESET_ENABLED = False  # one way in, and one way back in: /account/
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
# Uploaded files are handed out to be saved, never to be shown by the shop's own address.
WAGTAILDOCS_INLINE_CONTENT_TYPES: list[str] = []
WAGTAILDOCS_SERVE_METHOD = "serve_view"
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "epub", "ods", "odt", "pdf", "pptx", "txt", "xlsx", "zip"]
WAGTAILDOCS_MAX_UPLOAD_SIZE = 50 * 1024 * 1024
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "search.backend"}}
WAGTAILEMBEDS_RESPONSIVE_HTML = True
TAGGIT_CASE_INSENSITIVE = True

# --- The shop -------------------------------------------------------------------------------

SHOP_CURRENCY: str = env("SHOP_CURRENCY", default="GBP")
BASKET_MAX_QUANTITY: int = env.int("BASKET_MAX_QUANTITY", default=20)
BASKET_PRICE_HOLD: int = env.int("BASKET_PRICE_HOLD", default=24 * 60 * 60)  # seconds
# How long stock stays reserved for an order that is not paid. Stripe asks for 35 minutes at least.
ORDER_PAYMENT_WINDOW: int = env.int("ORDER_PAYMENT_WINDOW", default=30 * 60)  # seconds
ORDER_TRANSFER_WINDOW: int = env.int("ORDER_TRANSFER_WINDOW", default=7 * 24 * 60 * 60)  # seconds
# Imports fetch pictures from public addresses only; from this machine where tests say so.
IMPORT_FROM_LOOPBACK: bool = env.bool("IMPORT_FROM_LOOPBACK", default=False)
STRIPE_SECRET_KEY: str = env("STRIPE_SECRET_KEY", default="")
# Several, comma separated, while one secret is being replaced by the next.
STRIPE_WEBHOOK_SECRETS: list[str] = env.list("STRIPE_WEBHOOK_SECRET", default=[])
DEMO_PASSWORD: str = env("DEMO_PASSWORD", default="")

# --- Logs -----------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {
        "celery.app.trace": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "fontTools": {"level": "WARNING"},
        "kombu.connection": {"level": "ERROR"},  # it would have a broker where there is none
        "weasyprint": {"level": "ERROR"},
    },
}
