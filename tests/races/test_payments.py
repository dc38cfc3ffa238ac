"""What happens to a payment after it came, told and decided many times at one moment."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import Settings

from checkout import asking, disputing, holding, paying, reconciled_days, refunding, settling
from checkout.models import Dispute, Invoice, Order, OrderEmail, Payment, ReconciledDay, Refund
from checkout.payments import stripe as gateway
from checkout.payments.base import Observation, Outcome
from checkout.payments.stripe import see_dispute
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.models import Sku
from products.tests.factories import make_product
from tests.races.conftest import at_once, failures
from tests.stripe_stand_in import StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("no_documents"),
]
S = OrderStatus
TOTAL = Decimal("28.00")
TIMES = 8


@pytest.fixture
def stripe_api(settings: Settings) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        yield stand_in
    gateway._client.cache_clear()


@pytest.fixture
def payment(stripe_api: StandIn) -> Payment:
    """Open: two at 12.00, delivery 4.00."""
    make_product(sku="WAVES", price="12.00", on_hand=10)
    order = make_order({"WAVES": 2}, provider="stripe")
    paying.start(order)
    return Payment.objects.get()


@pytest.fixture
def paid(payment: Payment, stripe_api: StandIn) -> Payment:
    stripe_api.pay(str(payment.reference))
    asking.about_payment(payment)
    return Payment.objects.get()


def status() -> str:
    return Order.objects.get().status


def test_refund__ours_and_the_dashboards_told_of_at_once(
    paid: Payment, stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One worker makes ours while all the others hear of both."""
    monkeypatch.setattr("checkout.tasks.make_refund.delay_on_commit", lambda refund_id: None)
    order = paid.order
    stripe_api.refund(paid.charge, 800)
    asking.about_refunds(paid)
    [ours] = refunding.refund_in_full(order, Decimal(20), restock=False)

    def hear(number: int) -> None:
        if number:
            asking.about_refunds(paid)
        else:
            refunding.make(ours.pk)

    results = at_once(TIMES, hear)
    asking.about_refunds(paid)

    assert failures(results) == []
    booked = Refund.objects.order_by("pk").values_list("amount", "reason")
    assert list(booked) == [(Decimal(8), "outside"), (Decimal(20), "shop")]
    assert {one.reference for one in Refund.objects.all()} == set(stripe_api.refunds)
    assert Order.objects.get().refunded_total == TOTAL
    assert OrderEmail.objects.filter(kind="refunded").count() == 2
    assert status() == S.REFUNDED


def test_refund__without_the_lock_only_the_constraint_is_left(
    paid: Payment, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: looked for, not found, and made by everybody."""

    def look_then_book(number: int) -> None:
        with transaction.atomic():
            if Refund.objects.filter(payment=paid, reference="re_1").exists():
                return
            time.sleep(0.05)
            Refund.objects.create(
                payment=paid, reference="re_1", reason="outside", number=number + 1, amount=8
            )

    failed = failures(at_once(TIMES, look_then_book))

    with capsys.disabled():
        print(f" [control: {len(failed)} of {TIMES} failed]", end="")
    assert len(failed) > 0
    assert {type(error) for error in failed} == {IntegrityError}
    assert Refund.objects.count() == 1


def test_dispute__lost_and_told_many_times_is_booked_once(
    paid: Payment, stripe_api: StandIn
) -> None:
    opened = stripe_api.dispute(paid.charge)["data"]["object"]
    lost = stripe_api.decide(opened["id"], won=False)["data"]["object"]
    words = [see_dispute(opened), see_dispute(lost)]

    results = at_once(TIMES, lambda number: disputing.apply(paid, words[number % 2]))

    assert failures(results) == []
    assert Dispute.objects.get().state == "lost"
    assert [refund.amount for refund in Refund.objects.all()] == [TOTAL]
    assert paid.order.events.filter(what="dispute_opened").count() == 1
    assert paid.order.events.filter(what="dispute_lost").count() == 1
    assert status() == S.REFUNDED


def test_held__taken_and_sent_back_at_once_is_one_of_both(payment: Payment) -> None:
    settling.apply(payment, Observation(Outcome.PAID, TOTAL + 1, "GBP", "pi_1"))

    def decide(number: int) -> None:
        (holding.accept if number % 2 else holding.send_back)(payment)

    results = at_once(TIMES, decide)

    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"NoneType": 1, "NotHeld": TIMES - 1}
    refunds = [(refund.amount, refund.reason) for refund in Refund.objects.all()]
    on_hand = Sku.objects.get().on_hand
    assert (status(), refunds, on_hand, Invoice.objects.count()) in (
        (S.PAID, [(Decimal(1), "surplus")], 8, 1),
        (S.FAILED, [(TOTAL + 1, "mismatch")], 10, 0),
    )


def test_night__compared_by_one_worker(paid: Payment, stripe_api: StandIn) -> None:
    today = timezone.localdate()

    results = at_once(TIMES, lambda number: reconciled_days.reconcile_due(today))

    assert failures(results) == []
    assert len([report for report in results if report is not None]) == 1
    assert ReconciledDay.objects.get().done_at is not None
    assert len([one for one in stripe_api.requests if one.path == "/v1/charges"]) == 1
