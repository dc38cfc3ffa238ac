"""The benches that stand alone, for what they print."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping

from bench.shop import ROOT
from tests.services import throwaway_postgres

# Those that end within a minute; docs/bench.md has the others.
ALONE: Mapping[str, str] = {
    "Orders placed at once": "bench.placing",
    "Invoices": "bench.invoices",
    "Weight of pages": "bench.page_weight",
}


def said() -> dict[str, str]:
    """By title. Each has an empty database of its own."""
    found = {}
    for title, module in ALONE.items():
        print(f"{title}…", flush=True)
        found[title] = said_by(module)
    return found


def said_by(module: str) -> str:
    with throwaway_postgres() as postgres:
        done = subprocess.run(
            [sys.executable, "-m", module],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": postgres.url},
            capture_output=True,
            text=True,
            check=False,
        )
    return done.stdout if not done.returncode else f"It failed:\n{done.stderr[-1000:]}"
