"""What is due is a query: each scheduled task finds its own, and leaves the rest alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from bowerbird.celery import ShopTask
from checkout import emails, settling, tasks
from checkout.models import Invoice, Order, OrderEmail, Payment, PaymentEvent, PaymentStatus, Refund
from checkout.payments.base import Observation, Outcome, ProviderUnavailable
from checkout.payments.demo import Demo
from checkout.status import OrderStatus
from checkout.tests.factories import make_order, take_money
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()
LATER = NOW + timedelta(minutes=10)
S, P = OrderStatus, PaymentStatus


@pytest.fixture
def order() -> Order:
    """28.00, with a payment open at the demo provider."""
    make_product(sku="WAVES", price="12.00")
    order = make_order({"WAVES": 2}, provider="demo")
    order.payments.update(status=P.OPEN, reference="demo_1")
    return order


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What the catch-up tasks queue, instead of its being done."""
    calls: list[tuple[str, Any]] = []

    def delay(self: ShopTask, *args: Any) -> None:
        calls.append((self.name.rpartition(".")[2], *args))

    monkeypatch.setattr(ShopTask, "delay", delay)
    return calls


def session_event(payment: Payment, **fields: Any) -> PaymentEvent:
    session = {
        "id": payment.reference,
        "status": "complete",
        "payment_status": "paid",
        "amount_total": 2800,
        "currency": "gbp",
        "payment_intent": "pi_1",
    }
    values = {
        "provider": "stripe",
        "event_id": "evt_1",
        "type": "checkout.session.completed",
        "payment": payment,
        "payload": {"data": {"object": session}},
    }
    return PaymentEvent.objects.create(**values | fields)


def owe_refund(payment: Payment, **fields: Any) -> Refund:
    return Refund.objects.create(
        payment=payment, amount=payment.amount, reason=Refund.Reason.CANCELLED, **fields
    )


# --- Each finds what is due ----------------------------------------------------------------------


def test_emails__those_not_sent(order: Order, queued: list[Any]) -> None:
    due = OrderEmail.objects.create(order=order, kind="received")
    OrderEmail.objects.create(order=order, kind="confirmed", sent_at=NOW)

    tasks.send_due_emails()

    assert queued == [("send_email", due.pk)]


def test_invoices__those_not_rendered(order: Order, queued: list[Any]) -> None:
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "GBP"))
    other = make_order({"WAVES": 1})
    settling.mark_paid_by_hand(other, None)
    Invoice.objects.filter(order=other).update(rendered_at=NOW)

    tasks.render_due_invoices()

    assert queued == [("render_invoice", Invoice.objects.get(order=order).pk)]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        pytest.param({"received_at": NOW - timedelta(seconds=40)}, True, id="late"),
        pytest.param({"received_at": NOW}, False, id="its task is on the way"),
        pytest.param(
            {"received_at": NOW - timedelta(hours=1), "processed_at": NOW}, False, id="done"
        ),
    ],
)
def test_events__those_not_processed(
    order: Order, queued: list[Any], fields: dict[str, Any], due: bool
) -> None:
    event = session_event(order.payments.get(), **fields)

    with time_machine.travel(NOW, tick=False):
        tasks.process_due_events()

    assert queued == ([("process_event", event.pk)] if due else [])


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        pytest.param({"created_at": NOW - timedelta(seconds=40)}, True, id="late"),
        pytest.param({"created_at": NOW}, False, id="its task is on the way"),
        pytest.param({"created_at": NOW - timedelta(days=1), "made_at": NOW}, False, id="made"),
        pytest.param(
            {"created_at": NOW - timedelta(days=1), "last_error": "refused"}, False, id="refused"
        ),
    ],
)
def test_refunds__those_not_made(
    order: Order, queued: list[Any], fields: dict[str, Any], due: bool
) -> None:
    refund = owe_refund(order.payments.get(), **fields)

    with time_machine.travel(NOW, tick=False):
        tasks.make_due_refunds()

    assert queued == ([("make_refund", refund.pk)] if due else [])


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        pytest.param({}, True, id="open for a while"),
        pytest.param({"status": P.PROCESSING}, True, id="on its way"),
        pytest.param({"checked_at": NOW - timedelta(hours=1)}, True, id="looked at long ago"),
        pytest.param({"checked_at": NOW - timedelta(minutes=1)}, False, id="looked at just now"),
        pytest.param({"created_at": NOW - timedelta(minutes=1)}, False, id="begun just now"),
        pytest.param({"status": P.SUCCEEDED}, False, id="paid"),
        pytest.param({"status": P.HELD}, False, id="held for people"),
        pytest.param({"status": P.CREATED, "reference": None}, False, id="never begun"),
    ],
)
def test_payments__those_unsettled(
    order: Order, queued: list[Any], fields: dict[str, Any], due: bool
) -> None:
    values = {"created_at": NOW - timedelta(hours=2)} | fields
    order.payments.update(**values)

    with time_machine.travel(NOW, tick=False):
        tasks.reconcile_open_payments()

    assert queued == ([("reconcile_payment", order.payments.get().pk)] if due else [])


