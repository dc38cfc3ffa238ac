"""Who ordered, as far as their orders tell: one customer is one e-mail address or one account."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Sum

from checkout.models import Order
from products.money import ZERO

SHOWN = 5


@dataclass(frozen=True)
class OtherOrders:
    """The newest few of `count`. `spent`: what was paid for all, less what went back."""

    newest: list[Order]
    count: int
    spent: Decimal
    currency: str


def others_of(order: Order) -> OtherOrders:
    others = Order.objects.of_the_same_customer(order)
    kept = Sum(F("paid_total") - F("refunded_total"))
    return OtherOrders(
        newest=list(others[:SHOWN]),
        count=others.count(),
        spent=others.filter(currency=order.currency).aggregate(sum=kept)["sum"] or ZERO,
        currency=order.currency,
    )
