"""Is every page right while everything changes? `python -m bench.right_under_load [--seconds N]`

A shop with production's settings on throw-away servers, read without pause by visitors with and
without baskets, while others publish, change prices, count stock, place orders and sign in, and
Redis is killed and started again half-way. A page may not be older than what was committed when it
was asked for, nor show another visitor's basket, nor lose a block. Exits 1 if one did.

`--broken` is the control: writers do not tell the page cache what they changed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.serving import WORKERS, serving
from bench.shop import collected_files, environment, manage
from tests.services import Redis, throwaway_postgres, throwaway_redis

READERS = 6
AWAY = 1.0  # seconds without Redis


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--broken", action="store_true", help="the control: nothing is told")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        throwaway_postgres() as postgres,
        throwaway_redis() as cache,
    ):
        settings = environment(Path(name), postgres.url, cache.url, STATS=name)
        manage(settings, "migrate", "--verbosity", "0")
        with collected_files(settings):
            sys.exit(run(Path(name), settings, cache, options.seconds, options.broken))


def run(folder: Path, settings: dict[str, str], cache: Redis, seconds: float, broken: bool) -> int:
    os.environ.update(settings)
    import django

    django.setup()
    from bench.load_readers import Looking
    from bench.load_writers import SHOPPERS, Shop
    from content.live_pages.redis_backing import RedisBacking

    shop = Shop()
    if broken:
        RedisBacking.move = lambda self, names: None  # type: ignore[method-assign]
    with serving("bench.kept_wsgi", settings, folder / "server.log") as server:
        looking = Looking(shop, server.port)
        looking.warm()
        work: list[Callable[[threading.Event], None]] = [
            *(lambda over, w=one: shop.write_for_ever(w, over) for one in shop.writers),
            *(lambda over, n=n: looking.read_for_ever(n % 3, over) for n in range(READERS)),
            *(lambda over, n=n: looking.shop_for_ever(n, over) for n in range(SHOPPERS)),
        ]
        until(work, seconds, cache)
    tell(looking.reads, shop.changes, visits(folder), seconds)
    for what in looking.wrong:
        print(f"  {what}")
    print(f"{looking.violations} violations")
    return 1 if looking.violations or not shop.changes or not looking.reads["reads"] else 0


def until(work: list[Callable[[threading.Event], None]], seconds: float, cache: Redis) -> None:
    """All at once; without Redis for a moment half-way. The first error of any is raised."""
    over = threading.Event()
    with ThreadPoolExecutor(len(work)) as threads:
        jobs = [threads.submit(one, over) for one in work]
        time.sleep(seconds / 2)
        cache.kill()
        time.sleep(AWAY)
        cache.start()
        time.sleep(max(0.0, seconds / 2 - AWAY))
        over.set()
    for job in jobs:
        job.result()


def visits(folder: Path) -> Counter[str]:
    """What they were to the page cache, of all workers."""
    found: Counter[str] = Counter()
    for path in folder.glob("*.json"):
        found.update(json.loads(path.read_text()))
    return found


def tell(reads: Counter[str], changes: Counter[str], visited: Counter[str], seconds: float) -> None:
    def listed(counts: Counter[str]) -> str:
        return ", ".join(f"{count} {what}" for what, count in counts.most_common())

    print(f"{seconds:.0f} s, {WORKERS} workers, {READERS} readers: {listed(reads)}")
    print(f"changes: {listed(changes)}")
    print(f"visits: {listed(visited)}")


if __name__ == "__main__":
    main()
