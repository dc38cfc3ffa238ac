"""How orders and payments are called in the admin, and in which colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from checkout import payments
from checkout.models import Order
from checkout.status import OrderStatus


def payment_label(thing: Any) -> Any:
    """Of an order or of a payment: how its provider is called."""
    name = getattr(thing, "provider", "") or getattr(thing, "payment_provider", "")
    try:
        return payments.get(name).label
    except KeyError:
        return name


_COLOURS = {
    OrderStatus.PENDING: "waiting",
    OrderStatus.PAID: "good",
    OrderStatus.SENT: "info",
    OrderStatus.DELIVERED: "muted",
    OrderStatus.CANCELLED: "muted",
    OrderStatus.EXPIRED: "muted",
    OrderStatus.FAILED: "bad",
    OrderStatus.PARTIALLY_REFUNDED: "info",
    OrderStatus.REFUNDED: "bad",
}


def note_facts(orders: Iterable[Any]) -> None:
    """Give each order what `with_facts` knows of it: for those that are shown, and for no others

    that a listing has to pass by.
    """
    shown = {order.pk: order for order in orders}
    facts = ("units", "money_goes_back", "is_in_dispute")
    known: QuerySet[Any, Any] = Order.objects.filter(pk__in=shown).order_by().with_facts()
    for pk, *values in known.values_list("pk", *facts):
        for fact, value in zip(facts, values, strict=True):
            setattr(shown[pk], fact, value)


def order_state(order: Order) -> tuple[str, Any]:
    """Colour and words of its label. What keeps it in the house comes first."""
    if getattr(order, "is_in_dispute", False):
        return "bad", _("Disputed")
    if getattr(order, "money_goes_back", False):
        return "bad", _("Being refunded")
    return _COLOURS[OrderStatus(order.status)], order.get_status_display()
