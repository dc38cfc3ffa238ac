"""Goods that come back: asked for or withdrawn from by the shopper, answered by staff.

A return needs the shop's consent; a withdrawal is a right, so it takes effect as it is declared.
Both are written under the order's lock, and each step leaves an event and an e-mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from checkout import emails, withdrawal
from checkout.models import EmailKind, Order, ReturnLine, ReturnRequest
from checkout.return_status import ReturnKind, ReturnMovedOn, ReturnStatus
from checkout.status import SETTLED


class NothingToReturn(Exception):
    """Not so many units, not any more, or not of this order; nothing was changed."""


class TooLateToWithdraw(Exception):
    """The period is over, or the order is; nothing was changed."""


@dataclass(frozen=True)
class Statement:
    """What a shopper declares: units by the key of the order's line, and how to reach them."""

    name: str
    email: str
    units: Mapping[int, int] = field(default_factory=dict)
    reason: str = ""


def ask(order: Order, said: Statement) -> ReturnRequest:
    """The shopper wants to send something back. Raises NothingToReturn."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        return _write(locked, ReturnKind.RETURN, said, returnable(locked))


def withdraw(order: Order, said: Statement) -> ReturnRequest:
    """The shopper withdraws, from all or from some. Raises TooLateToWithdraw, NothingToReturn."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        if not withdrawal.is_open(locked):
            raise TooLateToWithdraw
        return _write(locked, ReturnKind.WITHDRAWAL, said, withdrawable(locked))


def returnable(order: Order) -> dict[int, int]:
    """Units by line that were handed over, are not refunded, and not asked for yet."""
    may = order.status in SETTLED and order.was_handed_over
    return _left(order, _open_requests(order)) if may else {}


def withdrawable(order: Order) -> dict[int, int]:
    """Units by line. That a return was asked for takes nobody's right to withdraw."""
    return _left(order, [one for one in _open_requests(order) if one.is_withdrawal])


@dataclass(frozen=True)
class Offers:
    """What the order's page offers. `until`: the last day to withdraw, where there is one yet."""

    may_return: bool
    may_withdraw: bool
    until: date | None


def offers_of(order: Order) -> Offers:
    open_now = withdrawal.is_open(order) and bool(withdrawable(order))
    return Offers(
        may_return=bool(returnable(order)),
        may_withdraw=open_now,
        until=withdrawal.last_day(order) if open_now else None,
    )


def accept(request: ReturnRequest, instructions: str, actor: Any = None) -> None:
    """Staff say where the goods are to be sent. Raises ReturnMovedOn."""
    _answer(request, ReturnStatus.ACCEPTED, EmailKind.RETURN_ACCEPTED, actor, instructions)


def refuse(request: ReturnRequest, reason: str, actor: Any = None) -> None:
    """Raises ReturnMovedOn, for a withdrawal always."""
    _answer(request, ReturnStatus.REFUSED, EmailKind.RETURN_REFUSED, actor, reason)


def receive(request: ReturnRequest, actor: Any = None) -> None:
    """The goods are back in the house. Raises ReturnMovedOn."""
    _answer(request, ReturnStatus.RECEIVED, EmailKind.RETURN_RECEIVED, actor)


def close_refunded(order: Order, actor: Any = None) -> None:
    """Once money went back: whatever asked for units that are all refunded is settled.

    Inside the caller's transaction, which holds the order's row. The e-mail is the refund's.
    """
    for request in order.returns.open().prefetch_related("lines__line"):
        if all(not one.line.units_left for one in request.lines.all()):
            settle(request, actor)


def settle(request: ReturnRequest, actor: Any = None) -> None:
    """It is refunded. Raises ReturnMovedOn."""
    _move(request, ReturnStatus.REFUNDED, actor)


def _write(
    order: Order, kind: ReturnKind, said: Statement, left: Mapping[int, int]
) -> ReturnRequest:
    units = {line: n for line, n in said.units.items() if n}
    if not units or any(not 0 < n <= left.get(line, 0) for line, n in units.items()):
        raise NothingToReturn
    request = ReturnRequest.objects.create(
        order=order, kind=kind, name=said.name, email=said.email, reason=said.reason
    )
    ReturnLine.objects.bulk_create(
        ReturnLine(return_request=request, line_id=line, units=n) for line, n in units.items()
    )
    is_withdrawal = kind == ReturnKind.WITHDRAWAL
    order.record("withdrawn" if is_withdrawal else "return_requested", **request.as_event())
    emails.owe(
        order,
        EmailKind.WITHDRAWAL if is_withdrawal else EmailKind.RETURN_REQUESTED,
        return_request=request,
    )
    return request


def _open_requests(order: Order) -> list[ReturnRequest]:
    return [request for request in order.returns.all() if request.is_open]


def _left(order: Order, asked: Iterable[ReturnRequest]) -> dict[int, int]:
    """Units by line that are neither refunded nor in one of the requests."""
    gone: Counter[int] = Counter()
    for request in asked:
        gone.update(request.units)
    left = {line.pk: line.units_left - gone[line.pk] for line in order.lines.all()}
    return {line: units for line, units in left.items() if units > 0}


def _answer(
    request: ReturnRequest, after: ReturnStatus, kind: EmailKind, actor: Any, words: str = ""
) -> None:
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=request.order_id)
        _move(request, after, actor, words)
        emails.owe(order, kind, return_request=request)


def _move(request: ReturnRequest, after: ReturnStatus, actor: Any, words: str = "") -> None:
    """Under the order's lock: along the table of `checkout.return_status`."""
    request.refresh_from_db()
    if not request.may_become(after):
        raise ReturnMovedOn
    request.status = after
    request.answer = words or request.answer
    request.save(update_fields=["status", "answer"])
    request.order.record(f"return_{after}", actor=actor, **request.as_event())
