"""What the order's own page shows: read at once, in as many queries for one line as for fifty."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects

from checkout import backorders, returning
from checkout.models import Order
from checkout.progress import steps_of
from checkout.querysets import is_withdrawn_from
from checkout.status import RELEASED, OrderStatus


def orders() -> QuerySet[Order]:
    """With what is asked of every order; each has `being_refunded` and `withdrawn_from`."""
    return Order.objects.select_related("site", "invoice__series").annotate(
        being_refunded=Exists(Order.objects.being_refunded().filter(pk=OuterRef("pk"))),
        withdrawn_from=is_withdrawn_from(),
    )


def context_of(order: Order, *, came_from_paying: bool) -> dict[str, Any]:
    """Of one of `orders`, for the template."""
    prefetch_related_objects(
        [order],
        "lines__picture__renditions",
        "taxes",
        "addresses",
        "events",
        "shipments",
        "payments__refunds",
        "returns__lines__line",
    )
    payments = sorted(order.payments.all(), key=lambda payment: payment.attempt)
    refunds = [refund for payment in payments for refund in payment.refunds.all()]
    refunds.sort(key=lambda refund: refund.pk)
    is_paid = order.status == OrderStatus.PAID
    return {
        "order": order,
        "steps": steps_of(order),
        "payment": payments[-1] if payments else None,
        "invoice": getattr(order, "invoice", None),
        "can_be_put_back": order.status in RELEASED,
        "refunds": refunds,
        "refund": refunds[0] if refunds else None,
        "is_being_refunded": is_paid and order.being_refunded,  # type: ignore[attr-defined]
        "is_withdrawn_from": is_paid and order.withdrawn_from,  # type: ignore[attr-defined]
        "is_waiting": order.status == OrderStatus.PENDING and came_from_paying,
        "returns": order.returns.all(),
        "offers": returning.offers_of(order),
        "owed": backorders.owed_to(order),
    }
