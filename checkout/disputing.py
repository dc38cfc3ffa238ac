"""Disputes: a customer asks their bank for the money back, and the bank decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from checkout import refunding
from checkout.models import Dispute, DisputeState, Order, Payment, Refund
from checkout.payments.base import SeenDispute


def apply(payment: Payment, seen: SeenDispute) -> None:
    """Bring a dispute into the books. Repeating it, or an older word of it, changes nothing.

    One that was decided stays decided. A lost one takes the money that it was about.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        dispute = _opened(order, payment, seen)
        if not dispute.is_open:
            return
        dispute.respond_by = seen.respond_by
        if seen.state != DisputeState.OPEN:
            _close(order, dispute, seen)
        dispute.save()


def _opened(order: Order, payment: Payment, seen: SeenDispute) -> Dispute:
    dispute, is_new = Dispute.objects.get_or_create(
        reference=seen.reference,
        defaults={
            "payment": payment,
            "amount": seen.amount,
            "currency": seen.currency,
            "reason": seen.reason[:64],
            "respond_by": seen.respond_by,
            "opened_at": seen.opened_at,
        },
    )
    if is_new:
        order.record("dispute_opened", **_as_event(dispute))
    return dispute


def _close(order: Order, dispute: Dispute, seen: SeenDispute) -> None:
    dispute.state, dispute.closed_at = seen.state, timezone.now()
    order.record(f"dispute_{seen.state}", **_as_event(dispute))
    gone = _gone(dispute)
    if seen.state == DisputeState.LOST and gone:
        refunding.book_outside(
            dispute.payment, reference=dispute.reference, amount=gone, reason=Refund.Reason.DISPUTE
        )


def _gone(dispute: Dispute) -> Decimal:
    """What the bank took, as far as the shop still had it: banks convert, and may come late."""
    left = Payment.objects.get(pk=dispute.payment_id).left
    return min(dispute.amount, left) if dispute.currency == dispute.payment.currency else left


def _as_event(dispute: Dispute) -> dict[str, Any]:
    return {"amount": str(dispute.amount), "reason": dispute.reason}
