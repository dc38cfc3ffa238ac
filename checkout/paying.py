"""Sending the shopper to pay. The provider is called outside of any transaction."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from checkout import payments, status
from checkout.models import Order, Payment, PaymentStatus
from checkout.payments.base import ProviderRefused, ProviderUnavailable, Started
from checkout.placing import new_payment
from checkout.settling import apply, cancel_unpaid, settle_free_order
from checkout.status import OrderStatus

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5


def start(order: Order) -> str:
    """Where the shopper goes next: the provider's page, or the order's own.

    Raises ProviderUnavailable: the order stands, and pressing "Pay now" tries again with exactly
    the same parameters, so that no second session comes of it.
    """
    if not order.total:
        settle_free_order(order)
        return order.get_absolute_url()
    payment = order.latest_payment
    if order.status != OrderStatus.PENDING or order.is_overdue or payment is None:
        return order.get_absolute_url()
    if payment.status == PaymentStatus.CREATED:
        payment = _begin(order, payment)
    elif payment.has_ended or payment.ends_soon:
        payment = _begin_anew(order, payment)
    return payment.redirect_url or order.get_absolute_url()


def cancel(order: Order, actor: Any = None) -> None:
    """Cancel an unpaid order: at the provider first, so that nobody can pay for what is free again.

    Raises TransitionNotAllowed, ProviderUnavailable or ProviderRefused; the order is as it was.
    """
    status.check(order.status, OrderStatus.CANCELLED)
    payment = order.latest_payment
    if payment and payment.reference:
        payments.get(payment.provider).cancel(payment)
    cancel_unpaid(order, actor)


def close_others(payment: Payment) -> None:
    """The order is paid: nobody shall pay for it again in a window that was left open."""
    for other in payment.order.payments.unsettled().exclude(pk=payment.pk):
        _close(other)


def _close(payment: Payment) -> bool:
    """As far as that is possible (else False): money that comes all the same goes back."""
    try:
        payments.get(payment.provider).cancel(payment)
    except (ProviderRefused, ProviderUnavailable) as error:
        logger.info("payment %s stays as it is: %s", payment.pk, error)
        return False
    return True


def _close_or_settle(payment: Payment) -> None:
    if _close(payment):
        return
    with suppress(ProviderRefused, ProviderUnavailable):
        apply(payment, payments.get(payment.provider).look_up(payment))


def _begin_anew(order: Order, payment: Payment) -> Payment:
    """Its session is over, or as good as: the order waits a whole window longer for another one.

    The books first: the end of the old session then ends nothing else. It is closed before the new
    one begins, or brought into the books where somebody has just paid in it.
    """
    renewed = _renew(order, payment, "ended")
    if renewed is None or renewed.status != PaymentStatus.CREATED:
        return renewed or payment
    _close_or_settle(payment)
    order.refresh_from_db()
    return _begin(order, renewed) if order.status == OrderStatus.PENDING else renewed


def _begin(order: Order, payment: Payment) -> Payment:
    provider = payments.get(payment.provider)
    try:
        started = provider.start(payment)
    except ProviderRefused as error:
        # Refused for good: no session was made. Usually the parameters have aged (a session must
        # not end too soon), so one new attempt is made with fresh ones.
        logger.warning("payment %s refused: %s", payment.pk, error.code)
        renewed = _renew(order, payment, error.code)
        if renewed is None:
            raise
        payment, started = renewed, provider.start(renewed)
    _store(payment, started)
    return payment


@transaction.atomic
def _renew(order: Order, payment: Payment, code: str) -> Payment | None:
    locked = Order.objects.select_for_update().get(pk=order.pk)
    newest: Payment = locked.latest_payment
    if newest.attempt > payment.attempt:
        return newest  # the button was pressed twice: the other press has renewed it
    if locked.status != OrderStatus.PENDING or payment.attempt >= MAX_ATTEMPTS:
        return None
    Payment.objects.filter(pk=payment.pk).update(status=PaymentStatus.FAILED)
    locked.record("payment_refused", attempt=payment.attempt, code=code)
    locked.expires_at = timezone.now() + timedelta(seconds=payments.get(payment.provider).window())
    locked.save(update_fields=["expires_at"])
    return new_payment(locked, payment.attempt + 1)


def _store(payment: Payment, started: Started) -> None:
    """Second transaction: remember what the provider calls this attempt."""
    with transaction.atomic():
        is_first = Payment.objects.filter(pk=payment.pk, status=PaymentStatus.CREATED).update(
            status=PaymentStatus.OPEN,
            reference=started.reference,
            redirect_url=started.redirect_url,
        )
        if is_first:
            payment.order.record(
                "payment_started", attempt=payment.attempt, provider=payment.provider
            )
    if is_first:
        payment.status = PaymentStatus.OPEN
        payment.reference, payment.redirect_url = started.reference, started.redirect_url
    else:
        payment.refresh_from_db()
