"""How far an order has come, as its shopper sees it: a few steps, each with its day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkout.models import Order, OrderEvent
from checkout.status import RELEASED, OrderStatus

# What a step is called until it is done, and afterwards.
_STEPS: list[tuple[OrderStatus, str | Promise, str | Promise]] = [
    (OrderStatus.PAID, _("Payment"), _("Paid")),
    (OrderStatus.SENT, _("Packing"), _("Sent")),
    (OrderStatus.DELIVERED, _("On its way"), _("Delivered")),
]


@dataclass(frozen=True)
class Step:
    """`at` is when it was done."""

    label: str | Promise
    state: Literal["done", "current", "todo"]
    at: datetime | None = None


def steps_of(order: Order) -> list[Step]:
    """Ordered, paid, on its way, delivered. Empty for an order that has come to nothing."""
    if order.status in RELEASED or order.status == OrderStatus.REFUNDED:
        return []
    reached = {event.data.get("after"): event.created_at for event in _status_events(order)}
    steps = [Step(_("Ordered"), "done", order.placed_at)]
    for status, before, after in _STEPS:
        done = status in reached
        waiting = not done and steps[-1].state == "done"
        state: Literal["done", "current", "todo"]
        state = "done" if done else "current" if waiting else "todo"
        steps.append(Step(after if done else before, state, reached.get(status)))
    return steps


def _status_events(order: Order) -> list[OrderEvent]:
    return [event for event in order.events.all() if event.what == "status"]
