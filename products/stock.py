"""The only writer of stock.

Units are whole numbers. Every function must run inside the caller's transaction or opens one;
SKUs are always touched in the order of their codes, so that two orders can never wait for each
other in a circle. What is promised is decided by one conditional UPDATE a SKU, which the
database serialises: no unit can be promised twice, whoever else is reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from products import alerts
from products.models.skus import Availability, MovementReason, Sku, StockMovement
from products.signals import availability_changed, units_wanted


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


def call_in(wanted: Iterable[tuple[Sku, int]]) -> bool:
    """Where units are short, have those back that others were promised and did not take in time.

    Each SKU as it was just read, with the units that are wanted of it. Never inside a transaction
    that has touched stock. Whether any came back.
    """
    short = [sku.code for sku, quantity in wanted if sku.can_supply(quantity) < quantity]
    if not short:
        return False
    return any(given for _receiver, given in units_wanted.send(Sku, skus=short))


def release(quantities: Mapping[str, int]) -> None:
    """Give promised units back to the shelf."""
    _require_transaction()
    for code, quantity in sorted(quantities.items()):
        Sku.objects.filter(code=code).update(reserved=F("reserved") - quantity)
    for sku in Sku.objects.filter(code__in=quantities):
        _announce(sku, freed=quantities[sku.code])


def sell(quantities: Mapping[str, int], *, reference: str, actor: Any = None) -> None:
    """Turn promises into movements: the units leave. `reference` is the order's number."""
    _require_transaction()
    for code, quantity in sorted(quantities.items()):
        _move(code, -quantity, MovementReason.SOLD, kept=quantity, reference=reference, actor=actor)


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
        return _move(code, delta, reason, reference=reference, note=note, actor=actor)


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
        if sku.availability.can_be_bought and not before.can_be_bought:
            alerts.choose(sku, sku.available)
    return sku


def _require_transaction() -> None:
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Stock changes in a transaction only.")


def _move(
    code: str, delta: int, reason: MovementReason | str, *, kept: int = 0, **details: Any
) -> StockMovement:
    """One line of the ledger, and the shelf as it says; `kept` promises are kept by it.

    The row stays locked until the transaction ends. The database refuses a line that does not
    begin where the shelf stands, and a shelf that the ledger did not move (`products.ledger`).
    """
    sku = Sku.objects.select_for_update().get(code=code)
    movement = StockMovement.objects.create(
        sku=sku, delta=delta, balance=sku.on_hand + delta, reason=reason, **details
    )
    Sku.objects.filter(pk=sku.pk).update(on_hand=movement.balance, reserved=F("reserved") - kept)
    sku.on_hand, sku.reserved = movement.balance, sku.reserved - kept
    _announce(sku, freed=delta + kept)
    return movement


def _announce(sku: Sku, *, freed: int) -> None:
    """`freed` units more (negative: fewer) may be promised than a moment ago."""
    _tell(sku, sku.availability_with(sku.on_hand - sku.reserved - freed))
    if freed > 0 and sku.availability.can_be_bought:
        alerts.choose(sku, freed)


def _tell(sku: Sku, before: Availability) -> None:
    after = sku.availability
    if after != before:
        send = partial(
            availability_changed.send_robust, Sku, sku=sku.code, before=before, after=after
        )
        transaction.on_commit(send)
