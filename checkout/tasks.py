"""Background work. Each task takes an id, may run twice, and is asked again by beat when late."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

from celery import shared_task
from django.db.models import F
from django.utils import timezone

from checkout import (
    asking,
    credit_notes,
    emails,
    invoices,
    paying,
    reconciled_days,
    refunding,
    stripe_events,
    vat_checks,
)
from checkout.documents.archive import BeingRendered
from checkout.expiring import expire
from checkout.models import CreditNote, Invoice, Order, Payment, PaymentEvent
from checkout.payments.base import ProviderRefused, ProviderUnavailable
from content.due import Round, each

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
def send_email(email_id: int) -> bool:
    """One try. A failure is kept with the e-mail, and beat comes back when its back-off ends."""
    try:
        emails.send(email_id)
    except Exception as error:
        # Not the error itself: mail servers quote addresses in theirs.
        logger.warning("e-mail %s not sent: %s", email_id, type(error).__name__)
        return False
    return True


@shared_task(autoretry_for=(OSError,), **_RETRY)
def render_invoice(invoice_id: int) -> None:
    for invoice in Invoice.objects.due().filter(pk=invoice_id):
        _render(invoice, invoices.rendered)


@shared_task(autoretry_for=(OSError,), **_RETRY)
def render_credit_note(credit_note_id: int) -> None:
    for credit_note in CreditNote.objects.due().filter(pk=credit_note_id):
        _render(credit_note, credit_notes.rendered)


def _render(paper: Any, render: Callable[[Any], object]) -> None:
    """And send what waited for it. Whoever renders it already does that too."""
    with suppress(BeingRendered):
        render(paper)
        emails.send_what_waited(paper.order_id)


@shared_task(autoretry_for=(ProviderUnavailable,), **_RETRY)
def process_event(event_id: int) -> None:
    """Bring a provider's message into the books, then mark it done."""
    with PaymentEvent.objects.due().claimed(event_id) as mine:
        if mine:
            _process(PaymentEvent.objects.select_related("payment__order").get(pk=event_id))


def _process(event: PaymentEvent) -> None:
    try:
        stripe_events.handle(event)
    except ProviderRefused as error:
        # What it tells of is unknown to Stripe itself; the nightly comparison reports the rest.
        logger.error("event %s cannot be followed up: %s", event.pk, error.code)
    PaymentEvent.objects.filter(pk=event.pk).update(processed_at=timezone.now())


@shared_task(autoretry_for=(ProviderUnavailable,), **_RETRY)
def make_refund(refund_id: int) -> None:
    """Send money back. The idempotency key makes a repetition harmless."""
    refunding.make(refund_id)


@shared_task
def close_other_attempts(payment_id: int) -> None:
    """One try: a second payment that comes all the same is given back."""
    paying.close_others(Payment.objects.select_related("order").get(pk=payment_id))


@shared_task
def reconcile_payment(payment_id: int) -> None:
    """Ask the provider how a payment stands; a lost webhook loses nothing."""
    # Noted first, so that one which cannot be looked up does not crowd out the others.
    with Payment.objects.unsettled().claimed(payment_id, checked_at=timezone.now()) as mine:
        if mine:
            asking.about_payment(Payment.objects.select_related("order").get(pk=payment_id))


@shared_task(autoretry_for=(ProviderUnavailable,), **_RETRY)
def reconcile_day(day: str) -> None:
    """Compare one day, "2026-11-25", with Stripe's books."""
    reconciled_days.reconcile_due(date.fromisoformat(day))


@shared_task
def check_vat_number(check_id: int) -> None:
    vat_checks.check(check_id)


# --- What beat asks, and `manage.py catch_up` ----------------------------------------------------


@shared_task
def send_due_emails() -> Round:
    return each(send_email, emails.due())


@shared_task
def render_due_invoices() -> Round:
    made = each(render_invoice, invoices.due())
    return made.and_then(each(render_credit_note, credit_notes.due()))


@shared_task
def check_due_vat_numbers() -> Round:
    return each(check_vat_number, vat_checks.due())


@shared_task
def process_due_events() -> Round:
    before = timezone.now() - timedelta(seconds=30)
    late = PaymentEvent.objects.due().unclaimed().filter(received_at__lt=before)
    return each(process_event, late.order_by("received_at").values_list("pk", flat=True)[:200])


@shared_task
def make_due_refunds() -> Round:
    return each(make_refund, refunding.due())


@shared_task
def reconcile_open_payments() -> Round:
    before = timezone.now() - RECHECK_AFTER
    payments_due = Payment.objects.unsettled().unclaimed().filter(created_at__lt=before)
    stale = payments_due.exclude(checked_at__gt=before).order_by(
        F("checked_at").asc(nulls_first=True)
    )
    return each(reconcile_payment, stale.values_list("pk", flat=True)[:100])


@shared_task
def reconcile_due_days() -> Round:
    """Once a night, and nights that were missed."""
    return each(reconcile_day, [day.isoformat() for day in reconciled_days.due()])


@shared_task
def release_expired() -> Round:
    """Give back the stock of orders that were not paid in time: each under its own lock."""
    overdue = Order.objects.overdue().order_by("expires_at")
    return each(expire_order, overdue.values_list("pk", flat=True)[:500])


@shared_task
def expire_order(order_id: int) -> None:
    """Under the order's lock, so that it needs no claim."""
    expire(Order.objects.get(pk=order_id))
