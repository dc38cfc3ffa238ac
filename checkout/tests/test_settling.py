"""What a provider reports, brought into the books: in any order, any number of times."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.tests.factories import make_user
from checkout import expiring, settling, tasks
from checkout.models import Invoice, Order, OrderEmail, Payment, PaymentStatus, Refund
from checkout.payments.base import Observation, Outcome, ProviderRefused
from checkout.payments.demo import Demo
from checkout.placing import new_payment
from checkout.status import OrderStatus, TransitionNotAllowed
from checkout.tests.factories import advance, make_order
from products.models import Sku, StockMovement
from products.stock import OutOfStock
from products.tests.factories import make_product, put_in_stock

pytestmark = pytest.mark.django_db
S, P = OrderStatus, PaymentStatus
PRICE = Decimal("28.00")  # 24.00 and delivery of 4.00


@pytest.fixture
def payment() -> Payment:
    """Of two units out of ten; open at its provider."""
    make_product(sku="WAVES", price="12.00")
    return open_payment(make_order({"WAVES": 2}, provider="demo"))


def open_payment(order: Order) -> Payment:
    payment = order.payments.last()
    assert payment
    payment.status, payment.reference = P.OPEN, f"demo_{payment.idempotency_key}"
    payment.save()
    return payment


def second_payment(order: Order) -> Payment:
    new_payment(order, attempt=2)
    return open_payment(order)


def seen(outcome: Outcome, amount: Decimal = PRICE, currency: str = "GBP") -> Observation:
    return Observation(outcome, amount, currency, charge="ch_1")


def settle(payment: Payment, *outcomes: Outcome) -> None:
    for outcome in outcomes:
        settling.apply(payment, seen(outcome))


def shelf() -> tuple[int, int]:
    """On hand, reserved."""
    sku = Sku.objects.get(code="WAVES")
    return sku.on_hand, sku.reserved


def stands(payment: Payment) -> tuple[str, str]:
    """The order, the payment."""
    fresh = Payment.objects.select_related("order").get(pk=payment.pk)
    return fresh.order.status, fresh.status


def documents() -> tuple[int, list[str]]:
    """Invoices; e-mails owed."""
    return Invoice.objects.count(), list(
        OrderEmail.objects.order_by("pk").values_list("kind", flat=True)
    )


NOTHING: tuple[int, list[str]] = (0, [])
INVOICED = (1, ["confirmed"])


# --- One observation -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "expected", "on_shelf", "owed"),
    [
        pytest.param(Outcome.PAID, (S.PAID, P.SUCCEEDED), (8, 0), INVOICED, id="paid"),
        pytest.param(Outcome.OPEN, (S.PENDING, P.OPEN), (10, 2), NOTHING, id="open"),
        pytest.param(
            Outcome.PROCESSING, (S.PENDING, P.PROCESSING), (10, 2), NOTHING, id="on its way"
        ),
        pytest.param(Outcome.FAILED, (S.FAILED, P.FAILED), (10, 0), NOTHING, id="failed"),
        pytest.param(Outcome.EXPIRED, (S.EXPIRED, P.EXPIRED), (10, 0), NOTHING, id="expired"),
    ],
)
@pytest.mark.parametrize("times", [1, 3], ids=["once", "three times"])
def test_apply__one_outcome(
    payment: Payment,
    outcome: Outcome,
    expected: tuple[str, str],
    on_shelf: tuple[int, int],
    owed: tuple[int, list[str]],
    times: int,
) -> None:
    settle(payment, *[outcome] * times)

    assert stands(payment) == expected
    assert shelf() == on_shelf
    assert documents() == owed
    assert Refund.objects.count() == 0
    payment.refresh_from_db()
    assert payment.charge == "ch_1"
    assert payment.checked_at is not None
    assert (payment.paid_at is not None) == (outcome is Outcome.PAID)


@pytest.mark.parametrize(
    ("outcomes", "expected", "on_shelf"),
    [
        pytest.param(["PAID", "EXPIRED"], (S.PAID, P.SUCCEEDED), (8, 0), id="expired after paid"),
        pytest.param(["PAID", "FAILED"], (S.PAID, P.SUCCEEDED), (8, 0), id="failed after paid"),
        pytest.param(["PAID", "OPEN"], (S.PAID, P.SUCCEEDED), (8, 0), id="an old look-up"),
        pytest.param(["PAID", "PROCESSING"], (S.PAID, P.SUCCEEDED), (8, 0), id="disorder"),
        pytest.param(["PROCESSING", "PAID"], (S.PAID, P.SUCCEEDED), (8, 0), id="bank debit"),
        pytest.param(["PROCESSING", "FAILED"], (S.FAILED, P.FAILED), (10, 0), id="debit refused"),
        pytest.param(["FAILED", "PROCESSING"], (S.FAILED, P.FAILED), (10, 0), id="late on its way"),
        pytest.param(["EXPIRED", "OPEN"], (S.EXPIRED, P.EXPIRED), (10, 0), id="late open"),
        pytest.param(["EXPIRED", "FAILED"], (S.EXPIRED, P.EXPIRED), (10, 0), id="closed once"),
        pytest.param(["EXPIRED", "PAID"], (S.PAID, P.SUCCEEDED), (8, 0), id="money after expiry"),
        pytest.param(["FAILED", "PAID"], (S.PAID, P.SUCCEEDED), (8, 0), id="money after failure"),
    ],
)
def test_apply__in_any_order(
    payment: Payment, outcomes: list[str], expected: tuple[str, str], on_shelf: tuple[int, int]
) -> None:
    settle(payment, *(Outcome[name] for name in outcomes))

    assert stands(payment) == expected
    assert shelf() == on_shelf
    assert documents() == (INVOICED if expected[0] == S.PAID else NOTHING)
    assert Refund.objects.count() == 0


def test_processing__keeps_the_stock_for_as_long_as_banks_take(payment: Payment) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        settle(payment, Outcome.PROCESSING)
        order = Order.objects.get()
        assert order.expires_at == timezone.now() + timedelta(days=10)
    settle(payment, Outcome.PROCESSING)

    assert Order.objects.get().expires_at == order.expires_at
    assert [event.what for event in order.events.all()] == ["placed", "payment_processing"]


def test_expired__a_newer_attempt_keeps_the_order(payment: Payment) -> None:
    newer = second_payment(payment.order)

    settle(payment, Outcome.EXPIRED)
    assert (stands(payment), stands(newer)) == ((S.PENDING, P.EXPIRED), (S.PENDING, P.OPEN))
    assert shelf() == (10, 2)

    settle(newer, Outcome.PAID)
    assert stands(newer) == (S.PAID, P.SUCCEEDED)


# --- Money that does not match -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        pytest.param("27.99", "GBP", id="a penny short"),
        pytest.param("28.01", "GBP", id="a penny more"),
        pytest.param("0", "GBP", id="nothing"),
        pytest.param("2800", "GBP", id="pounds for pence"),
        pytest.param("28.00", "EUR", id="another currency"),
        pytest.param("28.00", "", id="no currency"),
    ],
)
def test_mismatch__held_and_never_paid(payment: Payment, amount: str, currency: str) -> None:
    settling.apply(payment, seen(Outcome.PAID, Decimal(amount), currency))

    assert stands(payment) == (S.PENDING, P.HELD)
    assert shelf() == (10, 2)
    assert documents() == NOTHING
    held = payment.order.events.get(what="payment_held").data
    assert held["expected"].endswith(" GBP")
    assert held["received"] == f"{amount} {currency}"

    # Neither a repetition nor the right amount frees it: somebody must look.
    settle(payment, Outcome.PAID, Outcome.EXPIRED, Outcome.PAID)
    assert stands(payment) == (S.PENDING, P.HELD)
    assert documents() == NOTHING
    assert payment.order.events.filter(what="payment_held").count() == 1


def test_currency__whatever_its_case(payment: Payment) -> None:
    settling.apply(payment, seen(Outcome.PAID, currency="gbp"))

    assert stands(payment) == (S.PAID, P.SUCCEEDED)


# --- Money that comes too late, or twice ---------------------------------------------------------


def run_commit_hooks(
    capture: DjangoCaptureOnCommitCallbacks, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> list[Refund]:
    """Apply PAID with the tasks that follow, e-mails and invoices left out; the refunds made."""
    made: list[Refund] = []

    def refund(self: Demo, refund: Refund) -> str:
        made.append(refund)
        return f"re_{len(made)}"

    monkeypatch.setattr(Demo, "refund", refund)
    monkeypatch.setattr("checkout.emails.send", lambda email_id: True)
    monkeypatch.setattr("checkout.invoices.rendered", lambda invoice: invoice)
    with capture(execute=True):
        settle(payment, Outcome.PAID)
    return made


def test_late_money__honoured_with_stock(
    payment: Payment,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payment.order.transition_to(S.EXPIRED)
    put_in_stock("WAVES", 2)

    refunds = run_commit_hooks(django_capture_on_commit_callbacks, payment, monkeypatch)

    assert refunds == []
    assert stands(payment) == (S.PAID, P.SUCCEEDED)
    assert shelf() == (0, 0)
    assert documents() == INVOICED
    assert StockMovement.objects.filter(reference=payment.order.number).get().delta == -2


@pytest.mark.parametrize(
    ("before", "reason"),
    [
        pytest.param(S.EXPIRED, Refund.Reason.SOLD_OUT, id="expired and sold out"),
        pytest.param(S.FAILED, Refund.Reason.SOLD_OUT, id="failed and sold out"),
        pytest.param(S.CANCELLED, Refund.Reason.CANCELLED, id="cancelled"),
    ],
)
def test_late_money__goes_back(
    payment: Payment,
    before: OrderStatus,
    reason: Refund.Reason,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    payment.order.transition_to(before)
    put_in_stock("WAVES", 1)

    made = run_commit_hooks(django_capture_on_commit_callbacks, payment, monkeypatch)

    assert [(one.amount, one.reason) for one in made] == [(PRICE, reason)]
    refund = Refund.objects.get()
    assert (refund.reference, refund.last_error) == ("re_1", "")
    assert refund.made_at is not None
    assert stands(payment) == (S.REFUNDED, P.SUCCEEDED)
    assert shelf() == (1, 0)
    assert documents() == (0, ["refunded"])
    events = [event.what for event in payment.order.events.all()]
    assert events == ["placed", "status", "refund_due", "refunded", "status"]


def test_late_money__cancelled_goes_back_even_with_stock(payment: Payment) -> None:
    payment.order.transition_to(S.CANCELLED)

    settle(payment, Outcome.PAID, Outcome.PAID)

    assert [refund.reason for refund in Refund.objects.all()] == ["cancelled"]
    assert stands(payment) == (S.CANCELLED, P.SUCCEEDED)
    assert shelf() == (10, 0)


@pytest.mark.parametrize("status", [S.PAID, S.SENT, S.DELIVERED, S.PARTIALLY_REFUNDED])
def test_paid_twice__one_goes_back(
    payment: Payment,
    status: OrderStatus,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = second_payment(payment.order)
    settle(payment, Outcome.PAID)
    path = {S.SENT: [S.SENT], S.DELIVERED: [S.SENT, S.DELIVERED]}
    for step in path.get(status, [] if status == S.PAID else [status]):
        advance(payment.order, step)

    made = run_commit_hooks(django_capture_on_commit_callbacks, other, monkeypatch)
    settle(other, Outcome.PAID)

    assert [(one.payment, one.reason) for one in made] == [(other, Refund.Reason.DUPLICATE)]
    assert Refund.objects.exclude(reason=Refund.Reason.SHOP).count() == 1
    assert stands(payment) == (status, P.SUCCEEDED)
    assert stands(other) == (status, P.SUCCEEDED)
    assert shelf() == (8, 0)
    assert documents() == (1, ["confirmed", "refunded"])


def test_cancelled_and_paid_twice__both_go_back(
    payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both became due before either was made: the second finds the order refunded already."""
    other = second_payment(payment.order)
    payment.order.transition_to(S.CANCELLED)
    settle(payment, Outcome.PAID)
    settle(other, Outcome.PAID)

    for refund in Refund.objects.all():
        tasks.make_refund(refund.pk)

    assert Refund.objects.due().count() == 0
    assert [stands(one)[0] for one in (payment, other)] == [S.REFUNDED, S.REFUNDED]


