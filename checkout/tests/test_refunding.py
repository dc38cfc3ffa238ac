"""Money that goes back: decided once, sent once, booked once; and what comes back to the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.tests.factories import make_user
from checkout import refunding, sending, settling, tasks
from checkout.models import Order, OrderEmail, Payment, Refund, Tracking
from checkout.payments.base import Observation, Outcome, ProviderRefused, ProviderUnavailable
from checkout.payments.demo import Demo
from checkout.placing import new_payment
from checkout.refund_shares import Wish
from checkout.refunding import NothingToRefund, RefundSettled
from checkout.status import OrderStatus, TransitionNotAllowed
from checkout.tests.factories import make_order
from content.claims import CLAIM
from products.models import MovementReason, Sku, StockMovement
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
S = OrderStatus
TOTAL = Decimal("28.00")  # two units at 12.00 and delivery of 4.00


class Bank:
    """A provider that does as it is told, and notes the keys that it was asked with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.error: Exception | None = None
        monkeypatch.setattr(Demo, "refund", lambda provider, refund: self.refund(refund))

    def refund(self, refund: Refund) -> str:
        self.asked.append(refund.idempotency_key)
        if self.error:
            raise self.error
        return f"re_{len(self.asked)}"


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> Bank:
    return Bank(monkeypatch)


@pytest.fixture
def order() -> Order:
    """Paid through the demo provider; two units out of ten have left."""
    return paid_order("demo")


def paid_order(provider: str) -> Order:
    make_product(sku="WAVES", price="12.00", on_hand=10)
    order = make_order({"WAVES": 2}, provider=provider)
    if provider == "bank_transfer":
        settling.mark_paid_by_hand(order, None)
    else:
        settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    order.refresh_from_db()
    return order


def refund_all(order: Order, *, restock: bool = False, note: str = "") -> Refund:
    [refund] = refunding.refund_in_full(order, TOTAL, restock=restock, note=note)
    return refund


def on_hand() -> int:
    return Sku.objects.get(code="WAVES").on_hand


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def mails(order: Order) -> list[str]:
    return list(order.emails.order_by("pk").values_list("kind", flat=True))


def events(order: Order) -> list[str]:
    return [event.what for event in order.events.all() if event.what.startswith("refund")]


def facts(order: Order) -> object:
    """Everything that a refund may touch."""
    refunds = list(
        Refund.objects.order_by("pk").values_list(
            "pk", "amount", "attempt", "made_at", "last_error"
        )
    )
    return status_of(order), refunds, on_hand(), mails(order), order.events.count()


# --- Decided -------------------------------------------------------------------------------------


