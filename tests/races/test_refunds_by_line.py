"""Refunds by line at one moment: no unit and no penny goes back twice, no number is lost."""

from __future__ import annotations

import time
from collections import Counter
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Sum

from checkout import crediting, refunding, settling
from checkout.models import CreditNote, CreditNoteLine, InvoiceSeries, Order, OrderLine, Refund
from checkout.payments.base import Observation, Outcome
from checkout.refund_shares import Wish
from checkout.tests.factories import make_order
from products.models import Sku
from products.tests.factories import make_product
from tests.races.conftest import at_once

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("no_documents"),
]
TOTAL = Decimal("34.00")  # three units at 10.00 and delivery of 4.00
MANAGERS = 8


@pytest.fixture(autouse=True)
def _money_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checkout.tasks.make_refund.delay_on_commit", lambda refund_id: None)


@pytest.fixture
def order() -> Order:
    make_product(sku="WAVES", price="10.00", on_hand=10)
    order = make_order({"WAVES": 3}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    return Order.objects.get()


def test_units__three_of_eight_managers_find_one_left(order: Order) -> None:
    line = order.lines.get().pk

    results = at_once(
        MANAGERS,
        lambda number: refunding.refund(order, Wish({line: 1}), Decimal(10), restock={line: 1}),
    )

    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"CreditNote": 3, "NothingToRefund": MANAGERS - 3}
    assert OrderLine.objects.get().units_refunded == 3
    assert Refund.objects.aggregate(Sum("amount"))["amount__sum"] == Decimal(30)
    assert CreditNoteLine.objects.aggregate(Sum("gross"))["gross__sum"] == Decimal(30)
    assert sorted(CreditNote.objects.values_list("sequence", flat=True)) == [1, 2, 3]
    assert InvoiceSeries.objects.get(prefix__startswith="CN-").next_number == 4
    assert Sku.objects.get(code="WAVES").on_hand == 10


def test_units__look_first_then_credit_runs_into_the_constraint(
    order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: the same without the order's lock is stopped by the database alone."""
    line = order.lines.get().pk

    def look_then_credit(number: int) -> CreditNote:
        with transaction.atomic():
            shares = crediting.shares_of(order, Wish({line: 1}))
            time.sleep(0.05)
            return crediting.credit(order, shares)

    results = at_once(MANAGERS, look_then_credit)

    refused = [type(r).__name__ for r in results if isinstance(r, Exception)]
    with capsys.disabled():
        print(f" [control: {len(refused)} of {MANAGERS} stopped by the constraint]", end="")
    assert set(refused) == {"IntegrityError"}
    assert OrderLine.objects.get().units_refunded == 3