def test_refund__made_once(payment: Payment, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def send_back(self: Demo, refund: Refund) -> str:
        asked.append(refund.idempotency_key)
        return "re_1"

    monkeypatch.setattr(Demo, "refund", send_back)
    payment.order.transition_to(S.CANCELLED)
    settle(payment, Outcome.PAID)
    refund = Refund.objects.get()

    tasks.make_refund(refund.pk)
    tasks.make_refund(refund.pk)

    assert asked == [f"{payment.idempotency_key}-refund-cancelled"]
    assert payment.order.events.filter(what="refunded").count() == 1


def test_refund__refused_is_left_to_people(
    payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Demo, refund: Refund) -> str:
        raise ProviderRefused("charge_disputed")

    monkeypatch.setattr(Demo, "refund", refuse)
    payment.order.transition_to(S.CANCELLED)
    settle(payment, Outcome.PAID)
    refund = Refund.objects.get()

    tasks.make_refund(refund.pk)

    refund.refresh_from_db()
    assert (refund.made_at, refund.last_error) == (None, "charge_disputed")
    assert stands(payment) == (S.CANCELLED, P.SUCCEEDED)


# --- Bank transfer -------------------------------------------------------------------------------


def test_by_hand__staff_saw_the_money() -> None:
    make_product(sku="WAVES", price="12.00")
    order = make_order({"WAVES": 2})
    clerk = make_user("clerk@bower.example")

    settling.mark_paid_by_hand(order, clerk)

    payment = order.payments.get()
    assert stands(payment) == (S.PAID, P.SUCCEEDED)
    assert payment.paid_at is not None
    assert shelf() == (8, 0)
    assert documents() == (1, ["received", "confirmed"])
    assert order.events.get(what="status").actor == clerk


@pytest.mark.parametrize("status", [S.PAID, S.CANCELLED])
def test_by_hand__not_again(status: OrderStatus) -> None:
    make_product(sku="WAVES")
    order = make_order({"WAVES": 2})
    if status == S.PAID:
        settling.mark_paid_by_hand(order, None)
    else:
        order.transition_to(status)
    was = documents(), shelf()

    with pytest.raises(TransitionNotAllowed):
        settling.mark_paid_by_hand(order, None)

    assert (documents(), shelf()) == was


def test_by_hand__late_and_sold_out() -> None:
    make_product(sku="WAVES")
    order = make_order({"WAVES": 2})
    order.transition_to(S.EXPIRED)
    put_in_stock("WAVES", 1)

    with pytest.raises(OutOfStock):
        settling.mark_paid_by_hand(order, None)

    assert stands(order.payments.get()) == (S.EXPIRED, P.CREATED)
    assert documents() == (0, ["received"])


def test_by_hand__only_where_nobody_else_can_say(payment: Payment) -> None:
    with pytest.raises(TransitionNotAllowed):
        settling.mark_paid_by_hand(payment.order, None)

    assert stands(payment) == (S.PENDING, P.OPEN)


# --- Overdue -------------------------------------------------------------------------------------


def overdue(payment: Payment, **changes: Any) -> Order:
    Order.objects.update(expires_at=timezone.now() - timedelta(seconds=1), **changes)
    return Order.objects.get(pk=payment.order_id)


def test_release_expired__gives_back_the_stock(payment: Payment) -> None:
    other = make_order({"WAVES": 3}, provider="demo")
    Order.objects.filter(pk=payment.order_id).update(expires_at=timezone.now())

    tasks.release_expired()

    assert stands(payment) == (S.EXPIRED, P.OPEN)
    assert Order.objects.get(pk=other.pk).status == S.PENDING
    assert shelf() == (10, 3)


def test_release_expired__leaves_what_moved_on(payment: Payment) -> None:
    stale = overdue(payment)
    settle(payment, Outcome.PAID)

    expiring.expire(stale)

    assert stale.status == S.PAID
    assert stands(payment) == (S.PAID, P.SUCCEEDED)
    assert shelf() == (8, 0)


def test_release_expired__leaves_what_got_more_time(payment: Payment) -> None:
    stale = overdue(payment)
    settle(payment, Outcome.PROCESSING)

    expiring.expire(stale)

    assert stands(payment) == (S.PENDING, P.PROCESSING)
