"""Makes a catalogue, or makes one bigger: so many products more than there are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.db import connection
from django.utils import timezone

from bowerbird.demo.many.inventing import A_LEAF, ware
from bowerbird.demo.many.shelves import shared
from bowerbird.demo.many.writing import publish_many
from products.models import Sku
from products.places import catch_up

SAY_EVERY = 5  # seconds


def make(how_many: int, seed: int, say: Callable[[str], None]) -> None:
    """Each category's share in a transaction of its own: what is told as done stays, whatever ends
    the run, and the next one goes on there."""
    common, now = shared(), timezone.now()
    first = _made()
    began = told = time.monotonic()
    for numbers in _by_leaf(first, first + how_many):
        wares = [ware(seed, number) for number in numbers]
        publish_many(wares, common.category(numbers[0] // A_LEAF), common, now)
        catch_up()
        if time.monotonic() - told > SAY_EVERY or numbers[-1] == first + how_many - 1:
            told = time.monotonic()
            done = numbers[-1] + 1 - first
            say(f"  {done:,} of {how_many:,}  {done / (told - began):,.0f} a second")
    _refresh_statistics()


def _made() -> int:
    """How many such products there are."""
    known = Sku.objects.filter(code__regex=r"^W\d{7}-\d$").order_by("-code").first()
    return int(known.code[1:8]) + 1 if known else 0


def _by_leaf(first: int, end: int) -> Iterator[range]:
    """The numbers from `first` up to `end`, cut where another category begins."""
    while first < end:
        cut = min(end, (first // A_LEAF + 1) * A_LEAF)
        yield range(first, cut)
        first = cut


def _refresh_statistics() -> None:
    """PostgreSQL plans by what it knows of its tables, and would find out only some time later."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
