"""Promises of stock that ran out are given back: by beat, or at once where units are wanted."""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from checkout.models import Order
from checkout.status import OrderStatus, TransitionNotAllowed
from products.signals import units_wanted

logger = logging.getLogger(__name__)

# Whoever wants units waits for this many orders at most; beat does the rest.
AT_ONCE = 20


def expire(order: Order) -> None:
    """Expire an overdue order, unless it moved on a moment ago."""
    try:
        with transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=order.pk)
            if locked.is_overdue:
                locked.transition_to(OrderStatus.EXPIRED)
    except TransitionNotAllowed:
        logger.info("order %s moved on before it could expire", order.pk)
    order.refresh_from_db()


@receiver(units_wanted)
def give_back(skus: Collection[str], **kwargs: Any) -> int:
    """Somebody wants units of orders that nobody can pay any more. How many those were."""
    overdue = Order.objects.overdue().filter(lines__sku__code__in=skus).distinct()
    found = list(overdue.order_by("expires_at")[:AT_ONCE])
    for order in found:
        expire(order)
    return len(found)
