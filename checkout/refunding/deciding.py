"""What goes back, decided under the order's lock: a promise, with its credit note."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum

from checkout import crediting, payments, returning, status
from checkout.models import CreditNote, Order, Payment, Refund, ReturnRequest
from checkout.refund_shares import CannotGiveBack, Wish, everything, total_of
from checkout.return_status import ReturnMovedOn
from products import stock
from products.models import MovementReason, StockMovement
from products.money import ZERO


class NothingToRefund(Exception):
    """No money of this order is left to give back, or not the sum that was shown."""


def refundable(order: Order) -> Decimal:
    """What the shop has of this order and has not promised to give back."""
    if order.status not in status.SETTLED:
        return ZERO
    return sum((payment.refundable for payment in payments_of(order)), ZERO)


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


def take_back_free(asked: ReturnRequest, *, restock: bool, actor: Any = None) -> None:
    """Settle a return from an order that cost nothing: its units go back, and no money.

    Raises ReturnMovedOn, also where money is owed: that is `refund`.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=asked.order_id)
        if order.total:
            raise ReturnMovedOn
        lines = asked.lines.select_related("line")
        units = {one.line_id: min(one.units, one.line.units_left) for one in lines}
        returning.settle(asked, actor)
        for line, count in units.items():
            crediting.take_back(line, count)
        if restock:
            _restock(order, units, actor)


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


def _owe_from_payments(order: Order, amount: Decimal, credit_note: CreditNote, actor: Any) -> None:
    """Where an order was paid in several payments, the earlier ones give first."""
    for payment in payments_of(order):
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


def payments_of(order: Order) -> QuerySet[Payment]:
    """Read anew, each with its refunds."""
    return order.payments.prefetch_related("refunds")


def locked_order(refund: Refund) -> Order:
    """The first lock of whatever changes a refund."""
    return Order.objects.select_for_update().get(pk=refund.payment.order_id)
