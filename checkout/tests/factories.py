"""Orders for tests, placed by the real function."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from basket.basket import Basket, compute
from basket.contents import Contents, HeldLine
from checkout import settling
from checkout.models import (
    Order,
    Payment,
    PaymentStatus,
    Refund,
    ShippingMethod,
    ShippingRate,
    ShippingZone,
)
from checkout.placing import Details, place_order
from checkout.status import GIVEN_BACK, OrderStatus
from content.tests.factories import default_site
from products.models import Variant

ADDRESS = {
    "name": "Ada Lovelace",
    "company": "",
    "line1": "12 St James's Square",
    "line2": "",
    "city": "London",
    "region": "",
    "postcode": "SW1Y 4JH",
    "country": "GB",
}


def make_zone(countries: Sequence[str] = ()) -> ShippingZone:
    """The zone of exactly these countries; none: of everywhere else."""
    zones = ShippingZone.objects.all()
    known = (zone for zone in zones if zone.codes == frozenset(countries))
    return next(known, None) or ShippingZone.objects.create(
        name=", ".join(countries) or "Everywhere else",
        countries=",".join(countries),
        everywhere_else=not countries,
    )


def make_method(
    name: str = "Standard", price: str = "4.00", *, countries: Sequence[str] = (), **fields: Any
) -> ShippingMethod:
    """With one price for all parcels."""
    zone = None if fields.get("pick_up") else make_zone(countries)
    method = ShippingMethod.objects.create(name=name, zone=zone, **fields)
    make_rate(method, price)
    return method


def make_rate(method: ShippingMethod, price: str, **band: Any) -> ShippingRate:
    return ShippingRate.objects.create(method=method, price=Decimal(price), **band)


def make_basket(quantities: dict[str, int], coupon: str = "") -> Basket:
    """A basket of these SKU codes, added just now at the current prices."""
    prices = dict(Variant.objects.filter(sku_id__in=quantities).values_list("sku_id", "price"))
    now = datetime.now(UTC)
    lines = {code: HeldLine(n, prices[code], now) for code, n in quantities.items()}
    return compute(Contents(lines, coupon))


def make_details(**changes: Any) -> Details:
    values: dict[str, Any] = {
        "form_key": uuid.uuid4(),
        "email": "ada@example.com",
        "delivery": ADDRESS,
        "billing": ADDRESS,
        "provider": "bank_transfer",
    } | changes
    if "method" not in values:
        values["method"] = ShippingMethod.objects.offered().first() or make_method()
    return Details(**values)


def make_order(quantities: dict[str, int], coupon: str = "", **changes: Any) -> Order:
    """Placed and awaiting payment."""
    user = changes.pop("user", None)
    return place_order(
        make_basket(quantities, coupon), make_details(**changes), site=default_site(), user=user
    )


def make_paid_order(quantities: dict[str, int], **changes: Any) -> Order:
    """By bank transfer, confirmed by hand."""
    order = make_order(quantities, **changes)
    settling.mark_paid_by_hand(order, None)
    return Order.objects.get(pk=order.pk)


def advance(order: Order, *steps: OrderStatus) -> Order:
    """Along the table of moves, with the money that each step means; no document, no e-mail."""
    for step in steps:
        if step == OrderStatus.PAID:
            take_money(order)
        elif step in GIVEN_BACK:
            give_back(order, order.total if step == OrderStatus.REFUNDED else order.total / 2)
        order.transition_to(step)
    return order


def take_money(order: Order) -> Payment:
    """Its payment came in, and nothing has followed from that yet."""
    payment: Payment = order.latest_payment
    payment.status, payment.paid_at = PaymentStatus.SUCCEEDED, timezone.now()
    payment.save()
    order.tally()
    return payment


def give_back(order: Order, amount: Decimal) -> None:
    """So much of what came has gone back by now, and nothing has followed from that yet."""
    payment = order.payments.received().first() or take_money(order)
    Refund.objects.create(
        payment=payment,
        amount=amount - order.refunded_total,
        reason=Refund.Reason.SHOP,
        number=payment.refunds.count() + 1,
        made_at=timezone.now(),
    )
    order.tally()
