"""What a bench ran on: the machine, and the versions of whatever takes part."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.services import find_postgres, find_redis

PACKAGES = ("Django", "wagtail", "psycopg", "redis", "django-redis", "granian", "weasyprint")


def described(packages: Iterable[str] = PACKAGES) -> list[str]:
    """Lines for the head of a report."""
    system = f"{platform.system()} {platform.release()}"
    servers = [_first_words(find_postgres() / "postgres"), _first_words(find_redis())]
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"{os.cpu_count()} cores, {_cpu_model()}, {system} (load {os.getloadavg()[0]:.1f} before)",
        ", ".join([f"Python {platform.python_version()}", *servers]),
        ", ".join(f"{name} {version(name)}" for name in packages),
        f"commit {_commit()}",
    ]


def _cpu_model() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _first_words(program: Path) -> str:
    """“PostgreSQL 15.14”, “Redis server v=7.0.15”."""
    said = _said([str(program), "--version"]).replace("postgres (PostgreSQL)", "PostgreSQL")
    return " ".join(said.split()[:3]) if "v=" in said else " ".join(said.split()[:2])


def _commit() -> str:
    changed = "" if not _said(["git", "status", "--porcelain", "-uno"]) else " with changes"
    return _said(["git", "rev-parse", "--short", "HEAD"]) + changed


def _said(command: list[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
