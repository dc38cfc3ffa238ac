"""Money that goes back: decided under the order's lock, asked for outside of it, then booked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from checkout import crediting, emails, payments, returning, status
from checkout.models import CreditNote, EmailKind, Order, Payment, Refund, ReturnRequest
from checkout.payments.base import ProviderRefused
from checkout.refund_shares import CannotGiveBack, Wish, everything, money_left, total_of
from products import stock
from products.models import MovementReason, StockMovement
from products.money import ZERO

logger = logging.getLogger(__name__)


class NothingToRefund(Exception):
    """No money of this order is left to give back, or not the sum that was shown."""


class RefundSettled(Exception):
    """The refund was made, or is on its way, since the page was read."""


def refundable(order: Order) -> Decimal:
    """What the shop has of this order and has not promised to give back."""
    if order.status not in status.SETTLED:
        return ZERO
    return sum((payment.refundable for payment in _payments(order)), ZERO)


def refund(
    order: Order,
    wish: Wish,
    expected: Decimal,
    *,
    restock: Mapping[int, int] | None = None,
    answering: ReturnRequest | None = None,
    note: str = "",
    actor: Any = None,
) -> CreditNote:
    """Owe the shopper what the wish comes to, at the price as sold, and lower the invoice by it.

    `expected` is the sum that staff saw; `restock` says how many units of which line go back on
    the shelf; `answering` is the return or withdrawal that this settles. Raises NothingToRefund
    or ReturnMovedOn, and then nothing was written.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        try:
            shares = crediting.shares_of(locked, wish)
        except CannotGiveBack as error:
            raise NothingToRefund from error
        amount = total_of(shares)
        if not amount or amount != expected or amount > refundable(locked):
            raise NothingToRefund
        _restock(locked, restock or {}, actor)
        credit_note = crediting.credit(locked, shares, note=note, actor=actor)
        _owe_from_payments(locked, amount, credit_note, actor)
        if answering:
            returning.settle(answering, actor)
        returning.close_refunded(locked, actor)
    return credit_note


def refund_in_full(
    order: Order, expected: Decimal, *, restock: bool, note: str = "", actor: Any = None
) -> list[Refund]:
    """All that is left of the order: its units, its delivery, its money. Raises as `refund`."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        wish = everything(crediting.pots_of(locked))
        credit_note = refund(
            locked,
            wish,
            expected,
            restock=wish.units if restock else {},
            note=note,
            actor=actor,
        )
    return list(credit_note.refunds.order_by("pk"))


def owe(
    order: Order,
    payment: Payment,
    reason: str,
    *,
    amount: Decimal,
    number: int = 1,
    credit_note: CreditNote | None = None,
    note: str = "",
    actor: Any = None,
) -> Refund:
    """Inside the caller's transaction: the money is due once, whatever happens next."""
    from checkout.tasks import make_refund

    refund, is_new = Refund.objects.get_or_create(
        payment=payment,
        reason=reason,
        number=number,
        defaults={
            "amount": amount,
            "credit_note": credit_note,
            "note": note,
            "actor": actor,
            "by_hand": payments.get(payment.provider).confirmed_by_hand,
        },
    )
    if is_new:
        order.record("refund_due", actor=actor, **refund.as_event())
        if not refund.by_hand:
            make_refund.delay_on_commit(refund.pk)
    return refund


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
        _book(refund, reference)


def try_again(refund: Refund, actor: Any = None) -> None:
    """Ask the provider once more, after it refused. Raises RefundSettled."""
    from checkout.tasks import make_refund

    with transaction.atomic():
        order = _locked_order(refund)
        refused = Refund.objects.refused().filter(pk=refund.pk)
        if not refused.update(last_error="", attempt=F("attempt") + 1):
            raise RefundSettled
        order.record("refund_retried", actor=actor, **refund.as_event())
        make_refund.delay_on_commit(refund.pk)


def confirm_by_hand(refund: Refund, actor: Any = None) -> None:
    """Staff have sent the money themselves. Raises RefundSettled."""
    with transaction.atomic():
        _locked_order(refund)
        waits = Refund.objects.due_by_hand() | Refund.objects.refused()
        if not waits.filter(pk=refund.pk).exists() or not _book(refund, "by_hand", actor):
            raise RefundSettled


