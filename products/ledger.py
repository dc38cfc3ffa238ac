"""How the database itself keeps what is on hand equal to its ledger.

A line of the ledger must begin where the shelf stands, and takes the shelf with it; nothing else
can move the shelf. So the deltas of a SKU add up to `on_hand` at every moment, whoever writes.
"""

from __future__ import annotations

from products.guards import Guard, append_only
from products.models import Sku, StockMovement

_LEDGER, _SKU = StockMovement._meta.db_table, Sku._meta.db_table
_SHELF = f"(SELECT on_hand FROM {_SKU} WHERE id = NEW.sku_id)"  # noqa: S608
_LAST = f"(SELECT balance FROM {_LEDGER} WHERE sku_id = NEW.id ORDER BY id DESC LIMIT 1)"  # noqa: S608
_FOLLOW = f"UPDATE {_SKU} SET on_hand = NEW.balance WHERE id = NEW.sku_id"  # noqa: S608
_NOT_BY_ITSELF = "What is on hand is moved by its ledger only."

LINES_FOLLOW_EACH_OTHER = Guard(
    "stock_line_begins",
    _LEDGER,
    "BEFORE INSERT",
    condition=f"NEW.balance <> {_SHELF} + NEW.delta",
    refusal="A line of the ledger begins where the shelf stands.",
)
SHELF_FOLLOWS = Guard("stock_line_moves", _LEDGER, "AFTER INSERT", then=_FOLLOW)
SHELF_BEGINS_EMPTY = Guard(
    "stock_shelf_begins",
    _SKU,
    "BEFORE INSERT",
    condition="NEW.on_hand <> 0",
    refusal=_NOT_BY_ITSELF,
)
SHELF_STAYS = Guard(
    "stock_shelf_stays",
    _SKU,
    "BEFORE UPDATE OF on_hand",
    condition=f"NEW.on_hand <> COALESCE({_LAST}, 0)",
    refusal=_NOT_BY_ITSELF,
)
LEDGER_IS_KEPT = append_only(StockMovement, "A stock movement is never changed or deleted.")

GUARDS = [
    LINES_FOLLOW_EACH_OTHER,
    SHELF_FOLLOWS,
    SHELF_BEGINS_EMPTY,
    SHELF_STAYS,
    *LEDGER_IS_KEPT,
]
