"""Background work. Each task takes an id, may run twice, and is asked again by beat when late."""

from __future__ import annotations

import logging
from datetime import date, timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from checkout import (
    asking,
    credit_notes,
    emails,
    invoices,
    reconciled_days,
    refunding,
    stripe_events,
)
from checkout.models import CreditNote, Invoice, Order, Payment, PaymentEvent
from checkout.payments.base import ProviderRefused, ProviderUnavailable
from checkout.status import OrderStatus, TransitionNotAllowed

logger = logging.getLogger(__name__)

# Retried with back-off and jitter; what is still not done then is found by the next catch-up.
_RETRY: dict[str, Any] = {
    "retry_backoff": 5,
    "retry_backoff_max": 300,
    "retry_jitter": True,
    "max_retries": 5,
}
# A payment that was looked up this recently is left alone by reconciliation.
RECHECK_AFTER = timedelta(minutes=2)


@shared_task
def send_email(email_id: int) -> None:
    """One try. A failure is kept with the e-mail, and beat comes back when its back-off ends."""
    try:
        emails.send(email_id)
    except Exception as error:
        # Not the error itself: mail servers quote addresses in theirs.
        logger.warning("e-mail %s not sent: %s", email_id, type(error).__name__)


@shared_task(autoretry_for=(OSError,), **_RETRY)
def render_invoice(invoice_id: int) -> None:
    for invoice in Invoice.objects.due().filter(pk=invoice_id):
        invoices.rendered(invoice)


@shared_task(autoretry_for=(OSError,), **_RETRY)
def render_credit_note(credit_note_id: int) -> None:
    for credit_note in CreditNote.objects.due().filter(pk=credit_note_id):
        credit_notes.rendered(credit_note)


@shared_task(autoretry_for=(ProviderUnavailable,), **_RETRY)
def process_event(event_id: int) -> None:
    """Bring a provider's message into the books, then mark it done."""
    event = PaymentEvent.objects.select_related("payment__order").get(pk=event_id)
    if event.processed_at:
        return
    try:
        stripe_events.handle(event)
    except ProviderRefused as error:
        # What it tells of is unknown to Stripe itself; the nightly comparison reports the rest.
        logger.error("event %s cannot be followed up: %s", event_id, error.code)
    PaymentEvent.objects.filter(pk=event_id).update(processed_at=timezone.now())


@shared_task(autoretry_for=(ProviderUnavailable,), **_RETRY)
def make_refund(refund_id: int) -> None:
    """Send money back. The idempotency key makes a repetition harmless."""
    refunding.make(refund_id)


@shared_task
def reconcile_payment(payment_id: int) -> None:
    """Ask the provider how a payment stands; a lost webhook loses nothing."""
    payment = Payment.objects.select_related("order").get(pk=payment_id)
    # Noted first, so that one which cannot be looked up does not crowd out the others.
    Payment.objects.filter(pk=payment_id).update(checked_at=timezone.now())
    asking.about_payment(payment)


@shared_task(autoretry_for=(ProviderUnavailable,), **_RETRY)
def reconcile_day(day: str) -> None:
    """Compare one day, "2026-11-25", with Stripe's books."""
    reconciled_days.reconcile_due(date.fromisoformat(day))


# --- What beat asks, and `manage.py catch_up` ----------------------------------------------------


@shared_task
def send_due_emails() -> None:
    _each(send_email, emails.due())


@shared_task
def render_due_invoices() -> None:
    _each(render_invoice, invoices.due())
    _each(render_credit_note, credit_notes.due())


@shared_task
def process_due_events() -> None:
    late = PaymentEvent.objects.due().filter(received_at__lt=timezone.now() - timedelta(seconds=30))
    _each(process_event, late.values_list("pk", flat=True)[:200])


@shared_task
def make_due_refunds() -> None:
    _each(make_refund, refunding.due())


@shared_task
def reconcile_open_payments() -> None:
    before = timezone.now() - RECHECK_AFTER
    payments_due = Payment.objects.unsettled().filter(created_at__lt=before)
    stale = payments_due.exclude(checked_at__gt=before).order_by(
        F("checked_at").asc(nulls_first=True)
    )
    _each(reconcile_payment, stale.values_list("pk", flat=True)[:100])


@shared_task
def reconcile_due_days() -> None:
    """Once a night, and nights that were missed."""
    _each(reconcile_day, [day.isoformat() for day in reconciled_days.due()])


@shared_task
def release_expired() -> None:
    """Give back the stock of orders that were not paid in time."""
    for order in Order.objects.overdue().order_by("expires_at")[:500]:
        expire(order)


def expire(order: Order) -> None:
    """Expire an overdue order, unless it moved on a moment ago."""
    try:
        with transaction.atomic():
            locked = Order.objects.select_for_update().get(pk=order.pk)
            if locked.is_overdue:
                locked.transition_to(OrderStatus.EXPIRED)
    except TransitionNotAllowed:
        logger.info("order %s moved on before it could expire", order.pk)
    order.refresh_from_db()


def _each(task: Any, ids: Any) -> None:
    """Queue one task an id, so that one that fails does not hold up the others."""
    for pk in ids:
        try:
            task.delay(pk)
        except Exception as error:
            logger.warning("%s(%s) left for the next time: %s", task.name, pk, type(error).__name__)