def test_payments__longest_unseen_first(order: Order, queued: list[Any]) -> None:
    seen = order.payments.get()
    unseen = make_order({"WAVES": 1}, provider="demo").payments.get()
    Payment.objects.update(created_at=NOW - timedelta(hours=2))
    Payment.objects.filter(pk=seen.pk).update(checked_at=NOW - timedelta(hours=1))
    Payment.objects.filter(pk=unseen.pk).update(status=P.OPEN, reference="demo_2")

    tasks.reconcile_open_payments()

    assert queued == [("reconcile_payment", unseen.pk), ("reconcile_payment", seen.pk)]


def test_queue__one_that_cannot_be_queued_does_not_hold_up_the_others(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    OrderEmail.objects.create(order=order, kind="received")
    OrderEmail.objects.create(order=order, kind="sent")
    tried: list[int] = []

    def delay(self: ShopTask, pk: int) -> None:
        tried.append(pk)
        raise ConnectionError

    monkeypatch.setattr(ShopTask, "delay", delay)

    tasks.send_due_emails()

    assert len(tried) == 2


# --- Each does it, and does it once --------------------------------------------------------------


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("checkout.emails.send", lambda email_id: True)
    monkeypatch.setattr("checkout.invoices.rendered", lambda invoice: invoice)


def test_event__processed_once(order: Order) -> None:
    event = session_event(order.payments.get())

    tasks.process_event(event.pk)
    first = PaymentEvent.objects.get().processed_at
    tasks.process_event(event.pk)

    assert Order.objects.get().status == S.PAID
    assert PaymentEvent.objects.get().processed_at == first is not None
    assert Invoice.objects.count() == 1


def test_event__of_a_type_that_we_no_longer_read(order: Order) -> None:
    event = session_event(order.payments.get(), type="checkout.session.forgotten")

    tasks.process_event(event.pk)

    assert PaymentEvent.objects.due().count() == 0
    assert Order.objects.get().status == S.PENDING


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        pytest.param(Outcome.PAID, S.PAID, id="paid"),
        pytest.param(Outcome.EXPIRED, S.EXPIRED, id="expired"),
        pytest.param(Outcome.OPEN, S.PENDING, id="open"),
    ],
)
def test_reconcile__a_lost_webhook_loses_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, expected: OrderStatus
) -> None:
    seen = Observation(outcome, order.total, "GBP")
    monkeypatch.setattr(Demo, "look_up", lambda self, payment: seen)

    with time_machine.travel(LATER):
        tasks.reconcile_open_payments()

    assert Order.objects.get().status == expected


