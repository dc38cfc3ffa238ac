"""Placing an order: one transaction writes it, promises its stock and fixes its payment."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone, translation
from wagtail.models import Site

from basket.basket import Basket, BasketLine
from basket.models import Coupon
from checkout import emails, payments, vat_checks
from checkout.models import (
    EmailKind,
    Order,
    OrderAddress,
    OrderLine,
    OrderTax,
    Payment,
    ShippingMethod,
    TaxTreatment,
)
from checkout.models.orders import new_number
from checkout.models.snapshots import Snapshot
from checkout.quote import Quote
from checkout.tax import Destination, tax_class_of
from checkout.totals import LineTotals, Totals
from content.models import ShopSettings
from products import stock
from products.models import ProductPage, Sku


@dataclass(frozen=True)
class Details:
    """What the shopper told us. Addresses map the names in `checkout.addresses.FIELDS` to text.

    `vat_number` has been checked, see `checkout.vat_numbers`.
    """

    form_key: uuid.UUID
    email: str
    delivery: Mapping[str, str]
    billing: Mapping[str, str]
    method: ShippingMethod
    provider: str
    phone: str = ""
    note: str = ""
    vat_number: str = ""

    @property
    def destination(self) -> Destination:
        return Destination(self.delivery["country"], self.delivery["postcode"])


class CouponUsedUp(Exception):
    """The coupon's last use went to somebody else a moment ago."""


def place_order(
    basket: Basket, details: Details, *, site: Site, user: Any = None, quoted: Quote | None = None
) -> Order:
    """Write the order. The same form key always gives the same order.

    `quoted`: of this basket, as the shopper has just seen it; what was read for it is not read
    again. Raises OutOfStock or CouponUsedUp, and then nothing was written.
    """
    known = quoted or Quote(basket, ShopSettings.for_site(site), details.destination)
    totals = known.sent_to(details.destination, details.vat_number).totals(details.method)
    order = _order(basket, details, totals, site, user)
    try:
        return _write_once(order, basket, details, totals)
    except stock.OutOfStock:
        quantities = {line.sku: line.quantity for line in basket.lines}
        skus = Sku.objects.filter(code__in=quantities)
        stock.call_in([(sku, quantities[sku.code]) for sku in skus])
        return _write_once(_order(basket, details, totals, site, user), basket, details, totals)


def _order(basket: Basket, details: Details, totals: Totals, site: Site, user: Any) -> Order:
    """As it will be written."""
    buys_untaxed = totals.tax_treatment == TaxTreatment.REVERSE_CHARGE
    # One that takes nothing off (the goods are below its minimum) is not used up.
    coupon = basket.coupon if totals.discount else None
    window = timedelta(seconds=payments.get(details.provider).window())
    return Order(
        form_key=details.form_key,
        user=user if user is not None and user.is_authenticated else None,
        email=details.email,
        phone=details.phone,
        note=details.note,
        language=translation.get_language() or settings.LANGUAGE_CODE,
        site=site,
        currency=totals.currency,
        prices_include_tax=totals.prices_include_tax,
        tax_treatment=totals.tax_treatment,
        vat_number=details.vat_number if buys_untaxed else "",
        subtotal=totals.subtotal,
        discount=totals.discount,
        coupon=coupon,
        coupon_code=coupon.code if coupon else "",
        shipping=totals.shipping,
        shipping_method=details.method.name,
        shipping_estimate="" if details.method.pick_up else details.method.estimate,
        pick_up_instructions=details.method.instructions if details.method.pick_up else "",
        net=totals.amount.net,
        tax=totals.tax,
        total=totals.total,
        payment_provider=details.provider,
        expires_at=timezone.now() + window,
    )


def _write_once(order: Order, basket: Basket, details: Details, totals: Totals) -> Order:
    snapshots = _snapshots(order, basket, details, totals)
    try:
        with transaction.atomic():
            _write(order, basket, snapshots)
    except IntegrityError:
        # The same form once more, a moment or a day later: what its first press ordered stands.
        placed = Order.objects.filter(form_key=details.form_key).first()
        if placed is not None:
            return placed
        if not Order.objects.filter(number=order.number).exists():
            raise
        order.number = new_number()  # among a million, now and then a taken one is drawn
        return _write_once(order, basket, details, totals)
    return order


def _write(order: Order, basket: Basket, snapshots: Sequence[Sequence[Snapshot]]) -> None:
    order.save()  # before all else: the same form is refused here
    for alike in snapshots:
        type(alike[0])._default_manager.bulk_create(alike)
    order.record("placed", total=str(order.total))
    if order.vat_number:
        vat_checks.owe(order)
    if order.total:
        new_payment(order)
        if payments.get(order.payment_provider).announces_order:
            emails.owe_first(order, EmailKind.RECEIVED)
    # Last, so that others wait for these rows as briefly as can be.
    stock.reserve({line.sku: line.quantity for line in basket.lines})
    if order.coupon:
        _use_coupon(order.coupon)


def new_payment(order: Order, attempt: int = 1) -> Payment:
    """An attempt whose every parameter is fixed now, before the provider hears of it."""
    payment = Payment(
        order=order,
        attempt=attempt,
        provider=order.payment_provider,
        amount=order.total,
        currency=order.currency,
    )
    payment.parameters = payments.get(order.payment_provider).parameters(payment)
    payment.save()
    return payment


def _snapshots(
    order: Order, basket: Basket, details: Details, totals: Totals
) -> list[Sequence[Snapshot]]:
    """Of an order that is not written yet: its addresses, lines and taxes."""
    addresses = [
        OrderAddress(order=order, kind=OrderAddress.Kind.DELIVERY, **details.delivery),
        OrderAddress(order=order, kind=OrderAddress.Kind.BILLING, **details.billing),
    ]
    lines = [
        _order_line(order, position, line, line_totals)
        for position, (line, line_totals) in enumerate(zip(basket.lines, totals.lines, strict=True))
    ]
    taxes = [
        OrderTax(
            order=order,
            rate=tax.rate,
            net=tax.amount.net,
            tax=tax.amount.tax,
            gross=tax.amount.gross,
        )
        for tax in totals.taxes
    ]
    return [addresses, lines, taxes]


def _order_line(order: Order, position: int, line: BasketLine, totals: LineTotals) -> OrderLine:
    return OrderLine(
        order=order,
        position=position,
        sku=line.variant.sku,
        product=line.variant.page,
        revision_id=revision_shown(line.page),
        title=line.title,
        options=line.options,
        picture=line.picture,
        quantity=line.quantity,
        unit_net=totals.unit.net,
        unit_gross=totals.unit.gross,
        tax_class=tax_class_of(line.variant.page),
        tax_rate=totals.rate,
        discount=totals.discount,
        net=totals.amount.net,
        tax=totals.amount.tax,
        gross=totals.amount.gross,
    )


def revision_shown(page: ProductPage) -> int:
    """The key of the revision that the page shows; one that a script published gets it now."""
    if page.live_revision_id:
        return int(page.live_revision_id)
    page = ProductPage.objects.get(pk=page.pk)  # not the one that is kept between requests
    if page.live_revision_id:
        return int(page.live_revision_id)
    revision = page.save_revision(clean=False)
    ProductPage.objects.filter(pk=page.pk).update(live_revision=revision)
    return int(revision.pk)


def _use_coupon(coupon: Coupon) -> None:
    used = Coupon.objects.usable().filter(pk=coupon.pk).update(uses=models.F("uses") + 1)
    if not used:
        raise CouponUsedUp(coupon.code)
