"""What the orders that wait to be packed still wait for themselves: goods that are not here yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from checkout import status
from checkout.models import Order, OrderLine
from checkout.querysets import IN_THE_HOUSE
from products.models import Sku

Missing = Mapping[int, Mapping[str, int]]


def missing() -> Missing:
    """Units that are owed, by order and SKU code. What arrives goes to whoever paid first.

    On hand is what is left once everything that was paid for has gone; below zero it is owed.
    """
    owed = dict(Sku.objects.owed().values_list("code", "on_hand"))
    if not owed:
        return {}
    here = Order.objects.filter(IN_THE_HOUSE)
    lines = OrderLine.objects.filter(sku__in=list(owed), order__in=here).select_related("order")
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for line in lines.order_by("-order__paid_at", "-order_id"):
        short = min(line.units_left, -owed[line.sku_id])
        if short > 0:
            found[line.order_id][line.sku_id] = short
            owed[line.sku_id] += short
    return found


def owed_to(order: Order) -> list[str]:
    """As its shopper reads it: "2 × Tidal Drift (A3)" for what a paid order still waits for."""
    if order.paid_at is None or order.status not in status.TO_BE_SENT:
        return []
    units = missing().get(order.pk, {})
    return [
        f"{units[line.sku_id]} × {line.name}" for line in order.lines.all() if line.sku_id in units
    ]


def in_words(units: Mapping[str, int]) -> str:
    return ", ".join(f"{number} × {code}" for code, number in sorted(units.items()))


def note_missing(orders: Iterable[Any]) -> None:
    """Give each order `waits_for`: "2 × FLOW", or nothing."""
    units = missing()
    for order in orders:
        order.waits_for = in_words(units.get(order.pk, {}))
