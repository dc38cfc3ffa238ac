"""PostgreSQL and Redis servers of our own: nothing of the machine's is started, stopped or changed.

`throwaway_postgres()` and `throwaway_redis()` serve tests and leave nothing behind; `make services`
keeps the same servers under var/. All of them listen on 127.0.0.1 only.

    with throwaway_redis() as redis:
        redis.kill()     # as a crash would
        redis.start()    # the same port again
"""

import os
import pwd
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis

LOCALHOST = "127.0.0.1"
NO_SETTINGS: Mapping[str, str] = {}
PATIENCE = 30.0  # seconds for a server to start or stop

POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
REDIS_NAMES = ("redis-server", "valkey-server")
CHROMIUM_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)


class ProgramMissing(Exception):
    """A program that is not installed, said as a sentence with the way to get it."""

    def __init__(self, what: str, package: str, formula: str, otherwise: str = "") -> None:
        super().__init__(
            f"{what} is not installed. On Debian: sudo apt-get install {package}. "
            f"On macOS: brew install {formula}. {otherwise}"
        )


class ServerFailed(Exception):
    """A server that did not start, with the end of its log."""


# --- Finding programs -----------------------------------------------------------------------


def find_postgres() -> Path:
    """The folder that holds initdb and postgres, of the newest version that is installed."""
    folders = [path for pattern in POSTGRES_FOLDERS for path in Path("/").glob(pattern[1:])]
    folders.sort(key=lambda path: [int(number) for number in re.findall(r"\d+", str(path))])
    if on_path := shutil.which("initdb"):
        folders.insert(0, Path(on_path).resolve().parent)
    for folder in reversed(folders):
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ProgramMissing("PostgreSQL", "postgresql", "postgresql")


def find_redis() -> Path:
    for name in REDIS_NAMES:
        if found := shutil.which(name):
            return Path(found)
    raise ProgramMissing("Redis", "redis-server", "redis")


def find_chromium() -> Path:
    """Chromium or Chrome: `CHROMIUM` if set, the system's, or one that Playwright installed."""
    for name in (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES):
        if found := shutil.which(name):
            return Path(found)
    for installed in (Path.home() / ".cache/ms-playwright").glob("chromium-*/chrome-linux*/chrome"):
        return installed
    otherwise = "On Ubuntu: .venv/bin/python -m playwright install --with-deps chromium."
    raise ProgramMissing("Chromium", "chromium", "--cask google-chrome", otherwise)


PROGRAMS: Mapping[str, Callable[[], Path]] = {
    "postgresql": find_postgres,
    "redis-server": find_redis,
    "chromium": find_chromium,
}


# --- Ports ----------------------------------------------------------------------------------


def free_port() -> int:
    """A port nobody listens on, below those that the system gives to outgoing connections.

    Above, a client that retries while a server is down can be given the server's own port.
    """
    for port in random.sample(range(20_000, 32_000), 100):
        if is_port_free(port):
            return port
    raise ServerFailed("no free port between 20000 and 32000")


def is_port_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do
        try:
            probe.bind((LOCALHOST, port))
        except OSError:
            return False
    return True


