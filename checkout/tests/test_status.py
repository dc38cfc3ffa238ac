"""The table of moves: what may follow what, and what each move does to stock and coupon."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout.models import Order
from checkout.status import RELEASED, RESERVED, SETTLED, OrderStatus, TransitionNotAllowed
from checkout.tests.factories import advance, make_order
from products.models import Sku, StockMovement
from products.stock import OutOfStock
from products.tests.factories import make_product, put_in_stock

pytestmark = pytest.mark.django_db
S = OrderStatus
ON_HAND, ORDERED = 10, 2

# Written out once more, on purpose: a line for every move that a shop may make.
ALLOWED = {
    (S.PENDING, S.PAID),
    (S.PENDING, S.CANCELLED),
    (S.PENDING, S.EXPIRED),
    (S.PENDING, S.FAILED),
    (S.EXPIRED, S.PAID),
    (S.EXPIRED, S.REFUNDED),
    (S.FAILED, S.PAID),
    (S.FAILED, S.REFUNDED),
    (S.CANCELLED, S.REFUNDED),
    (S.PAID, S.SENT),
    (S.PAID, S.PARTIALLY_REFUNDED),
    (S.PAID, S.REFUNDED),
    (S.SENT, S.DELIVERED),
    (S.SENT, S.PARTIALLY_REFUNDED),
    (S.SENT, S.REFUNDED),
    (S.DELIVERED, S.PARTIALLY_REFUNDED),
    (S.DELIVERED, S.REFUNDED),
    (S.PARTIALLY_REFUNDED, S.SENT),
    (S.PARTIALLY_REFUNDED, S.DELIVERED),
    (S.PARTIALLY_REFUNDED, S.REFUNDED),
}
# How an order gets there from pending.
WAY_TO: dict[OrderStatus, Sequence[OrderStatus]] = {
    S.PENDING: (),
    S.PAID: (S.PAID,),
    S.SENT: (S.PAID, S.SENT),
    S.DELIVERED: (S.PAID, S.SENT, S.DELIVERED),
    S.CANCELLED: (S.CANCELLED,),
    S.EXPIRED: (S.EXPIRED,),
    S.FAILED: (S.FAILED,),
    S.PARTIALLY_REFUNDED: (S.PAID, S.PARTIALLY_REFUNDED),
    S.REFUNDED: (S.PAID, S.REFUNDED),
}
MATRIX = [
    pytest.param(before, after, id=f"{before.value} to {after.value}")
    for before in S
    for after in S
]


def order_that_is(status: OrderStatus, *, coupon: str = "") -> Order:
    """Two units of a SKU of which there were ten."""
    make_product(sku="WAVES", on_hand=ON_HAND)
    order = make_order({"WAVES": ORDERED}, coupon=coupon)
    return advance(order, *WAY_TO[status])


def shelf() -> tuple[int, int]:
    """On hand, reserved."""
    sku = Sku.objects.get(code="WAVES")
    return sku.on_hand, sku.reserved


def facts(order: Order) -> object:
    """Everything that a move may touch."""
    stored = Order.objects.get(pk=order.pk)
    movements = StockMovement.objects.count()
    return stored.status, stored.paid_at, stored.events.count(), shelf(), movements


@pytest.mark.parametrize(("before", "after"), MATRIX)
def test_transition__matrix(before: OrderStatus, after: OrderStatus) -> None:
    order = order_that_is(before)
    was = facts(order)

    if (before, after) in ALLOWED:
        advance(order, after)
        assert order.status == Order.objects.get(pk=order.pk).status == after
        event = order.events.last()
        assert event is not None
        assert (event.what, event.data) == ("status", {"before": before, "after": after})
    else:
        with pytest.raises(TransitionNotAllowed, match=f"{before} cannot become {after}"):
            order.transition_to(after)
        assert facts(order) == was
        assert order.status == before


@pytest.mark.parametrize("groups", [(RESERVED, SETTLED), (RESERVED, RELEASED), (SETTLED, RELEASED)])
def test_groups__share_nothing(groups: tuple[frozenset[OrderStatus], ...]) -> None:
    assert groups[0] & groups[1] == set()


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(S.PENDING, S.PAID, (8, 0), id="paid: the units leave"),
        pytest.param(S.PENDING, S.CANCELLED, (10, 0), id="cancelled: they are free"),
        pytest.param(S.PENDING, S.EXPIRED, (10, 0), id="expired: they are free"),
        pytest.param(S.PENDING, S.FAILED, (10, 0), id="failed: they are free"),
        pytest.param(S.EXPIRED, S.PAID, (8, 0), id="paid late: they leave"),
        pytest.param(S.FAILED, S.PAID, (8, 0), id="paid after all: they leave"),
        pytest.param(S.EXPIRED, S.REFUNDED, (10, 0), id="given back: nothing left"),
        pytest.param(S.CANCELLED, S.REFUNDED, (10, 0), id="given back after cancelling"),
        pytest.param(S.PAID, S.SENT, (8, 0), id="sent: gone already"),
        pytest.param(S.PAID, S.REFUNDED, (8, 0), id="refunded: goods are a matter of returns"),
        pytest.param(S.SENT, S.DELIVERED, (8, 0), id="delivered"),
    ],
)
def test_stock__after_a_move(
    before: OrderStatus, after: OrderStatus, expected: tuple[int, int]
) -> None:
    order = order_that_is(before)

    advance(order, after)

    assert shelf() == expected
    ledger = list(StockMovement.objects.order_by("pk").values_list("delta", "balance", "reference"))
    sold = [] if expected[0] == ON_HAND else [(-ORDERED, expected[0], order.number)]
    assert ledger == [(ON_HAND, ON_HAND, ""), *sold]


def test_stock__late_money_and_an_empty_shelf() -> None:
    order = order_that_is(S.EXPIRED)
    put_in_stock("WAVES", ORDERED - 1)
    was = facts(order)

    with pytest.raises(OutOfStock) as short, transaction.atomic():
        order.transition_to(S.PAID)

    assert short.value.available == {"WAVES": 1}
    assert facts(order) == was
    assert order.status == S.EXPIRED


@pytest.mark.parametrize(
    ("after", "uses"),
    [
        pytest.param(S.PAID, 1, id="paid"),
        pytest.param(S.CANCELLED, 0, id="cancelled"),
        pytest.param(S.EXPIRED, 0, id="expired"),
        pytest.param(S.FAILED, 0, id="failed"),
    ],
)
def test_coupon__is_given_back_with_the_goods(after: OrderStatus, uses: int) -> None:
    Coupon.objects.create(code="SPRING", value=Decimal(10), max_uses=1)
    order = order_that_is(S.PENDING, coupon="SPRING")
    assert Coupon.objects.get().uses == 1

    advance(order, after)

    assert Coupon.objects.get().uses == uses


def test_coupon__given_back_once() -> None:
    Coupon.objects.create(code="SPRING", value=Decimal(10))
    order = order_that_is(S.EXPIRED, coupon="SPRING")
    other = make_order({"WAVES": 1}, coupon="SPRING")

    advance(order, S.REFUNDED)

    assert (Coupon.objects.get().uses, other.coupon_code) == (1, "SPRING")


def test_coupon__deleted_in_the_meantime() -> None:
    coupon = Coupon.objects.create(code="SPRING", value=Decimal(10))
    order = order_that_is(S.PENDING, coupon="SPRING")
    coupon.delete()

    order.transition_to(S.CANCELLED)

    stored = Order.objects.get()
    assert (stored.status, stored.coupon, stored.coupon_code) == (S.CANCELLED, None, "SPRING")


def test_paid_at__set_once() -> None:
    moment = timezone.now()
    with time_machine.travel(moment, tick=False):
        order = order_that_is(S.PAID)
    order.transition_to(S.SENT)
    order.transition_to(S.DELIVERED)

    assert order.paid_at == Order.objects.get().paid_at == moment


def test_event__says_who_and_why() -> None:
    order = order_that_is(S.PAID)
    packer = make_user("pack@bower.example")

    order.transition_to(S.SENT, actor=packer, tracking="AB123")

    event = order.events.last()
    assert event is not None
    assert event.actor == packer
    assert event.data == {"before": "paid", "after": "sent", "tracking": "AB123"}


def test_transition__looks_at_the_row_not_at_the_object() -> None:
    order = order_that_is(S.PENDING)
    stale = Order.objects.get(pk=order.pk)
    order.transition_to(S.CANCELLED)

    with pytest.raises(TransitionNotAllowed):
        stale.transition_to(S.PAID)

    assert Order.objects.get().status == S.CANCELLED
    assert shelf() == (ON_HAND, 0)


@pytest.mark.parametrize("status", sorted(SETTLED))
def test_settled__never_without_a_day(status: OrderStatus) -> None:
    """The database itself refuses an order that is paid since never."""
    order = order_that_is(S.PENDING)

    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(status=status)


@pytest.mark.parametrize(
    ("status", "published"),
    [
        pytest.param(status, "sent" if status == S.DELIVERED else status.value, id=status.value)
        for status in S
    ],
)
def test_public_status__does_not_tell_delivered_from_sent(
    status: OrderStatus, published: str
) -> None:
    assert Order(status=status).public_status == published


def test_querysets__speak_of_orders() -> None:
    order = order_that_is(S.PENDING)
    paid = make_order({"WAVES": 1})
    advance(paid, S.PAID)
    gone = make_order({"WAVES": 1})
    gone.transition_to(S.CANCELLED)
    late = make_order({"WAVES": 1})
    Order.objects.filter(pk=late.pk).update(expires_at=timezone.now())

    assert set(Order.objects.awaiting_payment()) == {order, late}
    assert set(Order.objects.overdue()) == {late}
    assert set(Order.objects.settled()) == {paid}
    assert set(Order.objects.to_pack()) == {paid}
