"""What a shopper asks of a shelf, as the address of a view says it.

`?option=12&option=15&brand=3&stock=in&sort=price`, so that every view of a shelf is a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

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


def _ids(values: Iterable[str]) -> frozenset[int]:
    """Of no more digits than a database can hold."""
    return frozenset(int(value) for value in values if value.isdecimal() and len(value) < 18)
