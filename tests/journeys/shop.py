"""A whole shop as processes of its own, for the browser: server, worker, database, mail folder."""

from __future__ import annotations

import email
import email.policy
import fcntl
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "journeys-only"
PATIENCE = 120  # seconds for a server to answer


@dataclass(frozen=True)
class Shop:
    url: str
    environment: dict[str, str]
    folder: Path

    def manage(self, *arguments: str) -> str:
        """Run manage.py against this shop's database; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def python(self, code: str) -> str:
        return self.manage("shell", "--no-imports", "--command", code).strip()

    def mail(self) -> list[EmailMessage]:
        """Everything this shop sent, oldest first."""
        found = []
        for path in sorted((self.folder / "mail").glob("*"), key=lambda path: path.stat().st_mtime):
            for part in path.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
                if part.strip():
                    message = email.message_from_bytes(part, policy=email.policy.default)
                    assert isinstance(message, EmailMessage)
                    found.append(message)
        return found

    def wait_for_mail(self, to: str, count: int = 1) -> list[EmailMessage]:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = [message for message in self.mail() if message["To"] == to]
            if len(found) >= count:
                return found
            time.sleep(0.2)
        raise AssertionError(f"no mail to {to} within {PATIENCE} seconds")


def a_shop(folder: Path, port: int, **settings: str) -> Shop:
    """As development has it, with its files in this folder and, unless told, SQLite."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PYTEST")
    } | {
        "DJANGO_SETTINGS_MODULE": "bowerbird.settings.dev",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "REDIS_URL": "",
        "MEDIA_ROOT": str(folder / "media"),
        "PRIVATE_ROOT": str(folder / "private"),
        "EMAIL_URL": f"filemail:///{folder / 'mail'}",
        "DEMO_PASSWORD": PASSWORD,
        "RATE_LIMIT_FACTOR": "100",
        "LOG_LEVEL": "WARNING",
        "WEB_HOST": "127.0.0.1",
        "PORT": str(port),
        **settings,
    }
    return Shop(environment["BASE_URL"], environment, folder)


def stock(shop: Shop) -> None:
    """Migrate its database, and fill it with the demo."""
    shop.manage("migrate", "--verbosity", "0")
    shop.manage("load_demo")


def copy_of_laptop(shared: Path, folder: Path, port: int) -> Shop:
    """One on SQLite; the first process that asks loads the demo for all that share the folder."""
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "laptop").exists():
            unfinished = shared / "unfinished"
            unfinished.mkdir()
            stock(a_shop(unfinished, port))
            unfinished.rename(shared / "laptop")
    shutil.copytree(shared / "laptop", folder, dirs_exist_ok=True)
    shop = a_shop(folder, port)
    shop.manage("load_demo")  # which only tells it its new address
    return shop


@contextmanager
def running_shop(
    folder: Path, port: int, *, worker: bool = False, **settings: str
) -> Iterator[Shop]:
    """The demo shop, freshly loaded, on this port until the block ends."""
    shop = a_shop(folder, port, **settings)
    stock(shop)
    with running(shop, worker=worker):
        yield shop


@contextmanager
def running(shop: Shop, *, worker: bool = False) -> Iterator[Shop]:
    """It answers until the block ends."""
    (shop.folder / "mail").mkdir(parents=True, exist_ok=True)
    commands: list[Sequence[str]] = [("deploy.web",)]
    if worker:
        commands.append(("celery", "-A", "bowerbird", "worker", "-c", "1", "-l", "WARNING"))
    with _processes(commands, shop.environment, shop.folder):
        _wait_for(f"{shop.url}/healthz")
        yield shop


@contextmanager
def new_database(url: str, name: str) -> Iterator[str]:
    """The address of an empty PostgreSQL database beside the one of `url`."""
    beside = urlsplit(url)
    maintenance = beside._replace(path="/postgres").geturl()
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield beside._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextmanager
def _processes(
    commands: Sequence[Sequence[str]], environment: dict[str, str], folder: Path
) -> Iterator[None]:
    started = []
    log = (folder / "server.log").open("ab")
    try:
        for command in commands:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", *command],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                )
            )
        yield
    finally:
        for process in started:
            process.terminate()
        for process in started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()
        log.close()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        with suppress(OSError):  # refused, reset, or slow to answer
            urllib.request.urlopen(url, timeout=5)
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"{url} did not answer within {PATIENCE} seconds")
        time.sleep(0.1)
