"""`kill -9` in the middle of each kind of task: `manage.py catch_up` leaves every order right.

A worker comes to a point of the task and sleeps there (`tests.faults.worker`), is killed, and ten
minutes later, when its claims have lapsed, whatever is due is caught up with.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import redis
import time_machine
from celery import current_app
from django.core import mail
from django.core.management import call_command
from django.db.models import Sum
from django.utils import timezone
from pytest_django import Settings

from checkout import asking, invoices, paying, refunding, settling, tasks
from checkout.models import (
    CreditNote,
    Invoice,
    Order,
    OrderEmail,
    Payment,
    PaymentEvent,
    ReconciledDay,
    Refund,
    VatCheck,
)
from checkout.payments.base import Observation, Outcome
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.models import Sku, StockMovement
from products.tests.factories import make_product
from tests.faults.conftest import Workshop
from tests.faults.test_worker import webhook
from tests.stripe_stand_in import StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
LATER = timedelta(minutes=10)


# --- What is due ---------------------------------------------------------------------------------


def paid(stripe_api: StandIn) -> None:
    """An invoice, and the e-mail that carries it."""
    order = make_order({"WAVES": 2}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "GBP"))


def reported(stripe_api: StandIn) -> None:
    """Stripe's word that it was paid."""
    assert webhook(stripe_api, _pay_at_stripe(stripe_api)) == 200


def unheard(stripe_api: StandIn) -> None:
    """Paid, and the webhook was lost: we ask."""
    _pay_at_stripe(stripe_api)
    tasks.reconcile_payment.delay(Payment.objects.get().pk)


def given_back(stripe_api: StandIn) -> None:
    """All the money of a paid order, and the credit note for it."""
    _pay_at_stripe(stripe_api)
    asking.about_payment(Payment.objects.get())
    order = Order.objects.get()
    refunding.refund_in_full(order, order.total, restock=True)


def overdue(stripe_api: StandIn) -> None:
    """Reserved for longer than it may be."""
    make_order({"WAVES": 2}, provider="demo")
    Order.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    tasks.release_expired()


def yesterday(stripe_api: StandIn) -> None:
    """A day that was not compared with Stripe's yet."""
    unheard(stripe_api)
    Payment.objects.update(created_at=timezone.now() - timedelta(days=1))
    day = timezone.localdate() - timedelta(days=1)
    tasks.reconcile_day.delay(day.isoformat())


def paid_in_one_window(stripe_api: StandIn) -> None:
    """Others of the same order are to be closed."""
    _pay_at_stripe(stripe_api)
    payment = Payment.objects.get()
    asking.about_payment(payment)
    tasks.close_other_attempts.delay(payment.pk)


def taxed_by_a_number(stripe_api: StandIn) -> None:
    """Its tax office is to be asked."""
    paid(stripe_api)
    tasks.check_vat_number.delay(VatCheck.objects.create(order=Order.objects.get()).pk)


def _pay_at_stripe(stripe_api: StandIn) -> Any:
    order = make_order({"WAVES": 2}, provider="stripe")
    paying.start(order)
    return stripe_api.pay(str(order.payments.get().reference))


# --- Where the plug is pulled --------------------------------------------------------------------


@dataclass(frozen=True)
class Blow:
    task: str
    point: str
    due: Callable[[StandIn], None]
    then: OrderStatus = OrderStatus.PAID
    mails: int = 1


