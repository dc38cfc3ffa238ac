"""What happened to an order, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from checkout.models import Order, OrderEvent
from checkout.status import OrderStatus

_WORDS = {
    "placed": gettext_lazy("Placed"),
    "payment_started": gettext_lazy("Payment begun"),
    "payment_processing": gettext_lazy("Payment on its way"),
    "payment_refused": gettext_lazy("Payment refused by the provider"),
    "payment_held": gettext_lazy("Payment held: it does not match the order"),
    "invoice_issued": gettext_lazy("Invoice issued"),
    "refund_due": gettext_lazy("Refund due"),
    "refunded": gettext_lazy("Refunded"),
}


@dataclass(frozen=True)
class Happening:
    at: datetime
    what: str
    details: str
    by: str


def history_of(order: Order) -> list[Happening]:
    """Newest first."""
    return [_in_words(event) for event in reversed(order.events.all())]


def _in_words(event: OrderEvent) -> Happening:
    data = dict(event.data)
    if event.what == "status":
        data.pop("before", None)
        what = _status_label(data.pop("after", ""))
    else:
        what = str(_WORDS.get(event.what, event.what))
    details = ", ".join(f"{key}: {value}" for key, value in data.items())
    return Happening(event.created_at, what, details, str(event.actor or _("the shop")))


def _status_label(status: Any) -> str:
    return str(OrderStatus(status).label) if status in OrderStatus.values else str(status)
