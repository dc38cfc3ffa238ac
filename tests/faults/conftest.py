"""A real broker that can die, a real worker that can be killed, mail that lands in a folder."""

from __future__ import annotations

import os
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
from django.db import connection
from kombu import pools

from bowerbird.celery import app
from tests.services import Redis, throwaway_redis

PATIENCE = 45.0  # seconds until what was queued must have happened
# `visibility_timeout`: after how many seconds a task of a worker that died counts as lost.
WORKER = """
import sys
from bowerbird.celery import app
if len(sys.argv) > 1:
    lost_after = {"visibility_timeout": int(sys.argv[1])}
    app.conf.broker_transport_options = {**app.conf.broker_transport_options, **lost_after}
app.worker_main(["worker", "-P", "solo", "-c", "1", "-l", "INFO", "--without-mingle"])
"""


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
        self.folder = folder
        self.mail, self.private = folder / "mail", folder / "private"
        self.log = folder / "worker.log"
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
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
    def worker(self, *, lost_after: int | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """Celery as `make worker` runs it, ended when the block ends."""
        seconds = [] if lost_after is None else [str(lost_after)]
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", WORKER, *seconds],
                cwd=settings.BASE_DIR,
                env=self._environment,
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
    return Workshop(tmp_path, broker.url)


def _url_of_the_test_database() -> str:
    server = connection.settings_dict
    who = f"{server['USER']}:{server['PASSWORD']}"
    return f"postgres://{who}@{server['HOST']}:{server['PORT']}/{server['NAME']}"
