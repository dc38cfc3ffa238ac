"""Reading a product file: the one way in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from django.utils.translation import gettext as _

from products.importing.files import bowerbird, shopify, woocommerce
from products.importing.files.formats import Layout, recognise
from products.importing.files.tables import Row, opened
from products.importing.records import (
    FileRefused,
    Note,
    ProductRecord,
    Rejected,
    Source,
)
from products.money import shop_currency

Item = ProductRecord | Rejected
Reader = Callable[[Sequence[Row], Layout, str], Iterator[Item]]

READERS: dict[str, Reader] = {
    "bowerbird": bowerbird.read,
    "shopify": shopify.read,
    "woocommerce": woocommerce.read,
}


def read(
    file: BinaryIO,
    *,
    name: str = "",
    format: str = "",  # noqa: A002
    currency: str = "",
) -> Source:
    """What the file comes to. `name` is its own, for messages; `format` where it is known.

    Prices are in `currency`, the shop's if empty. Raises FileRefused if it cannot be read at all.
    """
    try:
        with opened(file) as table:
            layout = recognise(table.header, format)
            rows = list(table.rows(layout.columns))
        if not rows:
            raise FileRefused(_("There are no products below the header."))
    except FileRefused as refusal:
        raise FileRefused(f"{name}: {refusal}" if name else str(refusal)) from refusal
    items = Items(rows, layout, currency or shop_currency())
    return Source(layout.format, len(rows), items)


@dataclass(frozen=True)
class Items:
    """The products of the rows, made anew each time they are gone through."""

    rows: Sequence[Row]
    layout: Layout
    currency: str

    def __iter__(self) -> Iterator[Item]:
        items = READERS[self.layout.format](self.rows, self.layout, self.currency)
        notes = [Note(1, text) for text in _of_the_file(self.rows)]
        for item in _once(items):
            if notes and isinstance(item, ProductRecord):
                item, notes = replace(item, notes=(*notes, *item.notes)), []
            yield item


def _of_the_file(rows: Iterable[Row]) -> list[str]:
    """What is to be said once, with the first product."""
    if not any("market_price" in row for row in rows):
        return []
    return [_("Prices for single markets were left out: this shop has one price for all.")]


def _once(items: Iterable[Item]) -> Iterator[Item]:
    """A second product of the same key or SKU is turned away, naming the first's row."""
    keys: dict[str, int] = {}
    skus: dict[str, int] = {}
    for item in items:
        if isinstance(item, ProductRecord):
            reason = _taken(item, keys, skus)
            if reason:
                yield Rejected(item.rows, item.title, reason)
                continue
            keys[item.key] = item.rows[0]
            skus |= {variant.sku: variant.row for variant in item.variants if variant.sku}
        yield item


def _taken(item: ProductRecord, keys: dict[str, int], skus: dict[str, int]) -> str:
    if item.key in keys:
        message = _("“%(key)s” names another product already, in row %(row)d.")
        return message % {"key": item.key, "row": keys[item.key]}
    for variant in item.variants:
        if variant.sku in skus:
            message = _("The SKU %(sku)s belongs to the product in row %(row)d already.")
            return message % {"sku": variant.sku, "row": skus[variant.sku]}
    return ""
