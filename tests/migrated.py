"""A database with all migrations run, made once for each state of them and then copied.

Migrating is most of what starting one file of tests costs. A copy of SQLite is a file, kept under
var/; one of PostgreSQL is a template, kept by the server that runs the tests.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var/migrated"
KEPT = 3


def copy_sqlite(target: Path) -> None:
    with _locked():
        database = FOLDER / f"{_state()}.sqlite3"
        if not database.exists():
            unfinished = database.with_suffix(".part")
            unfinished.unlink(missing_ok=True)
            _migrate(f"sqlite:///{unfinished}")
            unfinished.replace(database)
            _forget_old()
        shutil.copyfile(database, target)


def copy_postgres(settings: Mapping[str, Any]) -> None:
    """Make the test database anew. `settings`: as Django has them for the connection."""
    target = settings["TEST"].get("NAME") or f"test_{settings['NAME']}"
    template = f"migrated_{_state()}"
    unfinished = f"{template}_part"
    server = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
    connection = psycopg.connect(
        **server, password=settings["PASSWORD"], dbname="postgres", autocommit=True
    )
    with _locked(), connection:
        known = connection.execute("select 1 from pg_database where datname = %s", [template])
        if known.fetchone() is None:
            _create(connection, unfinished)
            where = f"{server['user']}:{settings['PASSWORD']}@{server['host']}:{server['port']}"
            _migrate(f"postgres://{where}/{unfinished}")
            rename = sql.SQL("alter database {} rename to {}")
            connection.execute(rename.format(sql.Identifier(unfinished), sql.Identifier(template)))
        _create(connection, target, template)


def _create(connection: psycopg.Connection, name: str, template: str = "template1") -> None:
    new = sql.Identifier(name)
    connection.execute(sql.SQL("drop database if exists {} with (force)").format(new))
    connection.execute(
        sql.SQL("create database {} template {}").format(new, sql.Identifier(template))
    )


@contextmanager
def _locked() -> Iterator[None]:
    """One process at a time, so that a second one finds what the first has made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _state() -> str:
    """Of everything that the content comes from."""
    content = hashlib.sha256()
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("site/bowerbird/settings/*.py")]
    for file in sorted([*sources, ROOT / "requirements.txt"]):
        content.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return content.hexdigest()[:16]


def _migrate(url: str) -> None:
    settings = {"DJANGO_SETTINGS_MODULE": "bowerbird.settings.test", "DATABASE_URL": url}
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=os.environ | settings,
        check=True,
    )


def _forget_old() -> None:
    newest_first = sorted(FOLDER.glob("*.sqlite3"), key=lambda file: -file.stat().st_mtime)
    for old in newest_first[KEPT:]:
        old.unlink(missing_ok=True)
