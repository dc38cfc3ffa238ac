"""Production starts with everything set on purpose, or stops and says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
HERE = {"PYTHONPATH": str(ROOT / "site")}  # this checkout, wherever the installed one is
SECRET = "k3-" + "y7QpLw9Zr2Vn8Xc4Tb6Md1Gf5Hs0Ja" * 2
PRODUCTION = {
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "shop.example,www.shop.example",
    "DATABASE_URL": "postgres://shop:a-password@127.0.0.1:1/nothing",  # never connected to
}
STRIPE = {"STRIPE_SECRET_KEY": "sk_live_example", "STRIPE_WEBHOOK_SECRET": "whsec_example"}


def run(
    *command: str, settings: str = "production", **environment: str
) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    module = {"DJANGO_SETTINGS_MODULE": f"bowerbird.settings.{settings}"}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**kept, **HERE, **environment, **module},
        capture_output=True,
        text=True,
        timeout=120,
    )


def read(expression: str, settings: str = "production", **environment: str) -> str:
    """What a setting is in a fresh process."""
    code = f"from django.conf import settings; print(repr({expression}))"
    done = run("-c", code, settings=settings, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param({"SECRET_KEY": None}, "SECRET_KEY", id="no SECRET_KEY"),
        pytest.param({"SECRET_KEY": ""}, "SECRET_KEY", id="an empty SECRET_KEY"),
        pytest.param({"SECRET_KEY": "   "}, "SECRET_KEY", id="a blank SECRET_KEY"),
        pytest.param({"SECRET_KEY": "k" * 49}, "SECRET_KEY", id="a short SECRET_KEY"),
        pytest.param(
            {"SECRET_KEY": "development-only-key-that-guards-nothing-of-value" + "x" * 9},
            "SECRET_KEY",
            id="the development SECRET_KEY",
        ),
        pytest.param({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS", id="no ALLOWED_HOSTS"),
        pytest.param({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS", id="an empty ALLOWED_HOSTS"),
        pytest.param({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS", id="ALLOWED_HOSTS for any"),
        pytest.param(
            {"ALLOWED_HOSTS": "shop.example,*"}, "ALLOWED_HOSTS", id="ALLOWED_HOSTS and any"
        ),
        pytest.param({"DATABASE_URL": None}, "DATABASE_URL", id="no DATABASE_URL"),
        pytest.param({"DATABASE_URL": ""}, "DATABASE_URL", id="an empty DATABASE_URL"),
        pytest.param({"DATABASE_URL": "sqlite:////tmp/shop.sqlite3"}, "DATABASE_URL", id="SQLite"),
        pytest.param(
            {"STRIPE_SECRET_KEY": STRIPE["STRIPE_SECRET_KEY"]},
            "STRIPE_WEBHOOK_SECRET",
            id="Stripe without its webhook secret",
        ),
        pytest.param(
            {"STRIPE_WEBHOOK_SECRET": STRIPE["STRIPE_WEBHOOK_SECRET"]},
            "STRIPE_SECRET_KEY",
            id="Stripe without its key",
        ),
        pytest.param(
            STRIPE | {"STRIPE_WEBHOOK_SECRET": " "},
            "STRIPE_WEBHOOK_SECRET",
            id="Stripe with a blank webhook secret",
        ),
        pytest.param(
            {"AWS_STORAGE_BUCKET_NAME": "pictures"},
            "AWS_STORAGE_BUCKET_NAME",
            id="a bucket, which is not used yet",
        ),
    ],
)
def test_production__refuses_to_start_and_names_the_variable(
    change: Mapping[str, str | None], named: str
) -> None:
    changed = {**PRODUCTION, **change}
    environment = {name: value for name, value in changed.items() if value is not None}
    done = run("-c", "from django.conf import settings; settings.DEBUG", **environment)
    assert done.returncode != 0
    last_line = done.stderr.strip().splitlines()[-1]
    assert last_line.startswith("django.core.exceptions.ImproperlyConfigured:")
    assert named in last_line
    for value in (SECRET, "a-password", *STRIPE.values()):
        assert value not in done.stderr


@pytest.mark.parametrize(
    "stripe",
    [pytest.param({}, id="without Stripe"), pytest.param(STRIPE, id="with Stripe")],
)
def test_production__starts_and_passes_the_deployment_checks(stripe: dict[str, str]) -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, **stripe)
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


def test_production__several_webhook_secrets_while_one_rolls() -> None:
    both = PRODUCTION | STRIPE | {"STRIPE_WEBHOOK_SECRET": "whsec_new,whsec_old"}
    assert read("settings.STRIPE_WEBHOOK_SECRETS", **both) == "['whsec_new', 'whsec_old']"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DEBUG", "False"),
        ("DEMO_PASSWORD", "''"),
        ("SESSION_COOKIE_SECURE", "True"),
        ("SESSION_COOKIE_HTTPONLY", "True"),
        ("CSRF_COOKIE_SECURE", "True"),
        ("SECURE_SSL_REDIRECT", "True"),
        ("SECURE_HSTS_SECONDS", "31536000"),
        ("BASE_URL", "'https://shop.example'"),
        ("WAGTAILADMIN_BASE_URL", "'https://shop.example'"),
        ("CSRF_TRUSTED_ORIGINS", "['https://shop.example', 'https://www.shop.example']"),
    ],
)
def test_production__setting(name: str, value: str, production: dict[str, str]) -> None:
    assert production[name] == value


@pytest.fixture(scope="module")
def production() -> dict[str, str]:
    """Every setting, as text; what a laptop's environment would like to bring is ignored."""
    names = "{name: repr(getattr(settings, name)) for name in dir(settings) if name.isupper()}"
    shown = read(names, **PRODUCTION, DEBUG="true", DEMO_PASSWORD="bowerbird")
    settings: dict[str, str] = eval(shown, {"__builtins__": {}})  # a dict of texts
    return settings


