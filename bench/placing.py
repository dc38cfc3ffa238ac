"""What it costs to place an order while others do: p50 and p99 of 20 shoppers at once against one.

    DATABASE_URL=postgres://… python -m bench.placing        # an empty database of its own
    DATABASE_URL=postgres://… python -m bench.placing 400    # so many orders each way

Baskets of three out of five SKUs, so that shoppers wait for each other's rows. Each shopper is a
thread with a connection; all of them share this process, as the threads of one web worker do, so
what is printed includes the wait for Python itself. Migrates the database it is given.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bowerbird.settings.test")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402

from checkout.placing import place_order  # noqa: E402
from checkout.tests.factories import make_basket, make_details, make_method  # noqa: E402
from content.tests.factories import default_site  # noqa: E402
from products.models import Sku  # noqa: E402
from products.tests.factories import make_product, put_in_stock  # noqa: E402

SHOPPERS, ORDERS = 20, 200
CODES = [f"BENCH-{letter}" for letter in "ABCDE"]


def set_up() -> None:
    call_command("migrate", verbosity=0)
    for code in CODES:
        if not Sku.objects.filter(code=code).exists():
            make_product(sku=code, on_hand=0)
        put_in_stock(code, 1_000_000)
    make_method("Bench")


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


def at_once(shoppers: int, orders: int) -> tuple[list[float], float]:
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


def main(orders: int) -> None:
    set_up()
    place(10, random.Random(0))  # warms what is kept for the life of a process
    figures = {}
    for shoppers in (1, SHOPPERS):
        took, rate = at_once(shoppers, orders)
        p50, p99 = figures[shoppers] = percentiles(took)
        print(f"{shoppers:3} at once: p50 {p50:7.1f} ms   p99 {p99:7.1f} ms   {rate:5.1f} orders/s")
    ratios = [many / one for one, many in zip(figures[1], figures[SHOPPERS], strict=True)]
    print(f"as a ratio:  p50 × {ratios[0]:.1f}     p99 × {ratios[1]:.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ORDERS)
