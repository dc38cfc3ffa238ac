"""What any shop's export comes to: products in the shop's own words, free of the file's format.

A reader makes these from rows; `products.importing.apply` turns them into pages. Rows are counted
as a spreadsheet counts them: the header is row 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

MAX_OPTIONS = 3


@dataclass(frozen=True)
class Note:
    """Something to know about a row that came in all the same: what was left out, or changed."""

    row: int
    text: str


@dataclass(frozen=True)
class PictureRecord:
    """`source` is an http(s) address or the name of a file."""

    source: str
    alt: str = ""


@dataclass(frozen=True)
class VariantRecord:
    """`price` in the shop's currency, in its mode of tax; `weight` in grams.

    An empty `sku` asks for one to be made. `on_hand` is None where the file says nothing of stock.
    `options` are pairs of type and value: (("Size", "A3"), ("Frame", "Oak")).
    """

    row: int
    price: Decimal
    sku: str = ""
    options: tuple[tuple[str, str], ...] = ()
    compare_at: Decimal | None = None
    on_hand: int | None = None
    backorders: bool = False
    low_stock_threshold: int | None = None
    weight: int | None = None
    barcode: str = ""
    picture: str = ""  # the `source` of one of the product's pictures, or of one of its own


@dataclass(frozen=True)
class ProductRecord:
    """One product. `key` names it within its format, the same in every export of that shop.

    `body` is rich text, cleaned to what our editor knows (h2, h3, h4, p, b, i, ul, ol, a, hr,
    blockquote, img). Categories are paths from the top: (("Home", "Pots"), ("Sale",)).
    """

    key: str
    rows: tuple[int, ...]
    title: str
    variants: tuple[VariantRecord, ...]
    slug: str = ""
    summary: str = ""
    body: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[tuple[str, ...], ...] = ()
    tax_class: str = ""
    published: bool = True
    pictures: tuple[PictureRecord, ...] = ()
    seo_title: str = ""
    seo_description: str = ""
    manufacturer: str = ""
    responsible_person: str = ""
    safety_information: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """Rows that do not come in, and why."""

    rows: tuple[int, ...]
    name: str
    reason: str


@dataclass(frozen=True)
class Source:
    """A file that was understood. Iterating reads it; `row_count` is without the header."""

    format: str  # "shopify", "woocommerce" or "bowerbird"
    row_count: int
    items: Iterable[ProductRecord | Rejected] = field(repr=False)

    def __iter__(self) -> Iterator[ProductRecord | Rejected]:
        return iter(self.items)


class FileRefused(Exception):
    """The file as a whole cannot be read. The message is for the person who chose it."""
