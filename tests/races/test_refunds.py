"""Two managers, or a manager and a task, at one moment: the money goes back once."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from checkout import refunding, settling
from checkout.models import Order, OrderEmail, Refund
from checkout.payments.base import Observation, Outcome
from checkout.payments.demo import Demo
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.models import MovementReason, Sku, StockMovement
from products.tests.factories import make_product
from tests.races.conftest import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("no_documents"),
]
TOTAL = Decimal("28.00")  # two units at 12.00 and delivery of 4.00
MANAGERS = 8


@pytest.fixture
def order() -> Order:
    make_product(sku="WAVES", price="12.00", on_hand=10)
    order = make_order({"WAVES": 2}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    return Order.objects.get()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The keys with which the provider was asked; it takes its time."""
    keys: list[str] = []

    def refund(self: Demo, refund: Refund) -> str:
        keys.append(refund.idempotency_key)
        time.sleep(0.05)
        return "re_1"

    monkeypatch.setattr(Demo, "refund", refund)
    return keys


def test_refund__by_all_managers_at_once_is_made_once(order: Order, asked: list[str]) -> None:
    results = at_once(MANAGERS, lambda number: refunding.refund_in_full(order, TOTAL, restock=True))

    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"list": 1, "NothingToRefund": MANAGERS - 1}
    assert Refund.objects.aggregate(Sum("amount"))["amount__sum"] == TOTAL
    assert len(asked) == 1
    assert Order.objects.get().status == OrderStatus.REFUNDED
    returned = StockMovement.objects.filter(reason=MovementReason.RETURNED)
    assert list(returned.values_list("delta", flat=True)) == [2]
    assert Sku.objects.get(code="WAVES").on_hand == 10
    assert OrderEmail.objects.filter(kind="refunded").count() == 1


def test_refund__look_first_then_owe_gives_back_too_much(
    order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: the same without the order's lock."""

    def look_then_owe(number: int) -> None:
        with transaction.atomic():
            left = refunding.refundable(Order.objects.get(pk=order.pk))
            time.sleep(0.05)
            Refund.objects.create(
                payment=order.payments.get(),
                amount=left,
                reason=Refund.Reason.SHOP,
                number=number + 1,
            )

    at_once(MANAGERS, look_then_owe)

    owed = Refund.objects.aggregate(Sum("amount"))["amount__sum"]
    with capsys.disabled():
        print(f" [control: {owed} owed of {TOTAL}]", end="")
    assert owed > TOTAL


def test_refund__its_task_many_times_at_once_asks_once(
    order: Order, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checkout.tasks.make_refund.delay_on_commit", lambda refund_id: None)
    [refund] = refunding.refund_in_full(order, TOTAL, restock=False)

    results = at_once(MANAGERS, lambda number: refunding.make(refund.pk))

    assert results == [None] * MANAGERS
    assert asked == [refund.idempotency_key]
    assert OrderEmail.objects.filter(kind="refunded").count() == 1
    assert Order.objects.get().events.filter(what="refunded").count() == 1
