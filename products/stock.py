"""The only writer of stock.

Units are whole numbers. Every function must run inside the caller's transaction or opens one;
SKUs are always touched in the order of their codes, so that two orders can never wait for each
other in a circle. What is promised is decided by one conditional UPDATE a SKU, which the
database serialises: no unit can be promised twice, whoever else is reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from products.models.skus import Availability, MovementReason, Sku, StockMovement
from products.signals import availability_changed


class OutOfStock(Exception):
    """Some SKUs cannot be supplied. `available` maps their codes to the units that could be."""

    def __init__(self, available: Mapping[str, int]) -> None:
        super().__init__(", ".join(sorted(available)))
        self.available = dict(available)


def reserve(quantities: Mapping[str, int]) -> None:
    """Promise units of each SKU code, all or none.

    Raises OutOfStock; the caller lets it roll the transaction back.
    """
    _require_transaction()
    short: dict[str, int] = {}
    for code, quantity in sorted(quantities.items()):
        promised = (
            Sku.objects.filter(code=code, retired=False)
            .filter(Q(backorders_allowed=True) | Q(on_hand__gte=F("reserved") + quantity))
            .update(reserved=F("reserved") + quantity)
        )
        if not promised:
            sku = Sku.objects.filter(code=code).first()
            short[code] = sku.can_supply(quantity) if sku else 0
    if short:
        raise OutOfStock(short)
    for sku in Sku.objects.filter(code__in=quantities):
        _announce(sku, freed=-quantities[sku.code])


def release(quantities: Mapping[str, int]) -> None:
    """Give promised units back to the shelf."""
    _require_transaction()
    for code, quantity in sorted(quantities.items()):
        _change(code, on_hand=0, reserved=-quantity)


def sell(quantities: Mapping[str, int], *, reference: str, actor: Any = None) -> None:
    """Turn promises into movements: the units leave. `reference` is the order's number."""
    _require_transaction()
    for code, quantity in sorted(quantities.items()):
        sku = _change(code, on_hand=-quantity, reserved=-quantity)
        _record(sku, -quantity, MovementReason.SOLD, reference=reference, actor=actor)


def move(
    code: str,
    delta: int,
    reason: MovementReason | str,
    *,
    reference: str = "",
    note: str = "",
    actor: Any = None,
) -> StockMovement | None:
    """Add `delta` units (negative: remove) outside of an order. None where nothing moves."""
    if not delta:
        return None
    with transaction.atomic():
        sku = _change(code, on_hand=delta, reserved=0)
        return _record(sku, delta, reason, reference=reference, note=note, actor=actor)


def count(
    code: str,
    on_hand: int,
    reason: MovementReason | str = MovementReason.COUNTED,
    *,
    reference: str = "",
    note: str = "",
    actor: Any = None,
) -> StockMovement | None:
    """Record that `on_hand` units were found. Locks the row: a sale may be under way."""
    with transaction.atomic():
        sku = Sku.objects.select_for_update().get(code=code)
        return move(
            code, on_hand - sku.on_hand, reason, reference=reference, note=note, actor=actor
        )


def edit(code: str, **details: Any) -> Sku:
    """Change what is known of a SKU, but for its units: whether it is retired, when it is low."""
    with transaction.atomic():
        sku = Sku.objects.select_for_update().get(code=code)
        before = sku.availability
        for name, value in details.items():
            setattr(sku, name, value)
        sku.save(update_fields=list(details))
        _tell(sku, before)
    return sku


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Stock changes in a transaction only.")


def _change(code: str, *, on_hand: int, reserved: int) -> Sku:
    """The SKU as it is after the change; its row stays locked until the transaction ends."""
    Sku.objects.filter(code=code).update(
        on_hand=F("on_hand") + on_hand, reserved=F("reserved") + reserved
    )
    sku = Sku.objects.get(code=code)
    _announce(sku, freed=on_hand - reserved)
    return sku


def _announce(sku: Sku, *, freed: int) -> None:
    """`freed` units more (negative: fewer) may be promised than a moment ago."""
    _tell(sku, sku.availability_with(sku.on_hand - sku.reserved - freed))


def _tell(sku: Sku, before: Availability) -> None:
    after = sku.availability
    if after != before:
        send = partial(
            availability_changed.send_robust, Sku, sku=sku.code, before=before, after=after
        )
        transaction.on_commit(send)


def _record(sku: Sku, delta: int, reason: MovementReason | str, **details: Any) -> StockMovement:
    return StockMovement.objects.create(
        sku=sku, delta=delta, balance=sku.on_hand, reason=reason, **details
    )
