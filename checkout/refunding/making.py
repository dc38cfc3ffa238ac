"""The money itself: asked for outside of any transaction, then booked under the order's lock."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from checkout import emails, payments, status
from checkout.models import EmailKind, Order, Payment, Refund
from checkout.payments.base import ProviderRefused
from checkout.refunding.deciding import locked_order, payments_of
from products.money import ZERO

logger = logging.getLogger(__name__)


class RefundSettled(Exception):
    """The refund was made, or is on its way, since the page was read."""


def make(refund_id: int) -> None:
    """Ask the provider, unless that happened, another worker is at it or staff must decide.

    Raises ProviderUnavailable: asking again with the same key is safe.
    """
    with Refund.objects.due_from_provider().claimed(refund_id) as mine:
        if mine:
            _make(Refund.objects.select_related("payment__order").get(pk=refund_id))


def _make(refund: Refund) -> None:
    try:
        reference = payments.get(refund.payment.provider).refund(refund)
    except ProviderRefused as error:
        _note_refusal(refund, error.code)
    else:
        book(refund, reference)


def try_again(refund: Refund, actor: Any = None) -> None:
    """Ask the provider once more, after it refused. Raises RefundSettled."""
    from checkout.tasks import make_refund

    with transaction.atomic():
        order = locked_order(refund)
        refused = Refund.objects.refused().filter(pk=refund.pk)
        if not refused.update(last_error="", attempt=F("attempt") + 1):
            raise RefundSettled
        order.record("refund_retried", actor=actor, **refund.as_event())
        make_refund.delay_on_commit(refund.pk)


def confirm_by_hand(refund: Refund, actor: Any = None) -> None:
    """Staff have sent the money themselves. Raises RefundSettled."""
    with transaction.atomic():
        locked_order(refund)
        waits = Refund.objects.due_by_hand() | Refund.objects.refused()
        if not waits.filter(pk=refund.pk).exists() or not book(refund, "by_hand", actor):
            raise RefundSettled


def due() -> list[int]:
    """Those whose task was lost: old enough for it to have run."""
    late = timezone.now() - timedelta(seconds=30)
    found = Refund.objects.due_from_provider().unclaimed().filter(created_at__lt=late)
    return list(found.order_by("created_at").values_list("pk", flat=True)[:200])


def book(refund: Refund, reference: str, actor: Any = None) -> bool:
    """The money has gone. False where it was booked before."""
    with transaction.atomic():
        order = locked_order(refund)
        made = Refund.objects.due().filter(pk=refund.pk)
        if not made.update(
            made_at=timezone.now(), reference=reference, last_error="", claimed_until=None
        ):
            return False
        order.record("refunded", actor=actor, **refund.as_event())
        order.tally()
        if refund.payment.is_the_orders:
            _move_on(order, actor)
        if refund.is_told:
            emails.owe(order, EmailKind.REFUNDED, refund=refund)
    return True


def _note_refusal(refund: Refund, code: str) -> None:
    logger.error("refund %s was refused (%s): staff must decide", refund.pk, code)
    with transaction.atomic():
        order = locked_order(refund)
        Refund.objects.due().filter(pk=refund.pk).update(last_error=code[:200], claimed_until=None)
        order.record("refund_refused", code=code, **refund.as_event())
        trim(order, refund.payment)


def _move_on(order: Order, actor: Any) -> None:
    after = status.after_refund(order.status, kept=_kept(order), total=order.total)
    if after:
        order.transition_to(after, actor=actor)


def trim(order: Order, payment: Payment) -> None:
    """Of what the provider refused stays promised only what did not go another way meanwhile."""
    left = order.payments.get(pk=payment.pk).left
    for refund in Refund.objects.refused().filter(payment=payment, amount__gt=left):
        order.record("refund_trimmed", left=str(left), **refund.as_event())
        if left > 0:
            Refund.objects.filter(pk=refund.pk).update(amount=left)
        elif not refund.reference:
            refund.delete()


def step_back(order: Order) -> None:
    stood = order.stood_before_refunds()
    after = status.after_failed_refund(stood=stood, kept=_kept(order), total=order.total)
    order.step_back(after)


def _kept(order: Order) -> Decimal:
    return sum((payment.kept for payment in payments_of(order)), ZERO)
