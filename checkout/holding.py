"""Money that came and is not what was asked for: held until staff take it or send it back."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from checkout import refunding, settling
from checkout.models import Order, Payment, PaymentStatus, Refund


class NotHeld(Exception):
    """Somebody has decided about this payment already."""


class DoesNotCover(Exception):
    """It is less than the order, or in another currency: it cannot pay for it."""


def accept(payment: Payment, actor: Any = None) -> None:
    """Let it pay for the order; what is above the total goes back. Raises NotHeld, DoesNotCover.

    The order may have moved on since: then all of it goes back, as with any late payment.
    """
    with transaction.atomic():
        order, payment = _locked(payment)
        if not payment.covers_order:
            raise DoesNotCover
        surplus = payment.came_in - payment.amount
        payment.amount = payment.came_in
        order.record("payment_accepted", actor=actor, amount=str(payment.amount))
        settling.take(order, payment, actor)
        if surplus and payment.refundable:
            refunding.owe(order, payment, Refund.Reason.SURPLUS, amount=surplus, actor=actor)


def send_back(payment: Payment, actor: Any = None) -> None:
    """All of it goes back, and the order is not paid by it. Raises NotHeld."""
    with transaction.atomic():
        order, payment = _locked(payment)
        left = payment.left
        _return(order, payment, actor)
        if left:
            refunding.owe(order, payment, Refund.Reason.MISMATCH, amount=left, actor=actor)


def note_sent_back(payment: Payment) -> None:
    """Where staff sent all of it back at the provider's dashboard instead of here."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        if payment.status == PaymentStatus.HELD and not payment.left:
            _return(order, payment, None)


def _return(order: Order, payment: Payment, actor: Any) -> None:
    """From here on it is a payment of what really came, and none of the order's."""
    payment.amount, payment.currency = payment.came_in, payment.received_currency
    payment.status = PaymentStatus.RETURNED
    payment.save()
    order.record("payment_returned", actor=actor, attempt=payment.attempt)
    settling.close_unpaid(order, payment)


def _locked(payment: Payment) -> tuple[Order, Payment]:
    order = Order.objects.select_for_update().get(pk=payment.order_id)
    locked = Payment.objects.select_for_update().get(pk=payment.pk)
    if locked.status != PaymentStatus.HELD:
        raise NotHeld
    return order, locked
