"""An SQLite database with all migrations run, made once for each state of them and then copied.

Migrating is most of what starting one file of tests costs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "var/migrated"
KEPT = 3


def copy_to(target: Path) -> None:
    """One process at a time, so that a second one finds what the first has made."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        database = FOLDER / f"{_state()}.sqlite3"
        if not database.exists():
            _make(database)
        shutil.copyfile(database, target)


def _state() -> str:
    """Of everything that the content comes from."""
    content = hashlib.sha256()
    sources = [*ROOT.glob("*/migrations/*.py"), *ROOT.glob("site/bowerbird/settings/*.py")]
    for file in sorted([*sources, ROOT / "requirements.txt"]):
        content.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    return content.hexdigest()[:16]


def _make(database: Path) -> None:
    unfinished = database.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "bowerbird.settings.test",
            "DATABASE_URL": f"sqlite:///{unfinished}",
        },
        check=True,
    )
    unfinished.replace(database)
    newest_first = sorted(FOLDER.glob("*.sqlite3"), key=lambda file: -file.stat().st_mtime)
    for old in newest_first[KEPT:]:
        old.unlink(missing_ok=True)
