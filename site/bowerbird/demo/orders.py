"""The demo shop's past: some weeks of orders, placed, paid, packed and sent by the shop itself.

Each step is taken by the function that takes it in a real shop, in the order of time, and in the
end all is set back to its day. So nothing here writes an amount, a tax, an invoice number or a
stock movement.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from wagtail.models import Site

from accounts.models import User
from basket.basket import Basket, compute
from basket.contents import Contents, HeldLine
from basket.models import Coupon
from bowerbird.demo import past
from bowerbird.demo.planning import Course, Goods, PastOrder, plan
from checkout import paying, refunding, returning, sending, settling
from checkout.carriers import Carrier
from checkout.models import Order, ShippingMethod, Tracking
from checkout.payments.base import Observation, Outcome
from checkout.placing import Details, place_order
from checkout.quote import parcel_of
from checkout.refund_shares import Wish
from checkout.returning import Statement
from checkout.status import OrderStatus
from checkout.tariff import Tariff
from content.models import ShopSettings
from products import stock
from products.guards import taken_down
from products.models import MovementReason, StockMovement, Variant

OPENING = "demo"  # the reference under which the catalogue's stock came
DELIVERY = "demo-delivery-{}"
DELIVERIES = 2

Say = Callable[[str], None]
Step = tuple[datetime, Callable[[], None]]


def load(say: Say) -> None:
    """All of it or nothing, and nothing where the shop has a history already."""
    if Order.objects.exists() or StockMovement.objects.exclude(reference=OPENING).exists():
        return
    goods = _goods()
    if not goods:
        return
    orders = plan(timezone.localdate(), goods)
    with transaction.atomic(), taken_down(past.GUARDS, connection):
        load_coupons()
        past.set_back_movements(OPENING, orders[0].placed_at - timedelta(days=7))
        diary = past.Diary()
        for number, (when, step) in enumerate(_steps(orders)):
            if number % 100 == 0:
                say(f"  past orders, as far as {when:%-d %B}")
            diary.turn_to(when)
            step()
        past.set_back(diary)


def load_coupons() -> None:
    kinds = Coupon.Kind
    for code, kind, value, minimum in (
        ("FEATHER10", kinds.PERCENT, "10", "0"),
        ("NEST5", kinds.AMOUNT, "5", "25"),
    ):
        if not Coupon.objects.filter(code=code).exists():
            Coupon.objects.create(
                code=code, kind=kind, value=Decimal(value), minimum=Decimal(minimum)
            )


def _goods() -> list[Goods]:
    variants = Variant.objects.sellable().select_related("sku").order_by("sku_id")
    return [Goods(variant.sku_id, int(variant.price), variant.sku.on_hand) for variant in variants]


def _steps(orders: list[PastOrder]) -> list[Step]:
    """Everything that happened, in the order of time."""
    found: list[Step] = list(_deliveries(orders))
    for planned in orders:
        found += _story(planned)
    return sorted(found, key=lambda one: one[0])


# --- The shelves ---------------------------------------------------------------------------------


def _deliveries(orders: list[PastOrder]) -> Iterator[Step]:
    """What will be sold comes first, so that in the end as much is on hand as at the beginning."""
    size = -(-len(orders) // DELIVERIES)
    for number in range(DELIVERIES):
        batch = orders[number * size : (number + 1) * size]
        when = batch[0].placed_at - timedelta(hours=20)
        yield when, partial(_deliver_units, _sold_in(batch), DELIVERY.format(number + 1))


def _sold_in(orders: Iterable[PastOrder]) -> Counter[str]:
    """Units that leave and do not come back."""
    sold: Counter[str] = Counter()
    for planned in orders:
        if "paid" in planned.moments and "refunded" not in planned.moments:
            sold.update(planned.quantities)
    return sold


def _deliver_units(units: Counter[str], reference: str) -> None:
    for code, quantity in sorted(units.items()):
        stock.move(code, quantity, MovementReason.RECEIVED, reference=reference)


# --- One order -----------------------------------------------------------------------------------


def _story(planned: PastOrder) -> Iterator[Step]:
    """The order is known by its key once it is placed; each later step finds it by that."""
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"https://bower.example/{planned.number}")
    yield planned.placed_at, partial(_place, planned, key)
    for what, when in planned.moments.items():
        yield when, partial(_go_on, _THINGS_THAT_HAPPEN[what], planned, key)


def _place(planned: PastOrder, key: uuid.UUID) -> None:
    basket = _basket(planned)
    order = place_order(
        basket,
        _details(planned, key, _method(planned, basket)),
        site=Site.objects.get(is_default_site=True),
        user=User.objects.filter(email=planned.email).first(),
    )
    order.number = planned.number
    order.save(update_fields=["number"])
    paying.start(order)


def _basket(planned: PastOrder) -> Basket:
    prices = Variant.objects.filter(sku_id__in=planned.quantities).values_list("sku_id", "price")
    now = timezone.now()
    lines = {code: HeldLine(planned.quantities[code], price, now) for code, price in prices}
    return compute(Contents(lines, planned.coupon))


def _details(planned: PastOrder, key: uuid.UUID, method: ShippingMethod) -> Details:
    return Details(
        form_key=key,
        email=planned.email,
        phone=planned.customer.get("phone", ""),
        note=planned.customer.get("note", ""),
        delivery=planned.address,
        billing=planned.address,
        method=method,
        provider=planned.provider,
    )


def _method(planned: PastOrder, basket: Basket) -> ShippingMethod:
    """The first that delivers there, or the quickest."""
    shop = ShopSettings.for_site(Site.objects.get(is_default_site=True))
    offers = Tariff().offers(planned.address["country"], parcel_of(basket, shop))
    offered = [offer.method for offer in offers if not offer.method.pick_up]
    return min(offered, key=lambda method: method.max_days) if planned.express else offered[0]


def _go_on(happen: Callable[[Order, PastOrder], None], planned: PastOrder, key: uuid.UUID) -> None:
    happen(Order.objects.get(form_key=key), planned)


def _staff(role: str) -> Any:
    return User.objects.filter(email=f"{role}@bower.example").first()


def _pay(order: Order, planned: PastOrder) -> None:
    if planned.course == Course.TRANSFER:
        settling.mark_paid_by_hand(order, _staff("manager"))
    else:
        _observe(order, Outcome.PAID)


def _fail(order: Order, planned: PastOrder) -> None:
    _observe(order, Outcome.FAILED)


def _expire(order: Order, planned: PastOrder) -> None:
    _observe(order, Outcome.EXPIRED)


def _observe(order: Order, outcome: Outcome) -> None:
    payment = order.latest_payment
    settling.apply(payment, Observation(outcome, payment.amount, payment.currency))


def _send(order: Order, planned: PastOrder) -> None:
    carrier, number = _parcel(planned)
    sending.send(order, Tracking(carrier=carrier, number=number), _staff("fulfilment"))


def _parcel(planned: PastOrder) -> tuple[str, str]:
    """A number in the form that the carrier's have."""
    digits = f"{uuid.uuid5(uuid.NAMESPACE_URL, planned.number).int % 10**9:09}"
    country = planned.address["country"]
    if country != "GB":
        return Carrier.DHL, f"{digits}0"
    return Carrier.ROYAL_MAIL, f"{'SF' if planned.express else 'QT'}{digits}GB"


