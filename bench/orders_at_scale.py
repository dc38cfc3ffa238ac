"""What the order desk costs with many orders against few: CPU of Django and of PostgreSQL together.

    python -m bench.orders_at_scale                          # 10,000 against 1,000,000: takes long
    python -m bench.orders_at_scale --big 100000 --rounds 5
    python -m bench.orders_at_scale --small-url postgres://… --big-url postgres://…   # as they are

Each size has a database of its own on a throw-away PostgreSQL, filled by `make_orders`, and a
process of its own, which asks for each page in rounds, shuffled, the two sizes in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from psycopg import sql

from bench.rounds import in_rounds, median, table
from bench.shop import ROOT
from tests.services import throwaway_postgres

SMALL, BIG, ROUNDS = 10_000, 1_000_000, 7
GOAL = 1.5


class Desk:
    """A process that answers for one database (`bench.orders_at_desk`)."""

    def __init__(self, url: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.orders_at_desk"],
            cwd=ROOT,
            env=_environment(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.orders: int = self._answer()["orders"]
        self.pages: list[str] = self._answer()["pages"]

    def ask(self, page: str) -> float:
        """Milliseconds of CPU."""
        assert self._process.stdin
        self._process.stdin.write(f"{page}\n")
        self._process.stdin.flush()
        spent = float(self._answer()["ms"])
        print(f"  {page}, {self.orders:,} orders: {spent:.1f} ms", file=sys.stderr, flush=True)
        return spent

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()

    def _answer(self) -> Mapping[str, Any]:
        assert self._process.stdout
        answer: Mapping[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _environment(url: str) -> dict[str, str]:
    """Of this process, or of tests: without a browser, and without a worker."""
    return {"DJANGO_SETTINGS_MODULE": "bowerbird.settings.test"} | {
        **os.environ,
        "DATABASE_URL": url,
    }


@contextmanager
def databases(small: int, big: int) -> Iterator[tuple[str, str]]:
    """Two that hold the demo shop with so many orders."""
    with throwaway_postgres() as server:
        _manage(server.url, "migrate", "--verbosity", "0")
        _manage(server.url, "load_demo")
        _manage(server.url, "make_orders", str(small))
        where = server.url.rpartition("/")[0]
        with psycopg.connect(f"{where}/postgres", autocommit=True) as connection:
            copy = sql.SQL("create database {} template {}")
            names = sql.Identifier("few"), sql.Identifier("bowerbird")
            connection.execute(copy.format(*names))
        _manage(server.url, "make_orders", str(big - small), "--seed", "2")
        yield f"{where}/few", server.url


def _manage(url: str, *command: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=_environment(url), check=True
    )


def compare(urls: tuple[str, str], rounds: int) -> str:
    few, many = (Desk(url) for url in urls)
    try:
        tasks = {
            f"{page} {name}": (lambda desk=desk, page=page: desk.ask(page))
            for page in few.pages
            for name, desk in (("few", few), ("many", many))
        }
        found = in_rounds(tasks, rounds)
    finally:
        few.close()
        many.close()
    rows = []
    for page in few.pages:
        small, big = (median(found[f"{page} {name}"]) for name in ("few", "many"))
        ratio = big / small
        verdict = "" if ratio <= GOAL else " !"
        rows.append((page, f"{small:.1f}", f"{big:.1f}", f"{ratio:.2f}{verdict}"))
    head = ("page, ms of CPU", f"{few.orders:,} orders", f"{many.orders:,} orders", "ratio")
    return table(head, rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--big", type=int, default=BIG)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--small-url", help="a database that has its orders already")
    parser.add_argument("--big-url")
    given = parser.parse_args()
    with ExitStack() as stack:
        urls = (given.small_url, given.big_url)
        if not all(urls):
            urls = stack.enter_context(databases(given.small, given.big))
        print(compare(urls, given.rounds))


if __name__ == "__main__":
    main()
