"""Readers who never stop, while prices, stock and publishing change and Redis is started again.

No page may be older than what was committed before it was asked for, and nobody may see the badge
of another. How long: `LIVE_PAGES_SECONDS`, 12 by default.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connections

from basket.tests.factories import add
from content.live_pages import redis_backing
from products import stock
from products.models import MovementReason, ProductPage
from products.tests.factories import make_category, make_product
from tests.live_pages.history import History
from tests.live_pages.redis import Process, kept, reprice, server
from tests.services import Redis

__all__ = ["kept", "server"]  # fixtures
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("kept"),
]
SECONDS = float(os.environ.get("LIVE_PAGES_SECONDS", "12"))
READERS = 6


class Watch:
    """The prices and the stock of two products, and what readers saw that they should not have."""

    def __init__(self, pages: dict[str, ProductPage], shelved: ProductPage) -> None:
        self.pages, self.shelved = pages, shelved
        self.prices = {code: History("£24.00") for code in pages}
        self.stock = {code: History("In stock") for code in pages}
        self.wrong: list[str] = []
        self.looks = 0

    def change_for_ever(self, code: str, over: Event) -> None:
        number = 0
        while not over.is_set():
            number += 1
            if random.random() < 0.6:
                price = f"{10 + number}.{random.randint(10, 99)}"
                change = self._repricing(code, price)
                self.prices[code].write(f"£{price}", change)
            else:
                units = random.choice([0, 1, 2, 3, 50])
                self.stock[code].write(_said_of(units), self._counting(code, units))
            time.sleep(random.uniform(0, 0.2))

    def _repricing(self, code: str, price: str) -> Callable[[], None]:
        return lambda: reprice(self.pages[code], code, price)

    def _counting(self, code: str, units: int) -> Callable[[], None]:
        def count() -> None:
            stock.count(code, units, MovementReason.COUNTED)

        return count

    def read_for_ever(self, process: Process, units: int, over: Event) -> None:
        visitor = process.visitor()
        if units:
            add(visitor, self.shelved, units)
            visitor.get("/basket/")  # reads the message
        said = f"Basket, {units} thing" if units else "Basket, empty"
        while not over.is_set():
            for code, page in self.pages.items():
                asked = self.prices[code].now(), self.stock[code].now()
                body = visitor.get(page.url).content.decode()
                self._check(code, body, asked, said)
            category = next(iter(self.pages.values())).get_parent().url
            asked_before = {code: self.prices[code].now() for code in self.pages}
            listing = visitor.get(category).content.decode()
            for code, asked_at in asked_before.items():
                if not any(
                    self.prices[code].allows(price, asked_at)
                    for price in re.findall(r"data-price-now>([^<]+)<", listing)
                ):
                    self.wrong.append(f"{code}: no current price in the category")
            self.looks += 1

    def _check(self, code: str, body: str, asked: tuple[int, int], said: str) -> None:
        price = _first(r"data-price-now>([^<]+)<", body)
        state = _first(r"data-stock-label>([^<]+)<", body)
        if not self.prices[code].allows(price, asked[0]):
            self.wrong.append(f"{code}: price {price} is older than its commit")
        if not self.stock[code].allows(state, asked[1]):
            self.wrong.append(f"{code}: “{state}” is older than its commit")
        if body.count(said) != 1 or body.count("Basket, ") != 1:
            self.wrong.append(f"{code}: the badge is not “{said}”")
        if "The story of it." not in body:
            self.wrong.append(f"{code}: a block is lost")


def _first(pattern: str, body: str) -> str:
    found = re.search(pattern, body)
    return found[1] if found else ""


def _said_of(units: int) -> str:
    if units == 0:
        return "Sold out"
    return f"Only {units} left" if units <= 3 else "In stock"


def test_readers__never_see_what_is_older_than_its_commit(
    kept: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_backing, "PAUSE", 0.5)
    story = '[{"type": "text", "value": "<p>The story of it.</p>"}]'
    shelf = make_category("Prints")
    watch = Watch(
        {
            code: make_product(code.title(), sku=code, on_hand=50, category=shelf, body=story)
            for code in ("FLOW", "EBB")
        },
        make_product("In baskets", on_hand=500, category=shelf),
    )
    processes, over = [Process(), Process()], Event()

    def closing(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(READERS + 2) as threads:
        jobs = [
            threads.submit(
                closing,
                lambda n=n: watch.read_for_ever(processes[n % 2], n % 3, over),  # type: ignore[misc]
            )
            for n in range(READERS)
        ]
        jobs += [
            threads.submit(closing, lambda c=code: watch.change_for_ever(c, over))  # type: ignore[misc]
            for code in watch.pages
        ]
        time.sleep(SECONDS / 2)
        kept.kill()
        time.sleep(1)
        kept.start()
        time.sleep(SECONDS / 2)
        over.set()
        for job in jobs:
            job.result()

    assert watch.wrong == []
    assert watch.looks >= READERS
