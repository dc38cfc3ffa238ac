"""A real broker that can die, a real worker that can be killed, mail that lands in a folder."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from kombu import pools
from pytest_django import Settings

from bowerbird.celery import app
from checkout.payments import stripe as gateway
from tests.services import Redis, throwaway_redis
from tests.stripe_stand_in import SECRET, StandIn

PATIENCE = 45.0  # seconds until what was queued must have happened


def wait_until(happened: Callable[[], object], what: str, timeout: float = PATIENCE) -> None:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if happened():
            return
        time.sleep(0.05)
    raise TimeoutError(f"{what}: not within {timeout:g} s")


@pytest.fixture
def broker() -> Iterator[Redis]:
    """A Redis of this test alone; nothing in it survives its end."""
    with throwaway_redis() as server:
        yield server


@pytest.fixture
def queue(broker: Redis) -> Iterator[redis.Redis]:
    """Tasks go to the broker, as in production; what waits there can be looked at."""
    before = {name: app.conf[name] for name in ("task_always_eager", "task_eager_propagates")}
    app.conf.update(task_always_eager=False, task_eager_propagates=False)
    os.environ["CELERY_BROKER_URL"] = broker.url  # Celery reads it before its configuration
    _forget_broker()
    client = redis.Redis.from_url(broker.url)
    try:
        yield client
    finally:
        client.close()
        del os.environ["CELERY_BROKER_URL"]
        app.conf.update(before)
        _forget_broker()


def _forget_broker() -> None:
    """Connections are pooled by Kombu and held by Celery; a broker's end leaves them useless."""
    with suppress(Exception):
        pools.reset()
    app._pool = None
    app.amqp._producer_pool = None


def is_drained(queue: redis.Redis) -> bool:
    """Nothing waits, and nothing is in anybody's hands."""
    return queue.llen("celery") == 0 and queue.hlen("unacked") == 0


class Workshop:
    """Where workers run: their mail, their files, their log."""

    def __init__(self, folder: Path, broker_url: str) -> None:
        self.mail, self.log, self._mark = folder / "mail", folder / "worker.log", folder / "asleep"
        # The same as the tests' own, so that either finds what the other has rendered.
        self.private = Path(storages["private"].path(""))
        self.environment = {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "bowerbird.settings.dev",
            "DEBUG": "False",
            "DATABASE_URL": _url_of_the_test_database(),
            "CELERY_BROKER_URL": broker_url,
            "EMAIL_URL": f"filemail:///{self.mail}",
            "PRIVATE_ROOT": str(self.private),
            "MEDIA_ROOT": str(folder / "media"),
            "TMPDIR": str(folder),
        }

    @contextmanager
    def worker(
        self, *, lost_after: int | None = None, **environment: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Celery as `make worker` runs it, ended when the block ends."""
        seconds = [] if lost_after is None else [str(lost_after)]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.worker", *seconds],
                cwd=settings.BASE_DIR,
                env=self.environment | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def kill_at(self, point: str) -> None:
        """Let a worker come to this point (see `tests.faults.worker`), and pull its plug."""
        with self.worker(STALL_AT=point, STALL_MARK=str(self._mark)) as process:
            wait_until(self._mark.exists, f"a worker {point}")
            process.kill()
            process.wait()

    def mails(self) -> list[EmailMessage]:
        """Everything that was sent."""
        found = []
        for file in sorted(self.mail.glob("*.log")):
            for part in file.read_bytes().split(b"-" * 79 + b"\n"):
                if part.strip():
                    found.append(message_from_bytes(part, policy=policy.default))
        return found

    def pdfs(self) -> list[str]:
        return sorted(file.name for file in self.private.glob("invoices/*.pdf"))


@pytest.fixture
def workshop(tmp_path: Path, broker: Redis) -> Workshop:
    if connection.vendor != "postgresql":
        pytest.fail(
            "a worker beside the tests needs PostgreSQL: python -m tests.run --phase services"
        )
    made = Workshop(tmp_path, broker.url)
    shutil.rmtree(made.private, ignore_errors=True)
    return made


@pytest.fixture
def stripe_api(settings: Settings) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        yield stand_in
    gateway._client.cache_clear()


@pytest.fixture
def paid_with_stripe(workshop: Workshop, stripe_api: StandIn) -> None:
    """Its workers know the pretend Stripe too."""
    workshop.environment |= {
        "STRIPE_SECRET_KEY": "sk_test_stand_in",
        "STRIPE_API_BASE": stripe_api.base_url,
        "STRIPE_WEBHOOK_SECRET": SECRET,
    }


_INHERITED = ("PATH", "PYTHONPATH", "HOME", "LANG")


def _url_of_the_test_database() -> str:
    server = connection.settings_dict
    who = f"{server['USER']}:{server['PASSWORD']}"
    return f"postgres://{who}@{server['HOST']}:{server['PORT']}/{server['NAME']}"
