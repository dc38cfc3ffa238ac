"""What a provider says about a payment, brought into the books.

Webhooks, the return page and reconciliation all end here, in any order and any number of times.
The guard is the order's row lock and its table of transitions, not the identity of a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from checkout import emails, invoices, payments, refunding
from checkout.models import EmailKind, Order, Payment, PaymentStatus, Refund
from checkout.models.payments import ARRIVED
from checkout.payments.base import Observation, Outcome, SeenRefund
from checkout.status import SETTLED, OrderStatus, TransitionNotAllowed
from products.stock import OutOfStock

# How long a bank may take between "on its way" and the money.
PROCESSING_WINDOW = timedelta(days=10)


def apply(payment: Payment, seen: Observation) -> None:
    """Bring one observation into the books. Repeating it, or an older one, changes nothing."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        payment.checked_at = timezone.now()
        if seen.charge and not payment.charge:
            payment.charge = seen.charge
        _HANDLERS[seen.outcome](order, payment, seen)
        payment.save()


def apply_refunds(payment: Payment, seen: Sequence[SeenRefund]) -> None:
    """Bring all refunds of a payment into the books, as its provider knows them now.

    Those that came back first: another one may have taken their place.
    """
    for refund in sorted(seen, key=lambda one: not one.failed):
        _apply_refund(payment, refund)


def _apply_refund(payment: Payment, seen: SeenRefund) -> None:
    if seen.failed:
        refunding.unbook(payment, reference=seen.reference, why=seen.why)
        return
    promised = seen.promise is not None and refunding.book_promised(
        payment, seen.promise, seen.reference
    )
    if not promised:
        refunding.book_outside(payment, reference=seen.reference, amount=seen.amount)


def settle_free_order(order: Order) -> None:
    """An order of nothing needs no provider."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if locked.status == OrderStatus.PENDING and not locked.total:
            _mark_paid(locked)


def mark_paid_by_hand(order: Order, actor: object) -> None:
    """Staff saw the money of a bank transfer. Raises TransitionNotAllowed and OutOfStock."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        payment = locked.latest_payment
        if payment is None or not payments.get(payment.provider).confirmed_by_hand:
            raise TransitionNotAllowed(locked.status, OrderStatus.PAID)
        _receive(locked, payment)
        _mark_paid(locked, actor=actor)


def cancel_unpaid(order: Order, actor: object = None) -> None:
    """Nobody can pay for it any more. Raises TransitionNotAllowed."""
    with transaction.atomic():
        order.transition_to(OrderStatus.CANCELLED, actor=actor)
        emails.owe(order, EmailKind.CANCELLED)


def take(order: Order, payment: Payment, actor: object = None) -> None:
    """The money is here and right: it pays for the order, or goes back where that is too late.

    Under the locks of both.
    """
    _receive(order, payment)
    if order.status in SETTLED or order.status == OrderStatus.REFUNDED:
        _owe_refund(order, payment, Refund.Reason.DUPLICATE)
    elif order.status == OrderStatus.CANCELLED:
        _owe_refund(order, payment, Refund.Reason.CANCELLED)
    else:
        try:
            with transaction.atomic():
                _mark_paid(order, actor)
                _close_others(order, payment)
        except OutOfStock:
            _owe_refund(order, payment, Refund.Reason.SOLD_OUT)


def _close_others(order: Order, payment: Payment) -> None:
    from checkout.tasks import close_other_attempts

    if order.payments.unsettled().exclude(pk=payment.pk).exists():
        close_other_attempts.delay_on_commit(payment.pk)


def close_unpaid(order: Order, payment: Payment, after: OrderStatus = OrderStatus.FAILED) -> None:
    """This attempt has come to nothing; the order too, unless a newer one is under way."""
    newer = order.payments.filter(attempt__gt=payment.attempt).exists()
    if order.status == OrderStatus.PENDING and not newer:
        order.transition_to(after)


def _paid(order: Order, payment: Payment, seen: Observation) -> None:
    if payment.status in ARRIVED:
        return
    if _matches(payment, seen):
        take(order, payment)
    else:
        _hold(order, payment, seen)


def _hold(order: Order, payment: Payment, seen: Observation) -> None:
    """It is not what was asked for: staff decide, in `checkout.holding`."""
    payment.status = PaymentStatus.HELD
    payment.received, payment.received_currency = seen.amount, seen.currency.upper()[:3]
    order.record(
        "payment_held",
        attempt=payment.attempt,
        expected=f"{payment.amount} {payment.currency}",
        received=f"{seen.amount} {seen.currency}",
    )


def _processing(order: Order, payment: Payment, seen: Observation) -> None:
    """The shopper has done their part; the bank takes its days. The stock stays reserved."""
    if payment.status not in (PaymentStatus.CREATED, PaymentStatus.OPEN):
        return
    payment.status = PaymentStatus.PROCESSING
    if order.status == OrderStatus.PENDING:
        order.expires_at = timezone.now() + PROCESSING_WINDOW
        order.save(update_fields=["expires_at"])
        order.record("payment_processing", attempt=payment.attempt)


def _failed(order: Order, payment: Payment, seen: Observation) -> None:
    _close(order, payment, PaymentStatus.FAILED, OrderStatus.FAILED)


def _expired(order: Order, payment: Payment, seen: Observation) -> None:
    _close(order, payment, PaymentStatus.EXPIRED, OrderStatus.EXPIRED)


def _open(order: Order, payment: Payment, seen: Observation) -> None:
    """Nothing has happened yet."""


_HANDLERS = {
    Outcome.PAID: _paid,
    Outcome.PROCESSING: _processing,
    Outcome.FAILED: _failed,
    Outcome.EXPIRED: _expired,
    Outcome.OPEN: _open,
}


def _close(order: Order, payment: Payment, payment_status: str, after: OrderStatus) -> None:
    if payment.status not in (
        PaymentStatus.CREATED,
        PaymentStatus.OPEN,
        PaymentStatus.PROCESSING,
    ):
        return
    payment.status = payment_status
    close_unpaid(order, payment, after)


def _receive(order: Order, payment: Payment) -> None:
    """The money is here, whatever becomes of the order."""
    payment.status, payment.paid_at = PaymentStatus.SUCCEEDED, timezone.now()
    payment.save()
    order.tally()


def _mark_paid(order: Order, actor: object = None) -> None:
    """The order, its stock, its invoice number and its e-mail, in one transaction."""
    order.move_on(OrderStatus.PAID, actor=actor)
    invoices.issue(order)
    emails.owe(order, EmailKind.CONFIRMED)


def _owe_refund(order: Order, payment: Payment, reason: str) -> None:
    refunding.owe(order, payment, reason, amount=payment.amount)


def _matches(payment: Payment, seen: Observation) -> bool:
    return seen.amount == payment.amount and seen.currency.upper() == payment.currency