def _deliver(order: Order, planned: PastOrder) -> None:
    order.transition_to(OrderStatus.DELIVERED, actor=_staff("fulfilment"))


def _cancel(order: Order, planned: PastOrder) -> None:
    paying.cancel(order, _staff("manager"))


def _refund(order: Order, planned: PastOrder) -> None:
    """All of it; the goods came back unopened."""
    amount = refunding.refundable(order)
    refunds = refunding.refund_in_full(order, amount, restock=True, actor=_staff("manager"))
    for refund in refunds:
        refunding.make(refund.pk)


def _reduce(order: Order, planned: PastOrder) -> None:
    """A corner was dented, and the buyer keeps it for a little less."""
    sum_ = Decimal(3)
    note = "For the dented corner. Thank you for telling us."
    made = refunding.refund(order, Wish(goodwill=sum_), sum_, note=note, actor=_staff("manager"))
    for refund in made.refunds.all():
        refunding.make(refund.pk)


def _ask(order: Order, planned: PastOrder) -> None:
    line = order.lines.first()
    if line:
        reason = "It is lovely, but too wide for our wall. May I send it back?"
        address = order.billing_address
        returning.ask(order, Statement(address.name, order.email, {line.pk: 1}, reason))


_THINGS_THAT_HAPPEN: dict[str, Callable[[Order, PastOrder], None]] = {
    "paid": _pay,
    "failed": _fail,
    "expired": _expire,
    "sent": _send,
    "delivered": _deliver,
    "cancelled": _cancel,
    "refunded": _refund,
    "reduced": _reduce,
    "asked": _ask,
}