def book_promised(payment: Payment, refund_id: int, reference: str) -> bool:
    """The provider has made one of our own promises, and its answer may not have reached us.

    False where that is in the books already, under this name or as something staff did by hand.
    """
    refund = Refund.objects.filter(payment=payment, pk=refund_id).first()
    return refund is not None and _book(refund, reference)


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
        _book(refund, reference)
        _trim(order, payment)
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
            _step_back(order)
        order.tally()
    logger.error("refund %s came back (%s): staff must decide", refund.pk, why)
    return True


def due() -> list[int]:
    """Those whose task was lost: old enough for it to have run."""
    late = timezone.now() - timedelta(seconds=30)
    found = Refund.objects.due_from_provider().unclaimed().filter(created_at__lt=late)
    return list(found.order_by("created_at").values_list("pk", flat=True)[:200])


def _book(refund: Refund, reference: str, actor: Any = None) -> bool:
    """The money has gone. False where it was booked before."""
    with transaction.atomic():
        order = _locked_order(refund)
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
        order = _locked_order(refund)
        Refund.objects.due().filter(pk=refund.pk).update(last_error=code[:200], claimed_until=None)
        order.record("refund_refused", code=code, **refund.as_event())
        _trim(order, refund.payment)


def _owe_from_payments(order: Order, amount: Decimal, credit_note: CreditNote, actor: Any) -> None:
    """Where an order was paid in several payments, the earlier ones give first."""
    for payment in _payments(order):
        part = min(amount, payment.refundable)
        if part:
            amount -= part
            owe(
                order,
                payment,
                Refund.Reason.SHOP,
                amount=part,
                number=payment.refunds.filter(reason=Refund.Reason.SHOP).count() + 1,
                credit_note=credit_note,
                note=credit_note.note,
                actor=actor,
            )


def _credit_what_went(order: Order) -> CreditNote | None:
    """Money went that we did not decide on: a price reduction of everything, or all of it back.

    None where the order stands as it stood: what went had been paid too much, or twice.
    """
    if order.status not in status.SETTLED:
        return None
    pots, kept = crediting.pots_of(order), refundable(order)
    gone = money_left(pots) - kept
    if gone <= 0:
        return None
    wish = Wish(goodwill=gone) if kept else everything(pots)
    credit_note = crediting.credit(order, crediting.shares_of(order, wish))
    returning.close_refunded(order)
    return credit_note


def _restock(order: Order, units: Mapping[int, int], actor: Any) -> None:
    """Back on the shelf, never more than left it: what came back earlier is not counted again."""
    returned = dict(
        StockMovement.objects.filter(reference=order.number, reason=MovementReason.RETURNED)
        .order_by()
        .values_list("sku__code")
        .annotate(Sum("delta"))
    )
    for line in order.lines.order_by("sku_id"):
        out = line.quantity - returned.get(line.sku_id, 0)
        back = max(min(units.get(line.pk, 0), out), 0)
        stock.move(line.sku_id, back, MovementReason.RETURNED, reference=order.number, actor=actor)


def _move_on(order: Order, actor: Any) -> None:
    after = status.after_refund(order.status, kept=_kept(order), total=order.total)
    if after:
        order.transition_to(after, actor=actor)


def _step_back(order: Order) -> None:
    stood = order.stood_before_refunds()
    after = status.after_failed_refund(stood=stood, kept=_kept(order), total=order.total)
    order.step_back(after)


def _trim(order: Order, payment: Payment) -> None:
    """Of what the provider refused stays promised only what did not go another way meanwhile."""
    left = order.payments.get(pk=payment.pk).left
    for refund in Refund.objects.refused().filter(payment=payment, amount__gt=left):
        order.record("refund_trimmed", left=str(left), **refund.as_event())
        if left > 0:
            Refund.objects.filter(pk=refund.pk).update(amount=left)
        elif not refund.reference:
            refund.delete()


def _refused_of(payment: Payment, amount: Decimal) -> Refund | None:
    """A promise of the same sum that the provider refused: staff kept it at the dashboard."""
    return Refund.objects.refused().filter(payment=payment, amount=amount).first()


def _kept(order: Order) -> Decimal:
    return sum((payment.kept for payment in _payments(order)), ZERO)


def _payments(order: Order) -> QuerySet[Payment]:
    """Read anew, each with its refunds."""
    return order.payments.prefetch_related("refunds")


def _locked_order(refund: Refund) -> Order:
    return Order.objects.select_for_update().get(pk=refund.payment.order_id)