def test_refund__owed_at_once_and_made_after_the_commit(
    order: Order, bank: Bank, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    boss = make_user("boss@example.com")

    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund_in_full(order, TOTAL, restock=False, note="Torn", actor=boss)
        assert bank.asked == []
        assert status_of(order) == S.PAID

    refund = Refund.objects.get()
    assert bank.asked == [f"{refund.payment.idempotency_key}-refund-shop"]
    assert (refund.amount, refund.reason, refund.note) == (TOTAL, "shop", "Torn")
    assert (refund.actor, refund.reference, refund.last_error) == (boss, "re_1", "")
    assert refund.made_at is not None
    assert status_of(order) == S.REFUNDED
    assert events(order) == ["refund_due", "refunded"]
    assert order.events.get(what="refund_due").actor == boss
    assert mails(order) == ["confirmed", "refunded"]


def test_refund__a_second_press_finds_nothing(order: Order, bank: Bank) -> None:
    refund_all(order, restock=True)
    was = facts(order)

    with pytest.raises(NothingToRefund):
        refund_all(order, restock=True)

    assert facts(order) == was
    assert Refund.objects.count() == 1
    assert on_hand() == 10


def test_refund__not_another_sum_than_was_shown(order: Order) -> None:
    was = facts(order)

    with pytest.raises(NothingToRefund):
        refunding.refund_in_full(order, TOTAL - 1, restock=True)

    assert facts(order) == was


@pytest.mark.parametrize("status", [S.PENDING, S.CANCELLED, S.EXPIRED, S.FAILED])
def test_refund__nothing_was_paid(status: OrderStatus) -> None:
    make_product(sku="WAVES", price="12.00")
    order = make_order({"WAVES": 2}, provider="demo")
    if status != S.PENDING:
        order.transition_to(status)

    assert refunding.refundable(order) == 0
    with pytest.raises(NothingToRefund):
        refunding.refund_in_full(order, TOTAL, restock=True)
    assert not Refund.objects.exists()


def test_refund__of_a_payment_that_came_twice_only_what_is_left(order: Order, bank: Bank) -> None:
    other = new_payment(order, attempt=2)
    settling.apply(other, Observation(Outcome.PAID, TOTAL, "GBP"))
    tasks.make_refund(Refund.objects.get().pk)
    assert status_of(order) == S.PAID
    assert mails(order) == ["confirmed", "refunded"]

    refund = refund_all(order)
    tasks.make_refund(refund.pk)

    assert refund.payment.attempt == 1
    assert status_of(order) == S.REFUNDED
    assert mails(order) == ["confirmed", "refunded", "refunded"]


def test_refund__the_rest_of_what_went_back_in_part(order: Order, bank: Bank) -> None:
    payment = order.payments.get()
    refunding.refund(order, Wish(goodwill=Decimal(8)), Decimal(8))
    part = Refund.objects.get()
    assert order in Order.objects.to_pack()
    tasks.make_refund(part.pk)
    assert status_of(order) == S.PARTIALLY_REFUNDED
    assert order in Order.objects.to_pack()

    [rest] = refunding.refund_in_full(order, Decimal(20), restock=False)
    tasks.make_refund(rest.pk)

    assert (rest.amount, rest.number) == (Decimal(20), 2)
    assert bank.asked[1] == f"{payment.idempotency_key}-refund-shop-2"
    assert status_of(order) == S.REFUNDED


def test_refund__a_constraint_backs_the_lock(order: Order) -> None:
    refund = refund_all(order)

    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.create(payment=refund.payment, amount=TOTAL, reason=refund.reason)


# --- The shelf -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("restock", "expected"), [(True, 10), (False, 8)])
def test_restock__as_staff_say(order: Order, restock: bool, expected: int) -> None:
    refund_all(order, restock=restock)

    assert on_hand() == expected
    returned = StockMovement.objects.filter(reason=MovementReason.RETURNED)
    assert list(returned.values_list("delta", "reference")) == (
        [(2, order.number)] if restock else []
    )
    assert sum(StockMovement.objects.values_list("delta", flat=True)) == on_hand()


def test_restock__never_more_than_was_sold(order: Order) -> None:
    from products import stock

    stock.move("WAVES", 1, MovementReason.RETURNED, reference=order.number)

    refund_all(order, restock=True)

    assert on_hand() == 10


def test_being_refunded__is_not_packed_or_sent(order: Order, bank: Bank) -> None:
    assert list(Order.objects.to_pack()) == [order]
    refund = refund_all(order, restock=True)
    was = facts(order)

    assert list(Order.objects.to_pack()) == []
    with pytest.raises(sending.BeingRefunded):
        sending.send(order, Tracking())
    assert facts(order) == was

    tasks.make_refund(refund.pk)
    with pytest.raises(TransitionNotAllowed):
        sending.send(order, Tracking())


def test_paid_twice__is_still_packed(order: Order) -> None:
    other = new_payment(order, attempt=2)
    settling.apply(other, Observation(Outcome.PAID, TOTAL, "GBP"))

    assert Refund.objects.due().count() == 1
    assert list(Order.objects.to_pack()) == [order]


# --- Asked of the provider -----------------------------------------------------------------------


def test_make__once(order: Order, bank: Bank) -> None:
    refund = refund_all(order)

    for _ in range(3):
        tasks.make_refund(refund.pk)

    assert len(bank.asked) == 1
    assert events(order) == ["refund_due", "refunded"]
    assert mails(order) == ["confirmed", "refunded"]


def test_make__not_while_another_worker_asks(
    order: Order, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    refund = refund_all(order)
    seen: list[int] = []

    def slow(provider: Demo, asked: Refund) -> str:
        seen.append(asked.pk)
        refunding.make(asked.pk)  # the second worker comes meanwhile
        return "re_1"

    monkeypatch.setattr(Demo, "refund", slow)
    tasks.make_refund(refund.pk)

    assert seen == [refund.pk]


def test_make__a_worker_that_was_killed_loses_its_claim(order: Order, bank: Bank) -> None:
    refund = refund_all(order)
    now = timezone.now()
    Refund.objects.update(claimed_until=now + CLAIM)

    with time_machine.travel(now + CLAIM / 2):
        assert refunding.due() == []
    with time_machine.travel(now + CLAIM * 2):
        assert refunding.due() == [refund.pk]
        tasks.make_refund(refund.pk)

    assert status_of(order) == S.REFUNDED


def test_make__no_answer_asks_again_with_the_same_key(order: Order, bank: Bank) -> None:
    refund = refund_all(order)
    bank.error = ProviderUnavailable("timeout")
    with pytest.raises(ProviderUnavailable):
        refunding.make(refund.pk)
    assert status_of(order) == S.PAID

    bank.error = None
    refunding.make(refund.pk)

    assert bank.asked[0] == bank.asked[1]
    assert status_of(order) == S.REFUNDED


def test_refused__waits_for_staff_who_try_again(
    order: Order, bank: Bank, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    refund = refund_all(order)
    bank.error = ProviderRefused("insufficient_funds")
    tasks.make_refund(refund.pk)
    tasks.make_refund(refund.pk)
    assert list(Refund.objects.refused()) == [refund]
    assert len(bank.asked) == 1
    assert status_of(order) == S.PAID

    bank.error = None
    with django_capture_on_commit_callbacks(execute=True):
        refunding.try_again(refund)

    # Another key: the provider would answer the old one with the same refusal.
    assert bank.asked[1] == f"{bank.asked[0]}-try2"
    assert status_of(order) == S.REFUNDED
    assert events(order) == ["refund_due", "refund_refused", "refund_retried", "refunded"]


def test_try_again__only_what_was_refused(order: Order, bank: Bank) -> None:
    refund = refund_all(order)
    was = facts(order)

    with pytest.raises(RefundSettled):
        refunding.try_again(refund)

    assert facts(order) == was


def test_refused__sent_by_hand_instead(order: Order, bank: Bank) -> None:
    refund = refund_all(order)
    bank.error = ProviderRefused("charge_already_refunded")
    tasks.make_refund(refund.pk)

    refunding.confirm_by_hand(refund)

    assert status_of(order) == S.REFUNDED
    assert Refund.objects.get().reference == "by_hand"


def test_confirm_by_hand__not_what_the_provider_is_asked_for(order: Order, bank: Bank) -> None:
    refund = refund_all(order)
    was = facts(order)

    with pytest.raises(RefundSettled):
        refunding.confirm_by_hand(refund)

    assert facts(order) == was


def test_bank_transfer__by_hand(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    order = paid_order("bank_transfer")
    boss = make_user("boss@example.com")
    with django_capture_on_commit_callbacks(execute=True):
        refund = refund_all(order)
    assert list(Refund.objects.due_by_hand()) == [refund]
    assert refunding.due() == []
    assert status_of(order) == S.PAID
    assert "refunded" not in mails(order)

    refunding.confirm_by_hand(refund, boss)

    assert status_of(order) == S.REFUNDED
    assert mails(order)[-1] == "refunded"
    assert order.events.get(what="refunded").actor == boss
    with pytest.raises(RefundSettled):
        refunding.confirm_by_hand(refund, boss)
    assert OrderEmail.objects.filter(kind="refunded").count() == 1


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        pytest.param([S.SENT], "refunded", id="sent"),
        pytest.param([S.SENT, S.DELIVERED], "refunded", id="delivered"),
    ],
)
def test_refund__after_it_was_sent(
    order: Order, bank: Bank, steps: Sequence[OrderStatus], expected: str
) -> None:
    for step in steps:
        order.transition_to(step)

    tasks.make_refund(refund_all(order).pk)

    assert status_of(order) == expected


def test_refundable__not_what_is_held(order: Order) -> None:
    Payment.objects.update(status="held")

    assert refunding.refundable(order) == 0
