"""Our shop for a bench: production's settings on servers that are thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "bench-only"  # of the demo's people


def environment(folder: Path, database: str, cache: str = "", **others: str) -> dict[str, str]:
    """Production behind a proxy that speaks TLS: the client must say so (X-Forwarded-Proto).

    Without a broker, tasks run within the request that asks for them.
    """
    return {
        "DJANGO_SETTINGS_MODULE": "bowerbird.settings.production",
        "SECRET_KEY": "bench-only-" * 8,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database,
        "REDIS_URL": cache,
        "CELERY_BROKER_URL": "",
        "EMAIL_URL": "dummymail://",
        "RATE_LIMIT_FACTOR": "100000",
        "MEDIA_ROOT": str(folder / "media"),
        "PRIVATE_ROOT": str(folder / "private"),
        "LOG_LEVEL": "ERROR",
        **others,
    }


def with_broker(settings: Mapping[str, str]) -> dict[str, str]:
    """Tasks are left to a worker, by the Redis of these settings."""
    return {name: value for name, value in settings.items() if name != "CELERY_BROKER_URL"}


def load_demo(settings: Mapping[str, str]) -> None:
    manage(settings, "migrate", "--verbosity", "0")
    manage(settings, "load_demo")


def manage(settings: Mapping[str, str], *command: str) -> str:
    return develop(settings, "manage.py", *command)


def develop(settings: Mapping[str, str], *command: str) -> str:
    """By the settings of development, where the demo may be loaded; what it printed."""
    development = {"DJANGO_SETTINGS_MODULE": "bowerbird.settings.dev", "DEMO_PASSWORD": PASSWORD}
    return run(list(command), {**settings, **development})


def run(command: list[str], settings: Mapping[str, str]) -> str:
    """By this Python, in the checkout. Raises RuntimeError with what it complained of."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}:\n{done.stderr[-3000:]}")
    return done.stdout


@contextmanager
def collected_files(settings: Mapping[str, str]) -> Iterator[None]:
    """As a release lays them out; gone afterwards, so that development serves its own."""
    run(["manage.py", "collectstatic", "--noinput", "--verbosity", "0"], settings)
    try:
        yield
    finally:
        shutil.rmtree(ROOT / "var/static", ignore_errors=True)
