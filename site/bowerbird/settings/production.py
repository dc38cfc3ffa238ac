"""Production: every value that matters is set on purpose, or the start stops and says which."""

from django.core.exceptions import ImproperlyConfigured

from .base import *
from .base import ALLOWED_HOSTS, BASE_URL, CSRF_TRUSTED_ORIGINS, STORAGES, env


def required(name: str, why: str) -> str:
    value = str(env(name, default="")).strip()
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: {why}")
    return value


SECRET_KEY = required(
    "SECRET_KEY", "it signs sessions and links; set a long random string and keep it."
)
if len(SECRET_KEY) < 50 or SECRET_KEY.startswith("development-only"):
    raise ImproperlyConfigured("SECRET_KEY is too short or the development one: use 50 or more.")
required("ALLOWED_HOSTS", "list the host names of the shop, separated by commas.")
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is '*': name the hosts, or links can be forged.")
required("DATABASE_URL", "SQLite is for laptops; give a postgres:// address.")
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address in production.")

_stripe = {
    "STRIPE_SECRET_KEY": str(env("STRIPE_SECRET_KEY", default="")),
    "STRIPE_WEBHOOK_SECRET": str(env("STRIPE_WEBHOOK_SECRET", default="")),
}
_missing = [name for name, value in _stripe.items() if not value.strip()]
if len(_missing) == 1:
    raise ImproperlyConfigured(
        f"{_missing[0]} is not set while the other half of the Stripe configuration is: "
        "set both, or neither to sell by bank transfer only."
    )
DEMO_PASSWORD = ""

if BASE_URL.startswith("http://127.0.0.1"):
    BASE_URL = WAGTAILADMIN_BASE_URL = f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
if not CSRF_TRUSTED_ORIGINS:
    CSRF_TRUSTED_ORIGINS = [f"https://{host.lstrip('.')}" for host in ALLOWED_HOSTS]

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_REDIRECT_EXEMPT = [r"^healthz/?$"]
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
SECURE_HSTS_PRELOAD = SECURE_HSTS_INCLUDE_SUBDOMAINS
SILENCED_SYSTEM_CHECKS = ["security.W003"]  # our CSRF middleware is a subclass of Django's
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
LANGUAGE_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken"
BASKET_COOKIE_NAME = "__Host-basket"

STORAGES["staticfiles"] = {"BACKEND": "bowerbird.static_files.ReleasedFiles"}

_bucket: str = env("AWS_STORAGE_BUCKET_NAME", default="")
if _bucket:
    raise ImproperlyConfigured(
        "AWS_STORAGE_BUCKET_NAME is set, but this version keeps files on disk: unset it and "
        "mount a volume at MEDIA_ROOT and PRIVATE_ROOT."
    )
