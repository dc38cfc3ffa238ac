"""A product in the making: what every format asks of its cells, and what is told about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_FLOOR, Decimal
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.importing.files import texts, values
from products.importing.files.figures import Numbers, Unreadable
from products.importing.records import MAX_OPTIONS, Note, VariantRecord
from products.money import round_money

THE_TITLE = gettext_lazy("The title")
THE_BRAND = gettext_lazy("The brand")
A_TAG = gettext_lazy("A tag")
AN_OPTION = gettext_lazy("An option")

TITLE_LENGTH = 255
NAME_LENGTH = 60  # of an option and its values
BRAND_LENGTH = 100
SUMMARY_LENGTH = 300
TAG_LENGTH = 100

Value = TypeVar("Value")


class Refusal(Exception):
    """This product does not come in. The message is the reason."""


@dataclass
class Draft:
    """Reads cells for one product and keeps the notes on them."""

    currency: str
    numbers: Numbers
    notes: list[Note] = field(default_factory=list)

    def note(self, row: int, text: str) -> None:
        self.notes.append(Note(row, text))

    def note_all(self, row: int, sentences: Iterable[str]) -> None:
        self.notes += [Note(row, sentence) for sentence in sentences]

    def told(self) -> tuple[Note, ...]:
        """The notes in the order of the rows."""
        return tuple(sorted(self.notes, key=lambda note: note.row))

    def price(self, row: int, cell: str) -> Decimal | None:
        """None for an empty cell; a cell that makes no sense refuses the product."""
        if not cell:
            return None
        try:
            written = values.price(cell, self.numbers, self.currency)
        except Unreadable as error:
            raise Refusal(_("Row %(row)d: %(why)s") % {"row": row, "why": error}) from error
        rounded = round_money(written, self.currency)
        if rounded != written:
            message = _("The price %(cell)s was rounded to %(price)s.")
            self.note(row, message % {"cell": cell, "price": rounded})
        return rounded

    def compare_at(self, row: int, cell: str, price: Decimal) -> Decimal | None:
        """Dropped where it is not above the price: there is no saving to be shown."""
        before = self.price(row, cell)
        if before is None or before > price:
            return before
        if before:
            message = _("The compare-at price %(cell)s is not above the price and was left out.")
            self.note(row, message % {"cell": cell})
        return None

    def units(self, row: int, cell: str) -> int | None:
        """On hand. None for an empty cell, and for one that makes no sense, with a note."""
        amount = self._tolerant(row, cell, lambda: values.quantity(cell, self.numbers))
        if amount is None:
            return None
        if amount < 0:
            message = _("The stock is %(cell)s there: 0 here. Units owed to customers do not move.")
            self.note(row, message % {"cell": cell})
            return 0
        whole = int(amount.to_integral_value(ROUND_FLOOR))
        if whole != amount:
            self.note(row, _("The stock %(cell)s was rounded down.") % {"cell": cell})
        return whole

    def weight(self, row: int, cell: str, unit: str) -> int | None:
        return self._tolerant(row, cell, lambda: values.weight(cell, unit, self.numbers))

    def _tolerant(self, row: int, cell: str, read: Callable[[], Value]) -> Value | None:
        try:
            return read() if cell else None
        except Unreadable as error:
            self.note(row, _("%(why)s It was left empty.") % {"why": error})
            return None

    def sku(self, row: int, cell: str) -> str:
        """A code that our stock takes. Where it had to change, a note says so."""
        code = texts.sku_code(cell)
        if cell and not code:
            self.note(row, _("“%(cell)s” cannot be a SKU; one is made.") % {"cell": cell})
        elif code != cell.lstrip("'"):
            message = _("The SKU “%(cell)s” became “%(code)s”: codes have no spaces or signs.")
            self.note(row, message % {"cell": cell, "code": code})
        return code

    def barcode(self, row: int, cell: str) -> str:
        code = texts.barcode(cell)
        if code is None:
            message = _(
                "“%(cell)s” is no barcode (too long, or rounded by a spreadsheet): left out."
            )
            self.note(row, message % {"cell": cell})
        return code or ""

    def cut(self, row: int, text: str, length: int, what: str | Promise) -> str:
        """`text`, no longer than our fields are."""
        short = texts.cut(text, length)
        if short != text:
            message = _("%(what)s is longer than %(length)d characters and was cut.")
            self.note(row, message % {"what": what, "length": length})
        return short

    def title(self, row: int, cell: str) -> str:
        text = texts.plain(cell)
        if not text:
            raise Refusal(_("The product has no title."))
        return self.cut(row, text, TITLE_LENGTH, THE_TITLE)

    def option(self, row: int, name: str, value: str) -> tuple[str, str]:
        return (
            self.cut(row, " ".join(name.split()), NAME_LENGTH, AN_OPTION),
            self.cut(row, " ".join(value.split()), NAME_LENGTH, AN_OPTION),
        )

    def tags(self, row: int, tags: Iterable[str]) -> tuple[str, ...]:
        short = [self.cut(row, tag, TAG_LENGTH, A_TAG) for tag in tags]
        return texts.unique(short)

    def variants(self, variants: Sequence[VariantRecord]) -> tuple[VariantRecord, ...]:
        """Refuses what shoppers could not tell apart. A repeated SKU stays with the first."""
        _refuse_equal_options(variants)
        seen: dict[str, int] = {}
        kept = []
        for variant in variants:
            if variant.sku in seen:
                message = _("The SKU %(sku)s stands in row %(first)d already; one is made here.")
                self.note(variant.row, message % {"sku": variant.sku, "first": seen[variant.sku]})
                variant = replace(variant, sku="")
            elif variant.sku:
                seen[variant.sku] = variant.row
            kept.append(variant)
        return tuple(kept)


def slug_of(text: str) -> str:
    return slugify(text, allow_unicode=True)[:TITLE_LENGTH].strip("-_")


def _refuse_equal_options(variants: Iterable[VariantRecord]) -> None:
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for variant in variants:
        names = [name.casefold() for name, _value in variant.options]
        if len(set(names)) < len(names) or len(names) > MAX_OPTIONS:
            message = _("Row %(row)d names an option twice, or more than three options.")
            raise Refusal(message % {"row": variant.row})
        key = tuple(sorted((name.casefold(), value.casefold()) for name, value in variant.options))
        if key in seen:
            message = _("Rows %(first)d and %(row)d have the same options: nobody could choose.")
            first, row = sorted((seen[key], variant.row))
            raise Refusal(message % {"first": first, "row": row})
        seen[key] = variant.row
