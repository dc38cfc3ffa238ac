"""A category's shelf: what stands on it, narrowed to what a shopper wants, and put in order.

Values of one option widen the choice, different options narrow it, and one variant must have them
all: "A3" and "Oak" means a framed A3.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from django.db.models import F, QuerySet, Window
from django.db.models.expressions import OrderBy
from django.db.models.functions import Rank, RowNumber

from content.live_pages import below, depends_on
from content.live_pages.names import SITE, link_to
from content.live_pages.parts import kept
from content.locales import active_locale
from products import tally
from products.models import CategoryPage, Place
from products.places import catch_up
from products.tally import Tally
from products.wanted import NEWEST, Wanted

# The field of a place that each order goes by, and whether backwards.
_ORDERS: Mapping[str, tuple[str, bool]] = {
    NEWEST: ("published", True),
    "price": ("price", False),
    "-price": ("price", True),
    "name": ("name", False),
}
# How far apart the places are that a long shelf has by heart, to find its deep pages from them.
STRIDE = 960


class Shelf:
    """A sequence of product page ids, as long as the count says. One without a variant has no
    place on it."""

    def __init__(self, category: CategoryPage, wanted: Wanted) -> None:
        catch_up()
        self.category = category
        self.tally = tally_of(category)
        self.wanted = replace(
            wanted,
            options=wanted.options & self.tally.values.keys(),
            brands=wanted.brands & self.tally.brands.keys(),
        )

    @property
    def total(self) -> int:
        """Whatever is wanted."""
        return self.tally.total

    @cached_property
    def count(self) -> int:
        return self.tally.count(self.wanted)

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, asked: slice) -> list[int]:
        begin, end = asked.start or 0, min(self.count, asked.stop)
        if begin >= end:
            return []
        places, passed = self.in_order(), 0
        if begin >= STRIDE and (passing := self._landmarks[: begin // STRIDE]):
            value, passed = passing[-1]
            places = places.filter(**{f"{self._field}__{self._onwards}": value})
        pages = places.values_list("page_id", flat=True)
        return list(pages[begin - passed : end - passed])

    def in_order(self) -> QuerySet[Place]:
        """Those with the same price the oldest first; last where the dearest come first."""
        return self.places.order_by(*self._order)

    @property
    def places(self) -> QuerySet[Place]:
        """In no order yet."""
        places = tally.places_in(self.category, self.tally.hidden)
        if self.wanted.options or self.wanted.in_stock:
            places = places.filter(assortment__in=self.tally.fitting(self.wanted))
        if self.wanted.brands:
            places = places.filter(brand__in=self.wanted.brands)
        return places

    @property
    def _field(self) -> str:
        return _ORDERS[self.wanted.sort][0]

    @property
    def _onwards(self) -> str:
        return "lte" if _ORDERS[self.wanted.sort][1] else "gte"

    @property
    def _order(self) -> list[OrderBy]:
        backwards = self._onwards == "lte"
        return [OrderBy(F(name), descending=backwards) for name in (self._field, "page_id")]

    @property
    def _landmarks(self) -> list[tuple[Any, int]]:
        """One each so many places: its price, say, and how many have a lower one."""
        return kept(("landmarks", self.category.pk, self.wanted.address), self._look_out)

    def _look_out(self) -> list[tuple[Any, int]]:
        depends_on(*self.tally.shows, below(self.category.path, self._field))
        catch_up()
        numbered = self.places.annotate(
            number=Window(RowNumber(), order_by=self._order),
            rank=Window(Rank(), order_by=self._order[:1]),
        )
        each = numbered.annotate(over=(F("number") - 1) % STRIDE).filter(number__gt=1, over=0)
        rows = each.order_by("number").values_list(self._field, "rank")
        return [(value, rank - 1) for value, rank in rows]


def tally_of(category: CategoryPage) -> Tally:
    def take() -> Tally:
        catch_up()  # once more: what is kept must not be older than the versions it is kept by
        taken = tally.take(category)
        depends_on(*taken.shows)
        return taken

    return kept(("tally", category.pk, active_locale().pk), take)


def subcategories_of(category: CategoryPage, hidden: tuple[str, ...]) -> list[CategoryPage]:
    """The public ones right below it. They stand among all its products, so they are kept."""

    def look_up() -> list[CategoryPage]:
        children = list(CategoryPage.objects.child_of(category).live())
        depends_on(SITE, below(category.path), *map(link_to, children))
        return children

    children = kept(("children", category.path), look_up)
    return [child for child in children if not child.path.startswith(hidden)]
