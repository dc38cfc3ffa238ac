"""Handing an order over: its parcel, how it can be followed, and the e-mail that says so."""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.db import transaction

from checkout import emails, status
from checkout.models import EmailKind, Order, Shipment, Tracking
from checkout.status import OrderStatus, TransitionNotAllowed


class BeingRefunded(Exception):
    """Nothing is left to send, or the shopper has withdrawn: the goods must stay."""


class InDispute(Exception):
    """The customer's bank asks for the money back, and has not decided."""


class SentOtherwise(Exception):
    """The order was sent, and its parcel is known by another tracking number."""


class Effect(Enum):
    """What a tracking number means to an order."""

    SENDS = "sends"
    IS_ADDED = "is added"
    IS_KNOWN = "is known"


def send(order: Order, tracking: Tracking, actor: Any = None) -> Shipment:
    """The order has left the house. Raises TransitionNotAllowed, BeingRefunded or InDispute."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        check(locked)
        shipment = Shipment(order=locked, actor=actor)
        shipment.tracking = tracking
        locked.transition_to(OrderStatus.SENT, actor=actor, **shipment.as_event())
        shipment.save()
        emails.owe(locked, EmailKind.SENT)
    return shipment


def check(order: Order) -> None:
    """Where it may not leave the house: TransitionNotAllowed, BeingRefunded or InDispute."""
    if order.is_disputed:
        raise InDispute
    status.check(order.status, OrderStatus.SENT)
    if order.shipments.exists():  # partly refunded since
        raise TransitionNotAllowed(order.status, OrderStatus.SENT)
    if not order.is_to_go:
        raise BeingRefunded


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


def take_tracking(order: Order, tracking: Tracking, actor: Any = None) -> Effect:
    """A carrier's list says so: the order is sent, or its parcel gets a number, once.

    Raises what `effect_of` raises.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        effect = effect_of(locked, tracking)
        if effect == Effect.SENDS:
            send(locked, tracking, actor)
        elif effect == Effect.IS_ADDED:
            correct(locked.shipments.get(), tracking, tell=True, actor=actor)
    return effect


def effect_of(order: Order, tracking: Tracking) -> Effect:
    """What `take_tracking` would do now. Raises SentOtherwise, and what `check` raises."""
    parcels = list(order.shipments.all())
    if not parcels:
        check(order)
        return Effect.SENDS
    if any(parcel.number.upper() == tracking.number.upper() for parcel in parcels):
        return Effect.IS_KNOWN
    if len(parcels) == 1 and not parcels[0].number:
        return Effect.IS_ADDED
    raise SentOtherwise
