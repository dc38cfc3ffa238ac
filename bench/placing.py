"""What it costs to place orders while others do, and that nothing is sold twice meanwhile.

    DATABASE_URL=postgres://… python -m bench.placing              # an empty database of its own
    DATABASE_URL=postgres://… python -m bench.placing --orders 400
    DATABASE_URL=postgres://… python -m bench.placing --profile 30 # where the time of one goes

Threads: baskets of three out of five SKUs, so that shoppers wait for each other's rows. Each
shopper is a thread with a connection; all of them share this process, as the threads of one web
worker do, so what is printed includes the wait for Python itself.

Processes: eight buyers, each a process with a connection, and all of them after the same two SKUs.
First out of plenty; then there are fewer units than they want, down to the last one. Baskets are
made before the clock starts. What is printed is CPU an order too, of the buyers and of their
sessions in PostgreSQL (if it is on this machine), since what else runs here takes part of the rate.

Migrates the database it is given.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import random
import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bowerbird.settings.test")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.models import Sum  # noqa: E402

from checkout.models import OrderLine  # noqa: E402
from checkout.placing import place_order  # noqa: E402
from checkout.tests.factories import make_basket, make_details, make_method  # noqa: E402
from content.tests.factories import default_site  # noqa: E402
from products.models import Sku, StockMovement  # noqa: E402
from products.stock import OutOfStock  # noqa: E402
from products.tests.factories import make_product, put_in_stock  # noqa: E402

SHOPPERS, BUYERS, ORDERS = 20, 8, 200
CODES = [f"BENCH-{letter}" for letter in "ABCDE"]
WANTED = dict.fromkeys(CODES[:2], 1)
PLENTY = 1_000_000


def set_up() -> None:
    call_command("migrate", verbosity=0)
    for code in CODES:
        if not Sku.objects.filter(code=code).exists():
            make_product(sku=code, on_hand=0)
        put_in_stock(code, PLENTY)
    make_method("Bench")


# --- Threads of one process ----------------------------------------------------------------------


def place(count: int, dice: random.Random) -> list[float]:
    """Milliseconds of each of so many orders, placed one after the other."""
    site, took = default_site(), []
    for _ in range(count):
        basket = make_basket(dict.fromkeys(dice.sample(CODES, 3), 1))
        details = make_details(provider="demo")
        began = time.perf_counter()
        place_order(basket, details, site=site)
        took.append((time.perf_counter() - began) * 1000)
    return took


def in_threads(shoppers: int, orders: int) -> tuple[list[float], float]:
    """Of all orders; and how many were placed in a second."""
    start = threading.Barrier(shoppers)

    def shopper(number: int) -> list[float]:
        connection.ensure_connection()
        start.wait()
        try:
            return place(orders // shoppers, random.Random(number))
        finally:
            connections.close_all()

    began = time.perf_counter()
    with ThreadPoolExecutor(shoppers) as threads:
        took = [one for some in threads.map(shopper, range(shoppers)) for one in some]
    return took, len(took) / (time.perf_counter() - began)


def percentiles(took: list[float]) -> tuple[float, float]:
    cuts: list[Any] = statistics.quantiles(took, n=100, method="inclusive")
    return cuts[49], cuts[98]


def compare_threads(orders: int) -> None:
    figures = {}
    for shoppers in (1, SHOPPERS):
        took, rate = in_threads(shoppers, orders)
        p50, p99 = figures[shoppers] = percentiles(took)
        print(f"{shoppers:3} threads: p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   {rate:6.1f} orders/s")
    ratios = [many / one for one, many in zip(figures[1], figures[SHOPPERS], strict=True)]
    print(f"as a ratio:  p50 × {ratios[0]:.1f}     p99 × {ratios[1]:.1f}")


# --- Buyers in processes of their own ------------------------------------------------------------


@dataclass(frozen=True)
class Bought:
    """By one buyer: what each try came to; seconds of the clock, and of CPU."""

    results: Counter[str]
    began: float
    ended: float
    cpu: float
    database_cpu: float


def buy(count: int, ready: Any, results: Any) -> None:
    """As one of the buyers; runs in a process of its own."""
    site, basket = default_site(), make_basket(WANTED)
    forms = [make_details(provider="demo") for _ in range(count)]
    place_order(basket, make_details(provider="demo"), site=site)  # warms this process
    session = _session_cpu()
    ready.wait()
    found: Counter[str] = Counter()
    database, cpu, began = session(), time.process_time(), time.monotonic()
    for form in forms:
        try:
            place_order(basket, form, site=site)
            found["ordered"] += 1
        except OutOfStock:
            found["out of stock"] += 1
        except Exception as error:
            found[f"{type(error).__name__}: {error}".splitlines()[0]] += 1
    ended = time.monotonic()
    results.put(Bought(found, began, ended, time.process_time() - cpu, session() - database))


def _session_cpu() -> Callable[[], float]:
    """Seconds that our session in PostgreSQL has worked; 0 where it is on another machine."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")

    def spent() -> float:
        if not stat.exists():
            return 0.0
        user, system = stat.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    return spent


