"""Money that went, or came back, without us: at the provider's dashboard, or by a bank."""

from __future__ import annotations

import logging
from decimal import Decimal

from django.db import transaction

from checkout import crediting, returning, status
from checkout.models import CreditNote, Order, Payment, Refund
from checkout.refund_shares import Wish, everything, money_left
from checkout.refunding.deciding import refundable
from checkout.refunding.making import book, step_back, trim
from products.money import ZERO

logger = logging.getLogger(__name__)


def book_promised(payment: Payment, refund_id: int, reference: str) -> bool:
    """The provider has made one of our own promises, and its answer may not have reached us.

    False where that is in the books already, under this name or as something staff did by hand.
    """
    refund = Refund.objects.filter(payment=payment, pk=refund_id).first()
    return refund is not None and book(refund, reference)


def book_outside(
    payment: Payment,
    *,
    reference: str,
    amount: Decimal,
    reason: str = Refund.Reason.OUTSIDE,
) -> Refund | None:
    """Money of this payment went without us: at the provider's dashboard, or taken by a bank.

    Booked once a `reference`, however often it is told. None where the books say that there was
    not so much left: then they differ from the provider's, and staff are shown that.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        known = Refund.objects.filter(payment=payment, reference=reference).first()
        if known is not None:
            return known
        if amount > order.payments.get(pk=payment.pk).left:
            logger.error("%s of payment %s went, and so much was not left", reference, payment.pk)
            return None
        refund = _refused_of(payment, amount) or Refund.objects.create(
            payment=payment,
            reason=reason,
            number=payment.refunds.filter(reason=reason).count() + 1,
            amount=amount,
        )
        if refund.credit_note is None:
            Refund.objects.filter(pk=refund.pk).update(credit_note=_credit_what_went(order))
        book(refund, reference)
        trim(order, payment)
    return refund


def unbook(payment: Payment, *, reference: str, why: str) -> bool:
    """A refund came back to the shop days later: it is open again, and staff decide.

    False where it is not in the books as made.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=payment.order_id)
        made = Refund.objects.filter(payment=payment, reference=reference, made_at__isnull=False)
        refund = made.first()
        if refund is None:
            return False
        made.update(made_at=None, last_error=(why or "failed")[:200])
        order.record("refund_failed", code=why, **refund.as_event())
        if refund.payment.is_the_orders:
            step_back(order)
        order.tally()
    logger.error("refund %s came back (%s): staff must decide", refund.pk, why)
    return True


def _credit_what_went(order: Order) -> CreditNote | None:
    """Money went that we did not decide on: a price reduction of everything, or all of it back.

    None where the order stands as it stood: what went had been paid too much, or twice.
    """
    if order.status not in status.SETTLED:
        return None
    # Below nothing where a refused promise is still in the books (`trim`).
    pots, kept = crediting.pots_of(order), max(refundable(order), ZERO)
    gone = money_left(pots) - kept
    if gone <= 0:
        return None
    wish = Wish(goodwill=gone) if kept else everything(pots)
    credit_note = crediting.credit(order, crediting.shares_of(order, wish))
    returning.close_refunded(order)
    return credit_note


def _refused_of(payment: Payment, amount: Decimal) -> Refund | None:
    """A promise of the same sum that the provider refused: staff kept it at the dashboard."""
    return Refund.objects.refused().filter(payment=payment, amount=amount).first()