def test_reconcile__no_answer_changes_nothing(
    order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def silent(self: Demo, payment: Payment) -> Observation:
        raise ProviderUnavailable

    monkeypatch.setattr(Demo, "look_up", silent)
    with time_machine.travel(LATER):
        tasks.reconcile_open_payments()

    assert Order.objects.get().status == S.PENDING
    assert order.payments.get().status == P.OPEN
    assert order.payments.get().checked_at is not None  # and the others get their turn first


# --- Losing the broker ---------------------------------------------------------------------------


def test_commit__a_dead_broker_costs_nothing_but_time(
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    celery_not_eager: None,
) -> None:
    def dead(self: ShopTask, *args: Any) -> None:
        raise ConnectionError("no broker")

    make_product(sku="WAVES")
    monkeypatch.setattr(ShopTask, "delay", dead)
    with django_capture_on_commit_callbacks(execute=True):
        order = make_order({"WAVES": 1})
        settling.mark_paid_by_hand(order, None)

    assert Order.objects.get().status == S.PAID
    assert (OrderEmail.objects.due().count(), Invoice.objects.due().count()) == (2, 1)


@pytest.fixture
def celery_not_eager() -> Iterator[None]:
    """As in production: what cannot be queued is logged, not raised."""
    was = current_app.conf.task_eager_propagates
    current_app.conf.task_eager_propagates = False
    yield
    current_app.conf.task_eager_propagates = was


# --- manage.py catch_up --------------------------------------------------------------------------


@pytest.fixture
def same_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command hands back its connection before each task; a test's must stay."""
    monkeypatch.setattr("bowerbird.management.commands.catch_up.close_old_connections", int)


def test_schedule__names_tasks_that_exist() -> None:
    current_app.loader.import_default_modules()
    named = {str(entry["task"]) for entry in django_settings.CELERY_BEAT_SCHEDULE.values()}

    assert named - set(current_app.tasks) == set()
    assert {name for name in named if name.startswith("checkout.")} == {
        "checkout.tasks.check_due_vat_numbers",
        "checkout.tasks.make_due_refunds",
        "checkout.tasks.process_due_events",
        "checkout.tasks.reconcile_due_days",
        "checkout.tasks.reconcile_open_payments",
        "checkout.tasks.release_expired",
        "checkout.tasks.render_due_invoices",
        "checkout.tasks.send_due_emails",
    }


def test_catch_up__does_all_that_is_due(
    order: Order, mailoutbox: list[Any], same_connection: None
) -> None:
    """No broker ever heard of any of it."""
    cancelled = make_order({"WAVES": 1}, provider="demo")
    cancelled.transition_to(S.CANCELLED)
    refund = owe_refund(take_money(cancelled))
    event = session_event(order.payments.get())
    left = make_order({"WAVES": 1}, provider="demo")
    with time_machine.travel(NOW + timedelta(hours=1)):
        call_command("catch_up")
        call_command("catch_up")

    event.refresh_from_db()
    refund.refresh_from_db()
    assert event.processed_at is not None
    assert refund.made_at is not None
    statuses = [Order.objects.get(pk=one.pk).status for one in (cancelled, left)]
    assert statuses == [S.REFUNDED, S.EXPIRED]


@pytest.mark.parametrize("broken", ["send_due_emails", "release_expired"])
def test_catch_up__one_that_fails_does_not_hold_up_the_others(
    order: Order, monkeypatch: pytest.MonkeyPatch, same_connection: None, broken: str
) -> None:
    done: list[str] = []

    def runner(name: str) -> Callable[[], None]:
        def run() -> None:
            done.append(name)
            if name.endswith(broken):
                raise RuntimeError(name)

        return run

    scheduled = [str(entry["task"]) for entry in django_settings.CELERY_BEAT_SCHEDULE.values()]
    for name in scheduled:
        monkeypatch.setattr(current_app.tasks[name], "run", runner(name))

    with pytest.raises(CommandError, match=broken.replace("_", "-").removesuffix("-expired")):
        call_command("catch_up")

    assert done == scheduled


@pytest.mark.usefixtures("same_connection")
def test_catch_up__says_what_it_did_and_whether_all_went_well(
    order: Order, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "GBP"))
    OrderEmail.objects.create(order=order, kind="sent")
    call_command("catch_up")
    assert capsys.readouterr().out.splitlines() == [
        "render-due-invoices: 1 done, 0 failed",
        "send-due-emails: 2 done, 0 failed",
    ]

    call_command("catch_up")
    assert capsys.readouterr().out == ""

    def refuse(email_id: int) -> bool:
        raise ConnectionRefusedError

    OrderEmail.objects.create(order=order, kind="sent", edition=2)
    monkeypatch.setattr(emails, "send", refuse)
    with pytest.raises(CommandError, match="send-due-emails"):
        call_command("catch_up")
    assert capsys.readouterr().out == "send-due-emails: 0 done, 1 failed\n"


def test_catch_up__does_all_of_it_in_its_own_process(
    order: Order, same_connection: None, celery_not_eager: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The broker may be what failed: nothing is left to it."""
    monkeypatch.setitem(current_app.conf, "task_always_eager", False)
    OrderEmail.objects.create(order=order, kind="sent")

    call_command("catch_up")

    assert not OrderEmail.objects.due().exists()
    assert current_app.conf.task_always_eager is False
