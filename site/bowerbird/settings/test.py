"""Tests: what production does, minus the cost (fast hashing, memory mail, own folders)."""

import atexit
import shutil
import tempfile
from pathlib import Path

from .base import *
from .base import DATABASES, LOGGING, STORAGES, env

SECRET_KEY = "tests-only"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "shop.example"]
LANGUAGE_CODE = "en"
LANGUAGES = WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "Deutsch")]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

_files = Path(tempfile.mkdtemp(prefix="bowerbird-test-"))
atexit.register(shutil.rmtree, _files, ignore_errors=True)
MEDIA_ROOT = _files / "media"
STORAGES["private"]["OPTIONS"] = {"location": str(_files / "private")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, because an in-memory database is not shared between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(_files / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0

# Tests that need a real cache, broker or worker ask for it (tests/faults); the rest run without.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
LIVE_PAGES = "off"
CELERY_BROKER_URL = ""
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
TASKS = {"default": {"BACKEND": "tests.indexing.OnRequest"}}
STRIPE_SECRET_KEY = ""
STRIPE_WEBHOOK_SECRETS = []
STRIPE_API_BASE = ""
VIES_URL = ""
DEMO_PASSWORD = "bowerbird"
ACCOUNT_RATE_LIMITS = False
LOGGING["root"]["level"] = env("LOG_LEVEL", default="WARNING")
