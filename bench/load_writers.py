"""Whoever changes a shop while it is read, and what readers may see of that when.

Needs Django to be set up. Each thing that shows has one writer, so that its history is exact.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from threading import Event
from typing import Any

from django.db import connections
from wagtail.models import Page

from accounts.tests.factories import make_user
from checkout.tests.factories import make_method, make_order
from home.tests.factories import make_landing_page
from products import stock
from products.models import MovementReason, ProductPage
from products.tests.factories import make_category, make_product
from tests.live_pages.history import History

WARES = 5
LOW = 3  # units from which on a shopper is told how many are left
SHOPPERS = 2
# On every page that holds them, whatever else is changed.
STORY = "The story of it."
QUOTE = "Blue, only blue."


class Ware:
    """A product. All of its prices lie in a thousand of its own, so that a price tells whose."""

    def __init__(self, number: int, category: Any, on_hand: int = 50) -> None:
        self.number, self.code = number, f"WARE-{number}"
        self.steps, self.promised, self.left = 0, 0, on_hand
        body = json.dumps([text(STORY), {"type": "quote", "value": {"text": QUOTE}}])
        page = make_product(
            f"Ware {number}",
            sku=self.code,
            price=f"{number}000.00",
            on_hand=on_hand,
            category=category,
            summary=edition(number, 0),
            body=body,
        )
        self.pk, self.path = page.pk, page.url
        self.price = History(Decimal(f"{number}000.00"))
        self.words = History(edition(number, 0))
        self.state = History(said_of(on_hand))

    def change(self) -> str:
        """One of the things that happen to a product; which."""
        self.steps += 1
        weights = {self._reprice: 3, self._rewrite: 2, self._count: 2, self._sell: 3}
        act: Callable[[], str] = random.choices(list(weights), list(weights.values()))[0]
        return act()

    def _reprice(self) -> str:
        price = Decimal(f"{self.number}{self.steps % 1000:03}.{random.randint(1, 99):02}")

        def publish() -> None:
            page = ProductPage.objects.get(pk=self.pk)
            page.variants = [variant := page.variants.get()]
            variant.price = price
            page.save_revision().publish()

        self.price.write(price, publish)
        return "prices"

    def _rewrite(self) -> str:
        words = edition(self.number, self.steps)
        self.words.write(words, lambda: republish(self.pk, summary=words))
        return "publishings"

    def _count(self) -> str:
        self.left = random.choice([0, 1, 2, 3, 4, 50])
        on_hand = self.promised + self.left
        self.state.write(
            said_of(self.left), lambda: stock.count(self.code, on_hand, MovementReason.COUNTED)
        )
        return "counts"

    def _sell(self) -> str:
        if not self.left:
            return self._count()
        self.left, self.promised = self.left - 1, self.promised + 1
        self.state.write(said_of(self.left), lambda: make_order({self.code: 1}))
        return "orders"


class Story:
    """A page with blocks of several kinds, and a category's introduction."""

    NUMBER = 9

    def __init__(self, wares: list[Ware], category: Any) -> None:
        self.category, self.steps = category.pk, 0
        self.rest = [
            {"type": "quote", "value": {"text": QUOTE}},
            {"type": "products", "value": {"products": [ware.pk for ware in wares]}},
            {"type": "newest", "value": {"how_many": 4}},
        ]
        first = edition(self.NUMBER, 0)
        page = make_landing_page("Story", body=json.dumps([text(f"{STORY} {first}"), *self.rest]))
        self.pk, self.path = page.pk, page.url
        self.words = History(first)

    def change(self) -> str:
        self.steps += 1
        words = edition(self.NUMBER, self.steps)
        body = json.dumps([text(f"{STORY} {words}"), *self.rest])
        self.words.write(words, lambda: republish(self.pk, body=body))
        republish(self.category, introduction=f"Turn {self.steps}.")
        return "publishings"


class Shop:
    """Made anew; `never` is in baskets and never changes."""

    def __init__(self) -> None:
        make_method()
        category = make_category("Wares")
        self.category = category.url
        self.wares = {number: Ware(number, category) for number in range(1, WARES + 1)}
        self.never = Ware(8, category, on_hand=10_000)
        self.wares[8] = self.never
        self.story = Story(list(self.wares.values()), category)
        self.people = [make_user(f"shopper{number}@example.com") for number in range(SHOPPERS)]
        self.words = {ware.number: ware.words for ware in self.wares.values()}
        self.words[Story.NUMBER] = self.story.words
        self.changes: Counter[str] = Counter()

    @property
    def writers(self) -> list[Ware | Story]:
        return [*(ware for ware in self.wares.values() if ware is not self.never), self.story]

    def write_for_ever(self, writer: Ware | Story, over: Event) -> None:
        try:
            while not over.wait(random.uniform(0, 0.6)):
                self.changes[writer.change()] += 1
        finally:
            connections.close_all()


def edition(number: int, step: int) -> str:
    return f"Edition {number}-{step}."


def said_of(units: int) -> str:
    if not units:
        return "Sold out"
    return f"Only {units} left" if units <= LOW else "In stock"


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "value": f"<p>{words}</p>"}


def republish(pk: int, **fields: Any) -> None:
    page: Any = Page.objects.get(pk=pk).specific
    for name, value in fields.items():
        setattr(page, name, value)
    page.save_revision().publish()
