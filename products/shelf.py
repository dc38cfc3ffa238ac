"""A category's shelf: what stands on it, narrowed to what a shopper wants, and put in order.

The address carries what is wanted (`?option=12&option=15&brand=3&stock=in&sort=price`), so that
every view of a shelf is a link. Values of one option widen the choice, different options narrow
it, and one variant must have them all: "A3" and "Oak" means a framed A3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from urllib.parse import parse_qsl

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from products.models.variants import Variant
from products.models.vocabulary import OptionValue
from products.querysets import ProductQuerySet
from products.sources import source_ids

# What an address may ask of a shelf.
QUERY = ("option", "brand", "stock", "sort")
NEWEST = "newest"
SORTS: Mapping[str, str | Promise] = {
    NEWEST: gettext_lazy("Newest"),
    "price": gettext_lazy("Price, low to high"),
    "-price": gettext_lazy("Price, high to low"),
    "name": gettext_lazy("Name"),
}


@dataclass(frozen=True)
class Wanted:
    """What a shopper asks of a shelf, by ids of option values and brands."""

    options: frozenset[int] = frozenset()
    brands: frozenset[int] = frozenset()
    in_stock: bool = False
    sort: str = NEWEST

    @classmethod
    def read(cls, query: QueryDict) -> Wanted:
        """What makes no sense is left out: old links must not lead to an error."""
        sort = query.get("sort", NEWEST)
        return cls(
            options=_ids(query.getlist("option")),
            brands=_ids(query.getlist("brand")),
            in_stock=query.get("stock") == "in",
            sort=sort if sort in SORTS else NEWEST,
        )

    @property
    def address(self) -> str:
        """The query string that asks for this, from its first page on."""
        query = QueryDict(mutable=True)
        query.setlist("option", [str(pk) for pk in sorted(self.options)])
        query.setlist("brand", [str(pk) for pk in sorted(self.brands)])
        if self.in_stock:
            query["stock"] = "in"
        if self.sort != NEWEST:
            query["sort"] = self.sort
        return f"?{query.urlencode()}"

    def answers(self, query: QueryDict) -> bool:
        """Whether this is all that the address asks for: nothing had to be left out."""
        asked = [(name, value) for name in QUERY for value in query.getlist(name)]
        plain = [pair for pair in asked if pair != ("sort", NEWEST)]
        return sorted(plain) == sorted(parse_qsl(self.address[1:]))

    @property
    def narrows(self) -> bool:
        return bool(self.options or self.brands or self.in_stock)


@dataclass(frozen=True)
class Kind:
    """What a shelf needs to know of a variant."""

    options: frozenset[int]
    price: Decimal
    buyable: bool


@dataclass(frozen=True)
class Thing:
    """A product on the shelf; `pk` is its page's."""

    pk: int
    title: str
    brand: int | None
    kinds: tuple[Kind, ...]

    @property
    def price(self) -> Decimal:
        """As its card says it: the lowest of what can be bought."""
        buyable = [kind.price for kind in self.kinds if kind.buyable]
        return min(buyable or [kind.price for kind in self.kinds])


class Shelf:
    """`products` in the order of newest first; those without a variant do not stand on it."""

    def __init__(self, products: ProductQuerySet, wanted: Wanted) -> None:
        self.things = _things(products)
        self.wanted = replace(
            wanted,
            options=wanted.options & self.option_values.keys(),
            brands=wanted.brands & {thing.brand for thing in self.things},
        )

    @cached_property
    def option_values(self) -> dict[int, OptionValue]:
        """All that some variant on the shelf has, with their options, in the editor's order."""
        used = {pk for thing in self.things for kind in thing.kinds for pk in kind.options}
        values = OptionValue.objects.filter(pk__in=used).select_related("option") if used else ()
        return {value.pk: value for value in values}

    @cached_property
    def found(self) -> list[Thing]:
        return _in_order(self.matching(self.wanted), self.wanted.sort)

    def matching(self, wanted: Wanted) -> list[Thing]:
        groups: dict[int, set[int]] = {}
        for pk in wanted.options:
            groups.setdefault(self.option_values[pk].option_id, set()).add(pk)
        return [
            thing
            for thing in self.things
            if (not wanted.brands or thing.brand in wanted.brands)
            and any(_fits(kind, groups.values(), wanted.in_stock) for kind in thing.kinds)
        ]


def _fits(kind: Kind, groups: Iterable[set[int]], in_stock: bool) -> bool:
    return (kind.buyable or not in_stock) and all(kind.options & group for group in groups)


def _in_order(things: list[Thing], sort: str) -> list[Thing]:
    keys: dict[str, Callable[[Thing], object]] = {
        "price": lambda thing: thing.price,
        "-price": lambda thing: -thing.price,
        "name": lambda thing: thing.title.casefold(),
    }
    return sorted(things, key=keys[sort]) if sort in keys else things  # type: ignore[arg-type]


def _things(products: ProductQuerySet) -> list[Thing]:
    columns = ("pk", "title", "brand_id", "alias_of_id", "locale_id", "translation_key")
    rows = list(products.on_the_shelf().values_list(*columns, named=True))
    sources = source_ids(rows)
    kinds = _kinds_by_page(set(sources.values()))
    return [
        Thing(row.pk, row.title, row.brand_id, tuple(kinds[sources[row.pk]]))
        for row in rows
        if sources[row.pk] in kinds
    ]


def _kinds_by_page(page_ids: set[int]) -> dict[int, list[Kind]]:
    by_page: dict[int, list[Kind]] = {}
    for variant in Variant.objects.filter(page_id__in=page_ids).select_related("sku"):
        chosen = (variant.option_1_id, variant.option_2_id, variant.option_3_id)
        kind = Kind(
            options=frozenset(pk for pk in chosen if pk),
            price=variant.price,
            buyable=variant.availability.can_be_bought,
        )
        by_page.setdefault(variant.page_id, []).append(kind)
    return by_page


def _ids(values: Iterable[str]) -> frozenset[int]:
    """Of no more digits than a database can hold."""
    return frozenset(int(value) for value in values if value.isdecimal() and len(value) < 18)
