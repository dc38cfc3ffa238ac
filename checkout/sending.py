"""Handing an order over: its parcel, how it can be followed, and the e-mail that says so."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from checkout import emails
from checkout.models import EmailKind, Order, Shipment, Tracking
from checkout.status import OrderStatus


class BeingRefunded(Exception):
    """All of the money goes back: the goods must stay."""


def send(order: Order, tracking: Tracking, actor: Any = None) -> Shipment:
    """The order has left the house. Raises TransitionNotAllowed or BeingRefunded."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.is_being_refunded:
            raise BeingRefunded
        shipment = Shipment(order=locked, actor=actor)
        shipment.tracking = tracking
        locked.transition_to(OrderStatus.SENT, actor=actor, **shipment.as_event())
        shipment.save()
        emails.owe(locked, EmailKind.SENT)
    return shipment


def correct(shipment: Shipment, tracking: Tracking, *, tell: bool, actor: Any = None) -> bool:
    """Write down how the parcel really travels. False where that is what we knew.

    `tell`: the shopper gets the e-mail once more, whether or not anything changed.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=shipment.order_id)
        stored = Shipment.objects.select_for_update().get(pk=shipment.pk)
        changed = stored.tracking != tracking
        if changed:
            stored.tracking = tracking
            stored.save()
            order.record("tracking_corrected", actor=actor, **stored.as_event())
        if tell:
            emails.owe_again(order, EmailKind.SENT)
    return changed
