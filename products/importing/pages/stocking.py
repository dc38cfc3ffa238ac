"""The stock behind imported variants: brought into being once, never moved again by a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from products import stock
from products.importing.pages.merging import VariantChange, identity
from products.importing.records import VariantRecord
from products.models import MovementReason, Sku

_FIELDS = {
    "weight": "weight",
    "barcode": "barcode",
    "backorders": "backorders_allowed",
    "low_stock_threshold": "low_stock_threshold",
}


def bring(
    changes: Iterable[VariantChange], codes: Mapping[str, str], reference: str, actor: Any
) -> None:
    """What the file says of each SKU, and its units where the SKU is new in the shop.

    Must run in a transaction, before the variants are saved: saving brings SKUs into being.
    """
    by_code = {codes[identity(change.record)]: change for change in changes}
    known = set(Sku.objects.filter(code__in=by_code).values_list("code", flat=True))
    for code, change in sorted(by_code.items()):
        details = _details(change.record, change.fields)
        if code not in known:
            Sku.objects.create(code=code, **details)
            units = change.record.on_hand or 0
            stock.move(code, units, MovementReason.IMPORTED, reference=reference, actor=actor)
        elif details:
            stock.edit(code, **details)


def _details(variant: VariantRecord, wanted: frozenset[str]) -> dict[str, Any]:
    values = {ours: getattr(variant, name) for name, ours in _FIELDS.items() if name in wanted}
    if values.get("low_stock_threshold", 0) is None:
        del values["low_stock_threshold"]
    return values