def test_development__works_with_nothing_set() -> None:
    values = read(
        "[settings.DEBUG, bool(settings.SECRET_KEY), settings.DEMO_PASSWORD, "
        "settings.CELERY_TASK_ALWAYS_EAGER, settings.DATABASES['default']['ENGINE']]",
        settings="dev",
    )
    assert values == "[True, True, 'bowerbird', True, 'django.db.backends.sqlite3']"


def test_development__is_not_what_a_server_starts_with() -> None:
    """Whoever forgets DJANGO_SETTINGS_MODULE gets production, which then says what is missing."""
    code = (
        "import os; os.environ.pop('DJANGO_SETTINGS_MODULE'); import bowerbird.wsgi;"
        "print(os.environ['DJANGO_SETTINGS_MODULE'])"
    )
    done = run("-c", code)
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


@pytest.mark.parametrize(
    ("redis", "broker"),
    [
        pytest.param("redis://h:6379/0", "redis://h:6379/1", id="the next database"),
        pytest.param("redis://h:6379/7", "redis://h:6379/8", id="the next database after seven"),
        pytest.param("redis://h:6379", "redis://h:6379/1", id="no database named"),
        pytest.param("redis://h:6379/", "redis://h:6379/1", id="nor behind the slash"),
    ],
)
def test_broker__is_never_the_cache_s_own_database(redis: str, broker: str) -> None:
    assert read("settings.CELERY_BROKER_URL", settings="dev", REDIS_URL=redis) == repr(broker)


def test_broker__named_is_taken() -> None:
    given = {"REDIS_URL": "redis://h:6379/0", "CELERY_BROKER_URL": "amqp://rabbit/"}
    assert read("settings.CELERY_BROKER_URL", settings="dev", **given) == "'amqp://rabbit/'"


def test_rate_limits__grow_by_the_factor() -> None:
    limits = "settings.ACCOUNT_RATE_LIMITS['signup']"
    assert read(limits, settings="dev") == "'20/m/ip'"
    assert read(limits, settings="dev", RATE_LIMIT_FACTOR="50") == "'1000/m/ip'"
