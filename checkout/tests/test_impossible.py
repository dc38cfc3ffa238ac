"""States that the database itself refuses, whichever code asks for them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout.models import Order, OrderEvent
from checkout.status import GIVEN_BACK, SETTLED, OrderStatus
from checkout.tests.factories import advance, make_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
S = OrderStatus
PENNY = Decimal("0.01")


@pytest.fixture
def order() -> Order:
    """52.00, awaiting payment."""
    make_product(sku="WAVES")
    return make_order({"WAVES": 2})


def refused(change: Callable[[], object]) -> bool:
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False


@pytest.mark.parametrize(
    ("way", "changes"),
    [
        *(
            pytest.param([], {"status": status, "paid_at": F("placed_at")}, id=f"{status}, unpaid")
            for status in sorted(SETTLED)
        ),
        pytest.param([S.PAID], {"paid_at": None}, id="paid since never"),
        pytest.param([S.PAID], {"paid_total": F("total") - PENNY}, id="paid, a penny short"),
        pytest.param([S.PAID], {"total": F("total") + PENNY}, id="paid, and a penny dearer"),
        *(
            pytest.param([S.PAID], {"status": status}, id=f"{status}, and nothing went back")
            for status in sorted(GIVEN_BACK)
        ),
        pytest.param(
            [S.PAID], {"refunded_total": F("paid_total") + PENNY}, id="more back than came"
        ),
        pytest.param([], {"refunded_total": PENNY}, id="back what never came"),
        pytest.param([S.PAID], {"refunded_total": -PENNY}, id="less than nothing back"),
        pytest.param([], {"paid_total": -PENNY}, id="less than nothing paid"),
        pytest.param([], {"total": -PENNY}, id="a total below zero"),
    ],
)
def test_order__cannot_be(order: Order, way: list[OrderStatus], changes: dict[str, object]) -> None:
    advance(order, *way)
    was = Order.objects.values().get()

    assert refused(lambda: Order.objects.update(**changes))
    assert Order.objects.values().get() == was


def test_order__paid_by_a_shop_that_saw_no_money(order: Order) -> None:
    assert refused(lambda: order.transition_to(S.PAID))
    stored = Order.objects.get()
    assert (stored.status, stored.events.filter(what="status").count()) == (S.PENDING, 0)


@pytest.mark.parametrize(
    ("way", "paid", "refunded"),
    [
        pytest.param([], "0", "0", id="awaiting payment"),
        pytest.param([S.PAID], "52.00", "0", id="paid"),
        pytest.param([S.PAID, S.PARTIALLY_REFUNDED], "52.00", "26.00", id="half of it back"),
        pytest.param([S.PAID, S.PARTIALLY_REFUNDED, S.REFUNDED], "52.00", "52.00", id="refunded"),
        pytest.param([S.EXPIRED, S.REFUNDED], "52.00", "52.00", id="paid late, and back"),
    ],
)
def test_tally__of_what_came_and_went(
    order: Order, way: list[OrderStatus], paid: str, refunded: str
) -> None:
    advance(order, *way)

    stored = Order.objects.get()
    assert (stored.paid_total, stored.refunded_total) == (Decimal(paid), Decimal(refunded))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda events: events.update(what="paid"), id="another thing happened"),
        pytest.param(lambda events: events.update(data={}), id="without its facts"),
        pytest.param(lambda events: events.update(created_at=timezone.now()), id="another day"),
        pytest.param(lambda events: events.delete(), id="never happened"),
    ],
)
def test_event__cannot_become(order: Order, change: Callable[[models.QuerySet], object]) -> None:
    was = list(OrderEvent.objects.values())

    assert refused(lambda: change(OrderEvent.objects.all()))
    assert list(OrderEvent.objects.values()) == was


def test_event__outlives_whoever_did_it(order: Order) -> None:
    clerk = make_user("clerk@example.com")
    order.record("noted", actor=clerk)

    clerk.delete()

    assert [(event.what, event.actor) for event in order.events.all()] == [
        ("placed", None),
        ("noted", None),
    ]
