"""How long a shopper may withdraw from an order: the right that the law gives to consumers."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils import timezone

from checkout.models import Order
from checkout.status import SETTLED, OrderStatus
from content.models import ShopSettings

# Where nobody noted the delivery: the law asks shops to deliver within thirty days.
DELIVERED_WITHIN = timedelta(days=30)


def is_open(order: Order) -> bool:
    """Whether the order's page offers it today. Before delivery it always does.

    An order that waits for its payment is cancelled instead.
    """
    if order.status not in SETTLED or not _days(order):
        return False
    ends = last_day(order)
    return ends is None or timezone.localdate() <= ends


def last_day(order: Order) -> date | None:
    """So many days after the day of delivery. None: the goods are still in the house."""
    delivered = _delivered_on(order)
    return None if delivered is None else delivered + timedelta(days=_days(order))


def _days(order: Order) -> int:
    return ShopSettings.for_site(order.site).withdrawal_days


def _delivered_on(order: Order) -> date | None:
    steps = [event for event in order.events.all() if event.what == "status"]
    delivered = [step for step in steps if step.data["after"] == OrderStatus.DELIVERED]
    if delivered:
        return timezone.localdate(delivered[-1].created_at)
    sent = [shipment.sent_at for shipment in order.shipments.all()]
    return timezone.localdate(max(sent)) + DELIVERED_WITHIN if sent else None
