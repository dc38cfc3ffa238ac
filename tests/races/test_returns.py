"""Returns, withdrawals and refunds at one moment: no unit is asked for or given back twice."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from checkout import refunding, returning, sending, settling
from checkout.models import (
    Order,
    OrderEmail,
    OrderLine,
    Refund,
    ReturnLine,
    ReturnRequest,
    Tracking,
)
from checkout.payments.base import Observation, Outcome
from checkout.return_status import ReturnKind
from checkout.returning import Statement
from checkout.tests.factories import make_order
from products.tests.factories import make_product
from tests.races.conftest import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("no_documents"),
]
TOTAL = Decimal("34.00")  # three units at 10.00 and delivery of 4.00
WINDOWS = 8


@pytest.fixture(autouse=True)
def _money_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checkout.tasks.make_refund.delay_on_commit", lambda refund_id: None)


@pytest.fixture
def order() -> Order:
    """Three of one product, paid and sent."""
    make_product(sku="WAVES", price="10.00", on_hand=10)
    order = make_order({"WAVES": 3}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    sending.send(Order.objects.get(), Tracking())
    return Order.objects.get()


def statement(order: Order, units: int = 3) -> Statement:
    return Statement("Ada", "ada@example.com", {order.lines.get().pk: units})


def test_withdrawal__confirmed_in_all_windows_at_once_is_one(order: Order) -> None:
    said = statement(order)

    results = at_once(WINDOWS, lambda number: returning.withdraw(order, said))

    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"ReturnRequest": 1, "NothingToReturn": WINDOWS - 1}
    assert ReturnLine.objects.aggregate(Sum("units"))["units__sum"] == 3
    assert OrderEmail.objects.filter(kind="withdrawal").count() == 1
    assert order.events.filter(what="withdrawn").count() == 1


def test_withdrawal__look_first_then_write_withdraws_twice(
    order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: the same without the order's lock."""
    said = statement(order)

    def look_then_write(number: int) -> ReturnRequest:
        with transaction.atomic():
            left = returning.withdrawable(order)
            time.sleep(0.05)
            return returning._write(order, ReturnKind.WITHDRAWAL, said, left)

    at_once(WINDOWS, look_then_write)

    units = ReturnLine.objects.aggregate(Sum("units"))["units__sum"]
    with capsys.disabled():
        print(f" [control: {units} units of 3 withdrawn]", end="")
    assert units > 3


def test_return__asked_for_while_staff_refund_it(order: Order) -> None:
    """Whoever comes second sees what the first did: nothing is refunded that waits as well."""
    said = statement(order)

    def either(number: int) -> object:
        if number % 2:
            return returning.ask(order, said)
        return refunding.refund_in_full(order, TOTAL, restock=False)

    results = at_once(WINDOWS, either)

    assert Counter(type(result).__name__ for result in results)["list"] == 1
    assert Refund.objects.aggregate(Sum("amount"))["amount__sum"] == TOTAL
    assert OrderLine.objects.get().units_refunded == 3
    assert not ReturnRequest.objects.open().exists()
    assert ReturnRequest.objects.count() <= 1
