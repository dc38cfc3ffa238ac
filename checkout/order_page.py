"""What the order's own page shows: read at once, in as many queries for one line as for fifty.

Most who look at one have placed it a moment ago: what cannot be there yet is not asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from django.db.models import QuerySet, prefetch_related_objects
from django.template.loader import render_to_string

from checkout import backorders, returning
from checkout.models import Invoice, Order, OrderEvent, Refund, ReturnRequest, Shipment
from checkout.models.payments import ARRIVED
from checkout.progress import steps_of
from checkout.status import RELEASED, OrderStatus
from content.live_pages.parts import Part, kept_many, noted
from content.models import Picture


def orders() -> QuerySet[Order]:
    """With what is asked of every order."""
    return Order.objects.select_related("site")


def context_of(order: Order, *, came_from_paying: bool) -> dict[str, Any]:
    """Of one of `orders`, for the template."""
    _look_up(order)
    payments = sorted(order.payments.all(), key=lambda payment: payment.attempt)
    refunds = _refunds(order)
    returns = order.returns.all()
    is_paid = order.status == OrderStatus.PAID
    pictures = _pictures({line.picture_id for line in order.lines.all()})
    return {
        "order": order,
        "lines": [(line, pictures[line.picture_id]) for line in order.lines.all()],
        "steps": steps_of(order),
        "payment": payments[-1] if payments else None,
        "invoice": _invoice(order),
        "can_be_put_back": order.status in RELEASED,
        "refunds": refunds,
        "refund": refunds[0] if refunds else None,
        "is_being_refunded": is_paid
        and any(one.is_by_the_shop and not one.made_at for one in refunds)
        and order.is_being_refunded,
        "is_withdrawn_from": is_paid and any(one.is_open and one.is_withdrawal for one in returns),
        "is_waiting": order.status == OrderStatus.PENDING and came_from_paying,
        "returns": returns,
        "offers": returning.offers_of(order),
        "owed": backorders.owed_to(order),
    }


def _look_up(order: Order) -> None:
    """What comes to an order in time, steps, parcels and returns, only where that may have been."""
    names = ["lines", "taxes", "addresses", "payments"]
    if order.status == OrderStatus.PENDING:
        _know_none(order, "events", OrderEvent)
    else:
        names.append("events")
    if order.has_left:
        names.append("shipments")
    else:
        _know_none(order, "shipments", Shipment)
    if order.paid_at:
        names.append("returns__lines__line")
    else:
        _know_none(order, "returns", ReturnRequest)
    prefetch_related_objects([order], *names)


def _know_none(order: Order, name: str, model: Any) -> None:
    """As if it had been prefetched: to find out that there is nothing in nothing takes Django half
    a millisecond."""
    nothing = model.objects.none()
    nothing._result_cache = []
    looked_up: dict[str, Any] = order.__dict__.setdefault("_prefetched_objects_cache", {})
    looked_up[name] = nothing


def _refunds(order: Order) -> list[Refund]:
    """In their order. Only what arrived can go back."""
    arrived = [payment for payment in order.payments.all() if payment.status in ARRIVED]
    prefetch_related_objects(arrived, "refunds")
    refunds = [refund for payment in arrived for refund in payment.refunds.all()]
    return sorted(refunds, key=lambda refund: refund.pk)


def _invoice(order: Order) -> Invoice | None:
    if order.paid_at is None:
        return None
    return Invoice.objects.select_related("series").filter(order=order).first()


def _pictures(ids: Iterable[int | None]) -> Mapping[int | None, str]:
    """As the page shows them, by their ids; None is the frame of a line without one."""
    found: dict[Any, str] = kept_many(((pk, "in an order") for pk in ids), _rendered)
    return {pk: markup for (pk, _), markup in found.items()}


def _rendered(keys: Iterable[Any]) -> Mapping[Any, Part]:
    by_pk = {pk: (pk, place) for pk, place in keys}
    there = Picture.objects.prefetch_related("renditions").in_bulk([pk for pk in by_pk if pk])
    about = {"sizes": "7rem", "decorative": True}
    return {
        key: noted(
            partial(render_to_string, "components/picture.html", {**about, "image": there.get(pk)})
        )
        for pk, key in by_pk.items()
    }
