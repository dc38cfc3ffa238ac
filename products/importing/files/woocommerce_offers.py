"""What a WooCommerce row asks for a thing, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from products.importing.files import values
from products.importing.files.drafting import Draft
from products.importing.files.figures import Unreadable
from products.importing.files.tables import Row

SHARED = "parent"  # in a variation's stock: it is counted for all variations together


@dataclass(frozen=True)
class Stock:
    on_hand: int | None
    backorders: bool


def price_of(row: Row, draft: Draft) -> tuple[Decimal, Decimal | None] | None:
    """Price and compare-at price; None without any. A sale counts only on its days."""
    regular = draft.price(row.number, row["regular_price"])
    sale = draft.price(row.number, row["sale_price"])
    if regular is None or sale is None:
        only = sale if regular is None else regular
        return None if only is None else (only, None)
    if sale >= regular:
        message = _("The sale price %(cell)s is not below the regular price and was left out.")
        draft.note(row.number, message % {"cell": row["sale_price"]})
        return regular, None
    if not _is_on(row, draft):
        return regular, None
    return sale, regular


def _is_on(row: Row, draft: Draft) -> bool:
    today = timezone.localdate()
    try:
        starts, ends = (values.day(cell) if cell else today for cell in _dates(row))
    except Unreadable as error:
        draft.note(row.number, _("%(why)s The sale price was not applied.") % {"why": error})
        return False
    if starts <= today <= ends:
        return True
    message = _("The sale price %(cell)s was not applied: its sale is from %(starts)s to %(ends)s.")
    starts_cell, ends_cell = (cell[:10] or "…" for cell in _dates(row))
    named = {"cell": row["sale_price"], "starts": starts_cell, "ends": ends_cell}
    draft.note(row.number, message % named)
    return False


def _dates(row: Row) -> tuple[str, str]:
    return row["sale_starts"], row["sale_ends"]


def stock_of(row: Row, parent: Row, draft: Draft) -> Stock:
    """What is not counted there but in stock is sold without end; what is out of stock, not."""
    if shares_stock(row, parent):
        return Stock(None, values.yes_or_no(parent["backorders"], False))
    backorders = values.yes_or_no(row["backorders"], False) or row["in_stock"] == "backorder"
    if row["stock"] and row["stock"].lower() != SHARED:
        return Stock(draft.units(row.number, row["stock"]), backorders)
    if not row["in_stock"] or backorders:
        return Stock(None, backorders)
    if not values.yes_or_no(row["in_stock"], True):
        return Stock(0, False)
    draft.note(row.number, _("The stock is not counted there; it sells beyond stock here."))
    return Stock(None, True)


def shares_stock(row: Row, parent: Row) -> bool:
    """Whether the variation is sold out of what its product counts."""
    stock = row["stock"].lower()
    uncounted = not stock and values.yes_or_no(row["in_stock"], True)
    return row is not parent and bool(parent["stock"]) and (stock == SHARED or uncounted)


def split_evenly(units: int, shares: int) -> list[int]:
    """As many parts as there are shares; together exactly the units."""
    return [units // shares + (number < units % shares) for number in range(shares)]