def wait_for_port(port: int, timeout: float = PATIENCE) -> None:
    """Return once something listens on the port; TimeoutError if nothing does in time."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection((LOCALHOST, port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port} after {timeout:g} s")


# --- Servers --------------------------------------------------------------------------------


class Server(ABC):
    """One server process with a folder and a port that stay the same when it is started again."""

    name: str
    stop_signal: signal.Signals
    account: pwd.struct_passwd | None = None  # whom the process runs as, when not as us

    def __init__(self, folder: Path, port: int | None = None) -> None:
        self.folder = folder
        self.port = port or free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def command(self) -> Sequence[str | Path]: ...

    @abstractmethod
    def answers(self) -> bool: ...

    @property
    def _identity(self) -> dict[str, Any]:
        who = self.account
        return {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []} if who else {}

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name.lower()}.log"

    def start(self) -> None:
        """Start, and return once it answers; what a killed one left may be in the way at first."""
        for _ in range(20):
            self._process = self._spawn()
            if self._comes_up():
                return
            time.sleep(0.5)
        self.stop()
        raise ServerFailed(f"{self.name} does not start:\n{self._end_of_log()}")

    def stop(self) -> None:
        """Stop in good order; what has been acknowledged is kept (by PostgreSQL)."""
        self._end(self.stop_signal)

    def kill(self) -> None:
        """End it at once, as a crash would."""
        self._end(signal.SIGKILL)

    def _comes_up(self) -> bool:
        deadline = time.monotonic() + PATIENCE
        while self._process and self._process.poll() is None and time.monotonic() < deadline:
            if self.answers():
                return True
            time.sleep(0.05)
        return False

    def _spawn(self) -> subprocess.Popen[bytes]:
        # Its own session: Ctrl-C reaches the tests first, and they still have their server.
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command(),
                **self._identity,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


class Postgres(Server):
    """A PostgreSQL cluster with one database, made on the first start; fast, not crash-proof.

    `settings` are PostgreSQL's own, beside those that it needs here.
    """

    name = "PostgreSQL"
    stop_signal = signal.SIGINT  # "fast": ends sessions, then writes a checkpoint

    def __init__(
        self, folder: Path, port: int | None = None, settings: Mapping[str, str] = NO_SETTINGS
    ) -> None:
        super().__init__(folder, port)
        self.settings = settings
        self.programs = find_postgres()
        # PostgreSQL refuses to run as root.
        self.account = _unprivileged_account() if os.geteuid() == 0 else None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return self._url("bowerbird")

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._create()
        super().start()
        with psycopg.connect(self._url("postgres"), autocommit=True) as connection:
            known = connection.execute("select 1 from pg_database where datname = 'bowerbird'")
            if known.fetchone() is None:
                connection.execute("create database bowerbird")

    def command(self) -> Sequence[str | Path]:
        settings = {
            "listen_addresses": LOCALHOST,
            "port": self.port,
            "unix_socket_directories": self.folder,
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
            **self.settings,
        }
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self.programs / "postgres", "-D", self.data, *options]

    def answers(self) -> bool:
        with suppress(psycopg.OperationalError):
            psycopg.connect(self._url("postgres"), connect_timeout=2).close()
            return True
        return False

    def kill(self) -> None:
        """Its sessions too: left alone, each would finish and answer its statement first."""
        sessions = _children_of(self.pid) if self.pid else []
        super().kill()
        for session in sessions:
            with suppress(ProcessLookupError):
                os.kill(session, signal.SIGKILL)

    def _create(self) -> None:
        """A password, because any user of the machine can reach a port of 127.0.0.1."""
        self._password.write_text(secrets.token_hex(16))
        self._password.chmod(0o600)
        if self.account:
            for path in (self.folder, self._password):
                os.chown(path, self.account.pw_uid, self.account.pw_gid)
        locale = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
        options = f"--username=bowerbird --auth=scram-sha-256 --locale={locale} --no-sync".split()
        paths = [f"--pgdata={self.data}", f"--pwfile={self._password}"]
        made = subprocess.run(
            [self.programs / "initdb", *options, *paths],
            **self._identity,
            cwd=self.folder,
            capture_output=True,
            text=True,
        )
        if made.returncode:
            shutil.rmtree(self.data, ignore_errors=True)
            raise ServerFailed(f"PostgreSQL cannot make its data folder:\n{made.stderr}")

    @property
    def _password(self) -> Path:
        return self.folder / "password"

    def _url(self, database: str) -> str:
        return (
            f"postgres://bowerbird:{self._password.read_text()}@{LOCALHOST}:{self.port}/{database}"
        )


class Redis(Server):
    """A Redis that keeps nothing: started again it is empty, the worst that can happen to us."""

    name = "Redis"
    stop_signal = signal.SIGTERM

    @property
    def url(self) -> str:
        return f"redis://{LOCALHOST}:{self.port}/0"

    def command(self) -> Sequence[str | Path]:
        options = {"port": self.port, "bind": LOCALHOST, "dir": self.folder, "save": ""}
        flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        return [find_redis(), *flags, "--appendonly", "no"]

    def answers(self) -> bool:
        with suppress(redis.ConnectionError), redis.Redis.from_url(self.url) as client:
            return bool(client.ping())
        return False


def _children_of(pid: int) -> list[int]:
    """Where there is a /proc; elsewhere none."""
    children = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = stat.read_text(errors="replace").rpartition(")")[2].split()[1]
            if int(parent) == pid:
                children.append(int(stat.parent.name))
    return children


def _unprivileged_account() -> pwd.struct_passwd:
    """The account PostgreSQL runs as when we are root."""
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


AnyServer = TypeVar("AnyServer", bound=Server)


@contextmanager
def throwaway_postgres(settings: Mapping[str, str] = NO_SETTINGS) -> Iterator[Postgres]:
    with _scratch_folder() as folder, _running(Postgres(folder, settings=settings)) as server:
        yield server


@contextmanager
def throwaway_redis() -> Iterator[Redis]:
    with _scratch_folder() as folder, _running(Redis(folder)) as server:
        yield server


@contextmanager
def _running(server: AnyServer) -> Iterator[AnyServer]:
    try:
        server.start()
        yield server
    finally:
        server.stop()


@contextmanager
def _scratch_folder() -> Iterator[Path]:
    """Short, since a socket's path may have 103 characters, and open to PostgreSQL's account."""
    folder = Path(tempfile.mkdtemp(prefix="bower-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_missing(package: str) -> bool:
    try:
        PROGRAMS[package]()
    except ProgramMissing:
        return True
    return False


if __name__ == "__main__":  # which of these Debian packages are missing?
    print(*filter(is_missing, sys.argv[1:]))
