"""What an order may still be lowered by, and the credit note that lowers it.

Prices, discounts and taxes are those of the order's own lines, so a refund is always at the price
as sold. `checkout.refund_shares` says how they are shared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F

from checkout import numbering
from checkout.documents.parties import Parties
from checkout.models import CreditNote, CreditNoteLine, Invoice, Order, OrderLine
from checkout.refund_shares import Part, Pot, Share, Wish, give_back
from checkout.totals import NOTHING, Amount
from products.money import ZERO


def pots_of(order: Order) -> list[Pot]:
    """All that was sold, in the order's own terms, and how much of it went back. Reads anew."""
    taken = _taken(order)
    lines = list(OrderLine.objects.filter(order=order))
    goods = [
        Pot(line.pk, line.tax_rate, _amount(line), line.units_left, taken[line.pk, line.tax_rate])
        for line in lines
    ]
    delivery = [
        Pot(None, rate, amount, taken=taken[None, rate])
        for rate, amount in _delivery(order, lines)
        if amount.gross
    ]
    return [*goods, *delivery]


def shares_of(order: Order, wish: Wish) -> list[Share]:
    """What the wish comes to, now. Raises CannotGiveBack."""
    return give_back(pots_of(order), wish, order.currency)


def credit(
    order: Order, shares: Sequence[Share], *, note: str = "", actor: Any = None
) -> CreditNote:
    """Write the credit note, inside the caller's transaction and under the order's lock.

    Units count as refunded from now on; a constraint refuses one that is refunded already.
    """
    from checkout.tasks import render_credit_note

    parties = Parties.of(order).as_json()
    series, sequence = numbering.allot("CN")
    credit_note = CreditNote.objects.create(
        order=order,
        invoice=Invoice.objects.get(order=order),
        series=series,
        sequence=sequence,
        parties=parties,
        note=note,
    )
    CreditNoteLine.objects.bulk_create(_line(credit_note, share) for share in shares)
    for share in shares:
        if share.part == Part.GOODS and share.line:
            take_back(share.line, share.units)
    order.record("credit_note_issued", actor=actor, number=credit_note.number)
    render_credit_note.delay_on_commit(credit_note.pk)
    return credit_note


def take_back(line: int, units: int) -> None:
    """These units are the shopper's no more. A constraint refuses one that is refunded already."""
    OrderLine.objects.filter(pk=line).update(units_refunded=F("units_refunded") + units)


def _line(credit_note: CreditNote, share: Share) -> CreditNoteLine:
    return CreditNoteLine(
        credit_note=credit_note,
        part=share.part,
        line_id=share.line,
        units=share.units,
        rate=share.rate,
        net=share.amount.net,
        tax=share.amount.tax,
        gross=share.amount.gross,
    )


def _taken(order: Order) -> dict[tuple[int | None, Decimal], Decimal]:
    """Gross that went back, by line and rate."""
    taken: dict[tuple[int | None, Decimal], Decimal] = defaultdict(lambda: ZERO)
    for line in CreditNoteLine.objects.filter(credit_note__order=order):
        taken[line.line_id, line.rate] += line.gross
    return taken


def _delivery(order: Order, lines: Sequence[OrderLine]) -> list[tuple[Decimal, Amount]]:
    """What is taxed at a rate and is no goods."""
    found = []
    for tax in order.taxes.all():
        goods = sum((_amount(line) for line in lines if line.tax_rate == tax.rate), NOTHING)
        whole = _amount(tax)
        found.append(
            (
                tax.rate,
                Amount(whole.net - goods.net, whole.tax - goods.tax, whole.gross - goods.gross),
            )
        )
    return found


def _amount(row: Any) -> Amount:
    """Of an order's line or tax."""
    return Amount(row.net, row.tax, row.gross)