def in_processes(count: int) -> list[Bought]:
    connections.close_all()  # none is shared with a process
    context = get_context("fork")
    ready, results = context.Barrier(BUYERS + 1), context.Queue()
    buyers = [context.Process(target=buy, args=(count, ready, results)) for _ in range(BUYERS)]
    for buyer in buyers:
        buyer.start()
    ready.wait(120)
    return [results.get(timeout=600) for _ in buyers]


def compare_processes(orders: int) -> None:
    each = orders // BUYERS
    print(f"{BUYERS} processes, two lines of the same two SKUs:")
    _report("plenty", in_processes(each))
    for code in WANTED:
        # One for each buyer to warm up with; of the rest, half of what they will ask for.
        put_in_stock(code, Sku.objects.get(code=code).reserved + BUYERS + orders // 2)
    _report("too few", in_processes(each))


def _report(name: str, bought: list[Bought]) -> None:
    results: Counter[str] = sum((one.results for one in bought), Counter())
    clock = max(one.ended for one in bought) - min(one.began for one in bought)
    tries = results.total()
    cpu = sum(one.cpu for one in bought) / tries * 1000
    database = sum(one.database_cpu for one in bought) / tries * 1000
    print(
        f"{name:>8}: {tries / clock:6.1f} tries/s   CPU a try: {cpu:.2f} ms + "
        f"{database:.2f} ms in PostgreSQL, so {2000 / (cpu + database):.0f}/s of two whole cores"
    )
    print(f"{'':>8}  {dict(results)}   deadlocks {deadlocks()}   oversold {oversold()}")


def deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("select deadlocks from pg_stat_database where datname = current_database()")
        return int(cursor.fetchone()[0])


def oversold() -> int:
    """Units promised beyond what is on hand, or otherwise than orders and the ledger say."""
    wrong = 0
    for sku in Sku.objects.filter(code__in=CODES):
        ordered = OrderLine.objects.filter(sku=sku).aggregate(n=Sum("quantity"))["n"] or 0
        ledger = StockMovement.objects.filter(sku=sku).aggregate(n=Sum("delta"))["n"] or 0
        wrong += max(0, sku.reserved - sku.on_hand)
        wrong += abs(ordered - sku.reserved) + abs(ledger - sku.on_hand)
    return wrong


# --- Where the time goes -------------------------------------------------------------------------


def profile(lines: int) -> None:
    site, basket = default_site(), make_basket(WANTED)
    forms = [make_details(provider="demo") for _ in range(ORDERS)]
    profiler = cProfile.Profile()
    for form in forms:
        profiler.runcall(place_order, basket, form, site=site)
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=ORDERS, help="each way")
    parser.add_argument("--profile", type=int, metavar="LINES", default=0)
    options = parser.parse_args()
    set_up()
    place(10, random.Random(0))  # warms what is kept for the life of a process
    if options.profile:
        profile(options.profile)
    else:
        compare_threads(options.orders)
        compare_processes(options.orders)


if __name__ == "__main__":
    main()
