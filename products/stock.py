"""The only writer of stock.

Units are whole numbers. Every function must run inside the caller's transaction or opens one. All
rows that it will change are locked first, in one statement and in the order of their codes, so that
two orders can never wait for each other in a circle; what is decided, is decided by what the locked
rows say. No unit can be promised twice, whoever else is reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import F

from content.live_pages import tell_on_commit
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
    skus = _locked(quantities)
    supplied = {code: sku.can_supply(quantities[code]) for code, sku in skus.items()}
    short = {
        code: supplied.get(code, 0)
        for code, quantity in quantities.items()
        if supplied.get(code, 0) < quantity
    }
    if short:
        raise OutOfStock(short)
    _promise(skus, quantities)
    for sku in skus.values():
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
    skus = _locked(quantities)
    _promise(skus, {code: -quantity for code, quantity in quantities.items()})
    for sku in skus.values():
        _announce(sku, freed=quantities[sku.code])


def sell(quantities: Mapping[str, int], *, reference: str, actor: Any = None) -> None:
    """Turn promises into movements: the units leave. `reference` is the order's number.

    What may be promised to others stays what it was, so nobody need be told.
    """
    skus = _locked(quantities)
    StockMovement.objects.bulk_create(
        _line(sku, -quantities[code], MovementReason.SOLD, reference=reference, actor=actor)
        for code, sku in skus.items()
    )
    _promise(skus, {code: -quantity for code, quantity in quantities.items()})


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


def _locked(codes: Iterable[str]) -> dict[str, Sku]:
    """The rows by their codes, locked in that order until the caller's transaction ends."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("Stock changes in a transaction only.")
    # Not their keys: whoever writes a line that names one need not wait.
    rows = Sku.objects.select_for_update(no_key=True)
    skus = rows.filter(code__in=list(codes)).order_by("code")
    return {sku.code: sku for sku in skus}


def _promise(skus: Mapping[str, Sku], units: Mapping[str, int]) -> None:
    """So many units more (negative: fewer) of each of these locked rows are somebody's."""
    alike: dict[int, list[Any]] = {}
    for code, sku in skus.items():
        alike.setdefault(units[code], []).append(sku.pk)
        sku.reserved += units[code]
    for more, keys in alike.items():
        Sku.objects.filter(pk__in=keys).update(reserved=F("reserved") + more)


def _move(code: str, delta: int, reason: MovementReason | str, **details: Any) -> StockMovement:
    sku = Sku.objects.select_for_update().get(code=code)
    movement = _line(sku, delta, reason, **details)
    movement.save()
    _announce(sku, freed=delta)
    return movement


def _line(sku: Sku, delta: int, reason: MovementReason | str, **details: Any) -> StockMovement:
    """One line of the ledger, to be written while the row is locked.

    The shelf follows it by itself, in the database (`products.ledger`), which also refuses a line
    that does not begin where the shelf stands.
    """
    sku.on_hand += delta
    return StockMovement(sku=sku, delta=delta, balance=sku.on_hand, reason=reason, **details)


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
        tell_on_commit(send)