SENT_BACK = OrderStatus.REFUNDED
BLOWS = {
    "email: before it is written": Blow("send_email", "before checkout.emails:build", paid),
    # SMTP knows no other way: the same Message-ID lets mail systems tell a repetition.
    "email: taken by the mail server, not noted": Blow(
        "send_email", "before checkout.emails:_note_sent", paid, mails=2
    ),
    "email: noted, before goodbye": Blow("send_email", "after checkout.emails:_note_sent", paid),
    "invoice: before it is rendered": Blow(
        "render_invoice", "before checkout.invoices:render_pdf", paid
    ),
    "invoice: its file written, not noted": Blow(
        "render_invoice", "after checkout.documents.archive:_stored", paid
    ),
    "credit note: before it is rendered": Blow(
        "render_credit_note", "before checkout.credit_notes:render_pdf", given_back, SENT_BACK
    ),
    "event: before it is booked": Blow(
        "process_event", "before checkout.stripe_events:handle", reported
    ),
    "event: booked, not marked": Blow(
        "process_event", "after checkout.stripe_events:handle", reported
    ),
    "refund: before Stripe is asked": Blow(
        "make_refund", "before checkout.payments.stripe:Stripe.refund", given_back, SENT_BACK
    ),
    "refund: made at Stripe, not booked": Blow(
        "make_refund", "after checkout.payments.stripe:Stripe.refund", given_back, SENT_BACK
    ),
    "lost webhook: Stripe asked, not booked": Blow(
        "reconcile_payment", "before checkout.settling:apply", unheard
    ),
    "expiry: half of a transaction": Blow(
        "expire_order",
        "after checkout.models.orders:Order.transition_to",
        overdue,
        OrderStatus.EXPIRED,
        mails=0,
    ),
    "other windows: before they are closed": Blow(
        "close_other_attempts", "before checkout.paying:close_others", paid_in_one_window
    ),
    "VAT number: before its office is asked": Blow(
        "check_vat_number", "before checkout.vies:look_up", taxed_by_a_number
    ),
    "night: before Stripe's books are read": Blow(
        "reconcile_day", "before checkout.reconciling:reconcile", yesterday
    ),
}


def test_killed__every_kind_of_task_is_here() -> None:
    """Those that beat asks queue the others, and claim nothing themselves."""
    ours = {name for name in current_app.tasks if name.startswith("checkout.tasks.")}
    asked = {str(entry["task"]) for entry in current_app.conf.beat_schedule.values()}

    assert {f"checkout.tasks.{blow.task}" for blow in BLOWS.values()} == ours - asked


@pytest.mark.usefixtures("paid_with_stripe")
@pytest.mark.parametrize("name", BLOWS)
def test_killed__nothing_is_lost_or_done_twice(
    name: str, queue: redis.Redis, workshop: Workshop, stripe_api: StandIn, settings: Settings
) -> None:
    blow = BLOWS[name]
    settings.VIES_URL = "http://127.0.0.1:9"  # a closed office
    make_product(sku="WAVES", price="12.00", on_hand=5)
    blow.due(stripe_api)
    workshop.kill_at(blow.point)

    with time_machine.travel(timezone.now() + LATER):
        call_command("catch_up")
        call_command("catch_up")

    assert Order.objects.get().status == blow.then
    assert_the_books_are_right(stripe_api)
    assert_documents_are_kept_once()
    assert_mailed(workshop, blow)


# --- All is right --------------------------------------------------------------------------------


def assert_the_books_are_right(stripe_api: StandIn) -> None:
    """Every status once, the money that went back went once, and the shelf adds up."""
    moves = Counter(Order.objects.get().events.filter(what="status").values_list("data__after"))
    assert set(moves.values()) <= {1}
    assert not PaymentEvent.objects.due().exists()
    assert not ReconciledDay.objects.due().exists()
    assert not Refund.objects.due().exists()
    assert not VatCheck.objects.exclude(claimed_until=None).exists()
    back = sum(refund["amount"] for refund in stripe_api.refunds.values())
    booked = Refund.objects.aggregate(n=Sum("amount"))["n"] or Decimal(0)
    assert booked * 100 == back
    sku = Sku.objects.get(code="WAVES")
    assert sku.on_hand == StockMovement.objects.aggregate(n=Sum("delta"))["n"]
    assert (sku.on_hand, sku.reserved) == (3 if Order.objects.get().status == "paid" else 5, 0)


def assert_documents_are_kept_once() -> None:
    for invoice in Invoice.objects.all():
        assert invoices.content(invoice).startswith(b"%PDF-")
    assert Invoice.objects.count() == int(Order.objects.get().paid_at is not None)
    assert not Invoice.objects.due().exists()
    assert not CreditNote.objects.due().exists()


def assert_mailed(workshop: Workshop, blow: Blow) -> None:
    """By workers and by catch_up: what is owed is sent, and by whom it was sent twice we know."""
    assert not OrderEmail.objects.filter(sent_at=None).exists()
    ids = [message["Message-ID"] for message in workshop.mails()]
    ids += [message.extra_headers["Message-ID"] for message in mail.outbox]
    confirmed = [one for one in ids if "-confirmed-" in one]
    assert len(confirmed) == blow.mails
    assert len(set(ids)) == OrderEmail.objects.count()
    assert len(ids) == len(set(ids)) + max(blow.mails - 1, 0)
