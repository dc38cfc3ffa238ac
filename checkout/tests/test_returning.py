"""Returns and withdrawals: who may, until when, how many units, and what each step leaves."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout import refunding, returning, sending, settling, tasks, withdrawal
from checkout.models import Order, OrderEmail, Refund, ReturnRequest, Tracking
from checkout.payments.base import Observation, Outcome
from checkout.refund_shares import Wish
from checkout.return_status import TRANSITIONS, ReturnKind, ReturnMovedOn, ReturnStatus
from checkout.returning import NothingToReturn, Statement, TooLateToWithdraw
from checkout.sending import BeingRefunded
from checkout.status import OrderStatus
from checkout.tests.factories import make_method, make_order
from content.models import ShopSettings
from content.tests.factories import set_up_shop
from products.models import Sku
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
S = OrderStatus
TOTAL = Decimal("34.00")  # three at 10.00 and delivery of 4.00


@pytest.fixture
def order() -> Order:
    """Three of one product, paid."""
    set_up_shop(name="Bower", email="shop@bower.example")
    make_product("Waves", sku="WAVES", price="10.00", on_hand=10)
    order = make_order({"WAVES": 3}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    return Order.objects.get()


@pytest.fixture
def sent(order: Order) -> Order:
    sending.send(order, Tracking())
    return Order.objects.get()


def said(order: Order, units: int = 1, **more: Any) -> Statement:
    line = order.lines.get().pk
    return Statement("Ada Lovelace", "ada@example.com", {line: units}, **more)


def facts(order: Order) -> object:
    """Everything that asking may touch."""
    requests = ReturnRequest.objects.values_list("kind", "status", "lines__units")
    return list(requests), order.events.count(), order.emails.count()


def told(order: Order) -> list[str]:
    """Events of returns, oldest first."""
    names = order.events.values_list("what", flat=True)
    return [name for name in names if name.startswith(("return", "withdraw"))]


# --- Asking for a return -------------------------------------------------------------------------


def test_ask__each_step_leaves_an_event_and_an_email(sent: Order) -> None:
    packer = make_user("packer@example.com")

    request = returning.ask(sent, said(sent, 2, reason="Torn"))
    returning.accept(request, "To the old mill.", packer)
    returning.receive(request, packer)
    line = sent.lines.get().pk
    refunding.refund(sent, Wish({line: 2}), Decimal(20), answering=request, restock={line: 2})

    request.refresh_from_db()
    assert (request.status, request.reason, request.answer) == (
        "refunded",
        "Torn",
        "To the old mill.",
    )
    assert told(sent) == [
        "return_requested",
        "return_accepted",
        "return_received",
        "return_refunded",
    ]
    assert sent.events.get(what="return_accepted").actor == packer
    assert sent.events.get(what="return_requested").data == {"units": "2 × WAVES"}
    kinds = request.emails.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["return_requested", "return_accepted", "return_received"]
    assert Refund.objects.get().amount == Decimal(20)


def test_refuse__with_the_reason(sent: Order) -> None:
    request = returning.ask(sent, said(sent))

    returning.refuse(request, "It was made for you.")

    tasks.send_email(request.emails.get(kind="return_refused").pk)
    assert "It was made for you." in mail.outbox[-1].body
    assert returning.returnable(sent) == {sent.lines.get().pk: 3}


@pytest.mark.parametrize("units", [0, -1, 4])
def test_ask__not_so_many(sent: Order, units: int) -> None:
    was = facts(sent)

    with pytest.raises(NothingToReturn):
        returning.ask(sent, said(sent, units))

    assert facts(sent) == was


def test_ask__not_before_it_was_sent_nor_of_another_order(order: Order) -> None:
    was = facts(order)
    with pytest.raises(NothingToReturn):
        returning.ask(order, said(order))
    sending.send(order, Tracking())
    other = make_order({"WAVES": 1})
    with pytest.raises(NothingToReturn):
        returning.ask(order, said(other))

    assert facts(order)[0] == was[0] == []  # type: ignore[index]


def test_ask__a_unit_once(sent: Order) -> None:
    returning.ask(sent, said(sent, 2))

    with pytest.raises(NothingToReturn):
        returning.ask(sent, said(sent, 2))
    returning.ask(sent, said(sent, 1))

    assert returning.returnable(sent) == {}


def test_ask__not_what_was_refunded(sent: Order) -> None:
    line = sent.lines.get().pk
    refunding.refund(sent, Wish({line: 2}), Decimal(20))

    assert returning.returnable(sent) == {line: 1}
    with pytest.raises(NothingToReturn):
        returning.ask(sent, said(sent, 2))


def test_refund__closes_what_it_leaves_nothing_of(sent: Order) -> None:
    request = returning.ask(sent, said(sent, 1))
    refunding.refund(sent, Wish({sent.lines.get().pk: 1}), Decimal(10))
    assert ReturnRequest.objects.get().status == "requested"

    refunding.refund_in_full(sent, Decimal(24), restock=False)

    request.refresh_from_db()
    assert request.status == "refunded"
    assert not ReturnRequest.objects.open().exists()


def test_refund__of_a_return_that_was_refused_gives_nothing_back(sent: Order) -> None:
    request = returning.ask(sent, said(sent, 1))
    returning.refuse(request, "No.")

    with pytest.raises(ReturnMovedOn):
        refunding.refund(sent, Wish({sent.lines.get().pk: 1}), Decimal(10), answering=request)

    assert not Refund.objects.exists()
    assert sent.lines.get().units_refunded == 0


# --- The table of steps --------------------------------------------------------------------------

_STEPS = {
    ReturnStatus.ACCEPTED: lambda request: returning.accept(request, "There."),
    ReturnStatus.REFUSED: lambda request: returning.refuse(request, "No."),
    ReturnStatus.RECEIVED: lambda request: returning.receive(request),
}


@pytest.mark.parametrize("kind", ReturnKind)
def test_steps__along_the_table_only(sent: Order, kind: ReturnKind) -> None:
    ask = returning.withdraw if kind == ReturnKind.WITHDRAWAL else returning.ask
    request = ask(sent, said(sent))
    OrderEmail.objects.all().delete()
    for before, allowed in TRANSITIONS[kind].items():
        if (kind, before) == (ReturnKind.WITHDRAWAL, ReturnStatus.REFUSED):
            continue
        for after, take in _STEPS.items():
            ReturnRequest.objects.update(status=before)
            if after in allowed:
                take(request)
                assert ReturnRequest.objects.get().status == after
                continue
            events = sent.events.count()
            with pytest.raises(ReturnMovedOn):
                take(request)
            assert ReturnRequest.objects.get().status == before
            assert sent.events.count() == events


def test_withdrawal__is_never_refused(sent: Order) -> None:
    request = returning.withdraw(sent, said(sent))

    with pytest.raises(ReturnMovedOn):
        returning.refuse(request, "No.")
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnRequest.objects.update(status="refused")


# --- Withdrawing ---------------------------------------------------------------------------------


def test_withdraw__acknowledged_with_what_when_and_who(order: Order) -> None:
    now = timezone.now().replace(2026, 7, 1, 9, 30, 15)  # summer time: an hour ahead
    with time_machine.travel(now, tick=False):
        request = returning.withdraw(
            order, Statement("Ada L.", "Ada.Other@example.com", {order.lines.get().pk: 2})
        )

    tasks.send_email(request.emails.get().pk)

    message = mail.outbox[-1]
    assert message.to == ["Ada.Other@example.com", "ada@example.com"]
    assert message.subject == f"You have withdrawn from order {order.number} · Bower"
    for part in (message.body, message.alternatives[0][0]):  # type: ignore[attr-defined]
        for fact in ("1 July 2026, 10:30:15 BST", order.number, "2 × Waves", "Ada L.", "Other@"):
            assert fact in str(part)
        assert "We do not send these goods" in str(part)
    assert told(order) == ["withdrawn"]


def test_withdraw__before_it_was_sent_keeps_it_in_the_house(order: Order) -> None:
    assert list(Order.objects.to_pack()) == [order]
    request = returning.withdraw(order, said(order, 1))

    assert list(Order.objects.to_pack()) == []
    with pytest.raises(BeingRefunded):
        sending.send(order, Tracking())
    refunding.refund(order, Wish(request.units), Decimal(10), answering=request)
    assert list(Order.objects.to_pack()) == [order]


def test_withdraw__also_from_what_a_return_was_asked_for(sent: Order) -> None:
    returning.ask(sent, said(sent, 3))

    returning.withdraw(sent, said(sent, 3))

    with pytest.raises(NothingToReturn):
        returning.withdraw(sent, said(sent, 1))


@pytest.mark.parametrize(
    ("delivered", "days", "last"),
    [
        pytest.param(True, 14, 14, id="two weeks after delivery"),
        pytest.param(True, 30, 30, id="as long as the shop says"),
        pytest.param(False, 14, 44, id="delivery not noted: thirty days on the way"),
    ],
)
def test_period__ends_with_its_last_day(
    order: Order, delivered: bool, days: int, last: int
) -> None:
    ShopSettings.objects.update(withdrawal_days=days)
    assert withdrawal.is_open(order)
    assert withdrawal.last_day(order) is None
    sending.send(order, Tracking())
    order.refresh_from_db()
    if delivered:
        order.transition_to(S.DELIVERED)
    today = timezone.localtime().replace(hour=12)

    with time_machine.travel(today + timedelta(days=last)):
        assert withdrawal.is_open(order)
        assert withdrawal.last_day(order) == timezone.localdate()
    with time_machine.travel(today + timedelta(days=last + 1)):
        assert not withdrawal.is_open(order)
        with pytest.raises(TooLateToWithdraw):
            returning.withdraw(order, said(order))
    assert not ReturnRequest.objects.exists()


def test_period__zero_turns_it_off(order: Order) -> None:
    ShopSettings.objects.update(withdrawal_days=0)

    assert not withdrawal.is_open(order)


@pytest.mark.parametrize("status", [S.PENDING, S.CANCELLED, S.EXPIRED, S.FAILED])
def test_withdraw__not_where_nothing_was_paid(order: Order, status: OrderStatus) -> None:
    unpaid = make_order({"WAVES": 1}, provider="demo")
    if status != S.PENDING:
        unpaid.transition_to(status)

    with pytest.raises(TooLateToWithdraw):
        returning.withdraw(unpaid, said(unpaid))


def test_withdraw__not_from_what_was_refunded(order: Order) -> None:
    refunding.refund_in_full(order, TOTAL, restock=True)

    assert returning.withdrawable(order) == {}
    assert not returning.offers_of(order).may_withdraw


# --- Where no money was paid ---------------------------------------------------------------------


@pytest.fixture
def free(order: Order) -> Order:
    """Two of another product, for nothing."""
    make_product("Fern", sku="FERN", price="0.00", on_hand=10)
    free = make_order({"FERN": 2}, method=make_method("Gift", price="0.00"))
    settling.settle_free_order(free)
    free.refresh_from_db()
    assert (free.status, free.total) == (S.PAID, 0)
    return free


@pytest.mark.parametrize(("restock", "on_hand"), [(True, 10), (False, 8)])
def test_free_order__is_taken_back_without_money(free: Order, restock: bool, on_hand: int) -> None:
    request = returning.withdraw(free, said(free, 2))
    assert free not in Order.objects.to_pack()

    refunding.take_back_free(request, restock=restock)

    request.refresh_from_db()
    assert request.status == ReturnStatus.REFUNDED
    assert free not in Order.objects.to_pack()
    assert free.lines.get().units_left == 0
    assert Sku.objects.get(code="FERN").on_hand == on_hand
    assert (Refund.objects.count(), free.credit_notes.count()) == (0, 0)


def test_paid_order__is_not_taken_back_without_its_money(sent: Order) -> None:
    request = returning.withdraw(sent, said(sent, 1))

    with pytest.raises(ReturnMovedOn):
        refunding.take_back_free(request, restock=True)

    request.refresh_from_db()
    assert request.status == ReturnStatus.REQUESTED
    assert sent.lines.get().units_left == 3
