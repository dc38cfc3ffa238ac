"""Refunds by line: at the price as sold, exact to the penny, each with its credit note."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.test import Client

from accounts.tests.factories import make_user
from checkout import credit_notes, crediting, refunding, sending, settling, tasks
from checkout.models import (
    CreditNote,
    CreditNoteLine,
    Invoice,
    Order,
    OrderLine,
    OrderTax,
    Payment,
    PaymentStatus,
    Refund,
    Tracking,
)
from checkout.payments.base import Observation, Outcome
from checkout.placing import new_payment
from checkout.refund_shares import Wish, money_left
from checkout.refunding import NothingToRefund
from checkout.sending import BeingRefunded
from checkout.status import TransitionNotAllowed
from checkout.tests.factories import make_order
from products.models import Sku, StockMovement, Variant
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
D = Decimal
TOTAL = D("43.00")


@pytest.fixture
def order() -> Order:
    """Three at 10.00 and one at 9.00, tax at 20 % included, delivery of 4.00; paid."""
    make_product(sku="FERN", price="9.00", on_hand=10)
    make_product(sku="WAVES", price="10.00", on_hand=10)
    order = make_order({"WAVES": 3, "FERN": 1}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    return Order.objects.get()


def line(order: Order, sku: str) -> int:
    return order.lines.get(sku_id=sku).pk


def give(
    order: Order, units: Mapping[str, int] | None = None, expected: str = "", **options: Any
) -> CreditNote:
    """Refund these units by SKU; `expected` is what staff were shown."""
    wish = Wish(
        {line(order, sku): n for sku, n in (units or {}).items()},
        delivery=D(options.pop("delivery", 0)),
        goodwill=D(options.pop("goodwill", 0)),
    )
    return refunding.refund(order, wish, D(expected), **options)


def stored() -> object:
    """Everything that a refund may touch."""
    return (
        list(Refund.objects.order_by("pk").values_list("amount")),
        CreditNote.objects.count(),
        list(OrderLine.objects.values_list("units_refunded")),
        StockMovement.objects.count(),
        list(Sku.objects.values_list("on_hand")),
    )


# --- By line -------------------------------------------------------------------------------------


def test_refund__one_unit_as_it_was_sold(order: Order) -> None:
    Variant.objects.update(price=D("99.00"))
    boss = make_user("boss@example.com")

    note = give(order, {"WAVES": 1}, "10.00", note="Torn", actor=boss)

    refund = Refund.objects.get()
    assert (refund.amount, refund.credit_note, refund.note) == (D("10.00"), note, "Torn")
    [row] = note.lines.all()
    assert (row.part, row.units, row.rate) == ("goods", 1, D(20))
    assert (row.net, row.tax, row.gross) == (D("8.33"), D("1.67"), D("10.00"))
    assert order.lines.get(sku_id="WAVES").units_refunded == 1
    assert Sku.objects.get(code="WAVES").on_hand == 7
    event = order.events.get(what="credit_note_issued")
    assert (event.actor, event.data) == (boss, {"number": note.number})


def test_refund__restocks_by_line(order: Order) -> None:
    waves, fern = line(order, "WAVES"), line(order, "FERN")

    refunding.refund(order, Wish({waves: 2, fern: 1}), D("29.00"), restock={waves: 2})

    assert dict(Sku.objects.values_list("code", "on_hand")) == {"WAVES": 9, "FERN": 9}


def test_refund__restocks_no_more_than_was_sold(order: Order) -> None:
    refunding.refund(
        order, Wish({line(order, "FERN"): 1}), D("9.00"), restock={line(order, "FERN"): 50}
    )

    assert Sku.objects.get(code="FERN").on_hand == 10


@pytest.mark.parametrize(
    ("units", "options", "expected"),
    [
        pytest.param({"WAVES": 4}, {}, "40.00", id="units above sold"),
        pytest.param({"WAVES": -1}, {}, "-10.00", id="negative units"),
        pytest.param({}, {"delivery": "4.01"}, "4.01", id="more delivery"),
        pytest.param({}, {"delivery": "-1"}, "-1", id="negative delivery"),
        pytest.param({}, {"goodwill": "43.01"}, "43.01", id="more than all"),
        pytest.param({}, {"goodwill": "0.001"}, "0.001", id="a tenth of a penny"),
        pytest.param({}, {}, "0", id="nothing"),
        pytest.param({"WAVES": 1}, {}, "10.01", id="not the sum that was shown"),
    ],
)
def test_refund__refused(
    order: Order, units: dict[str, int], options: dict[str, str], expected: str
) -> None:
    was = stored()

    with pytest.raises(NothingToRefund):
        give(order, units, expected, **options)

    assert stored() == was


def test_refund__not_another_orders_line(order: Order) -> None:
    other = make_order({"WAVES": 1}, provider="demo")
    was = stored()

    with pytest.raises(NothingToRefund):
        refunding.refund(order, Wish({line(other, "WAVES"): 1}), D("10.00"))

    assert stored() == was


def test_refund__a_constraint_keeps_a_unit_from_going_back_twice(order: Order) -> None:
    give(order, {"WAVES": 3}, "30.00")

    with pytest.raises(IntegrityError), transaction.atomic():
        OrderLine.objects.filter(sku_id="WAVES").update(units_refunded=F("units_refunded") + 1)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([({}, "43.00", {"goodwill": "43.00"})], id="all of it as goodwill"),
        pytest.param(
            [({"WAVES": 1}, "10.00", {}), ({"WAVES": 1}, "10.00", {}), ({"WAVES": 1}, "10.00", {})],
            id="one by one",
        ),
        pytest.param(
            [({}, "7.77", {"goodwill": "7.77"}), ({}, "1.00", {"delivery": "1.00"})],
            id="goodwill, then some delivery",
        ),
        pytest.param(
            [({"FERN": 1}, "12.00", {"delivery": "3.00"}), ({}, "0.01", {"goodwill": "0.01"})],
            id="delivery, then a penny",
        ),
    ],
)
def test_refunds__add_up_to_the_order(
    order: Order, steps: list[tuple[dict[str, int], str, dict[str, str]]]
) -> None:
    for units, expected, options in steps:
        give(order, units, expected, **options)
    left = refunding.refundable(order)
    if left:
        refunding.refund_in_full(order, left, restock=False)

    rows = CreditNoteLine.objects.filter(credit_note__order=order)
    assert _sums(rows) == (order.net, order.tax, order.total)
    tax = OrderTax.objects.get(order=order)
    assert _sums(rows.filter(rate=tax.rate)) == (tax.net, tax.tax, tax.gross)
    assert Refund.objects.aggregate(Sum("amount"))["amount__sum"] == order.total
    assert money_left(crediting.pots_of(order)) == refunding.refundable(order) == 0
    with pytest.raises(NothingToRefund):
        give(order, {}, "0.01", goodwill="0.01")


def _sums(rows: Any) -> tuple[Decimal, ...]:
    return tuple(rows.aggregate(n=Sum("net"), t=Sum("tax"), g=Sum("gross")).values())


def test_refund__of_several_payments_the_earlier_gives_first(order: Order) -> None:
    """43.00 came as 20.00 and 23.00."""
    first = order.payments.get()
    second = new_payment(order, attempt=2)
    Payment.objects.filter(pk=first.pk).update(amount=D(20))
    Payment.objects.filter(pk=second.pk).update(amount=D(23), status=PaymentStatus.SUCCEEDED)

    give(order, {"WAVES": 3}, "30.00")
    give(order, {"FERN": 1}, "13.00", delivery="4.00")

    amounts = Refund.objects.order_by("pk").values_list("payment__attempt", "number", "amount")
    assert list(amounts) == [(1, 1, D(20)), (2, 1, D(10)), (2, 2, D(13))]
    assert CreditNote.objects.count() == 2


# --- What is left of the order -------------------------------------------------------------------


def test_rest__is_packed_and_sent(order: Order) -> None:
    give(order, {"WAVES": 1}, "10.00", restock={line(order, "WAVES"): 1})
    tasks.make_refund(Refund.objects.get().pk)
    order.refresh_from_db()

    assert order.status == "partially_refunded"
    assert list(Order.objects.to_pack()) == [order]
    assert {one.sku_id: one.units_left for one in order.lines.all()} == {"WAVES": 2, "FERN": 1}
    sending.send(order, Tracking())
    assert list(Order.objects.to_pack()) == []
    refunding.refund(order, Wish({line(order, "FERN"): 1}), D("9.00"))
    tasks.make_refund(Refund.objects.latest("pk").pk)
    with pytest.raises(TransitionNotAllowed):
        sending.send(order, Tracking())


def test_rest__nothing_is_left_to_send(order: Order) -> None:
    give(order, {"WAVES": 3, "FERN": 1}, "39.00")

    assert list(Order.objects.to_pack()) == []
    assert order.is_being_refunded
    with pytest.raises(BeingRefunded):
        sending.send(order, Tracking())


# --- Credit notes --------------------------------------------------------------------------------


def test_numbers__in_a_series_of_their_own_without_gaps(order: Order) -> None:
    invoice = Invoice.objects.get()
    first = give(order, {"WAVES": 1}, "10.00")
    with pytest.raises(NothingToRefund):
        give(order, {"WAVES": 9}, "90.00")
    _give_and_fail(order)
    second = give(order, {"FERN": 1}, "9.00")

    year = first.issued_at.year
    assert [first.number, second.number] == [f"CN-{year}-00001", f"CN-{year}-00002"]
    assert {first.invoice, second.invoice} == {invoice}


def _give_and_fail(order: Order) -> None:
    try:
        with transaction.atomic():
            give(order, {"WAVES": 1}, "10.00")
            raise RuntimeError
    except RuntimeError:
        pass


def test_credit_note__taxes_by_rate(order: Order) -> None:
    note = give(order, {"FERN": 1}, "13.00", delivery="4.00")

    [tax] = note.taxes
    assert (tax.rate, tax.amount.gross) == (D(20), D("13.00"))
    assert tax.amount == note.amount


def test_credit_note__rendered_once_and_only_for_who_knows_the_order(
    order: Order, client: Client
) -> None:
    note = give(order, {"WAVES": 1}, "10.00", note="Torn")
    assert credit_notes.due() == [note.pk]

    response = client.get(note.get_absolute_url())

    assert response.headers["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    assert credit_notes.due() == []
    name = CreditNote.objects.get().pdf.name
    tasks.render_credit_note(note.pk)
    assert CreditNote.objects.get().pdf.name == name
    other = make_order({"WAVES": 1}, provider="demo")
    for token, number in (
        (other.token, note.number),
        (order.token, "CN-2026-00099"),
        (order.token, Invoice.objects.get().number),
        ("x" * 32, note.number),
    ):
        assert client.get(f"/checkout/{token}/credit-notes/{number}.pdf").status_code == 404


def test_credit_note__goes_with_the_email(order: Order) -> None:
    note = give(order, {"WAVES": 1}, "10.00")
    tasks.make_refund(Refund.objects.get().pk)
    tasks.send_email(order.emails.get(kind="refunded").pk)
    assert mail.outbox == []  # it waits for the credit note
    tasks.render_due_invoices()
    tasks.send_email(order.emails.get(kind="refunded").pk)

    [message] = mail.outbox
    [(name, content, kind)] = [tuple(a) for a in message.attachments]
    assert (name, kind) == (f"{note.number}.pdf", "application/pdf")
    assert content.startswith(b"%PDF-")


def test_credit_note__not_for_money_that_came_twice_or_too_late(order: Order) -> None:
    settling.apply(new_payment(order, attempt=2), Observation(Outcome.PAID, TOTAL, "GBP"))
    late = make_order({"WAVES": 1}, provider="demo")
    late.transition_to("cancelled")  # type: ignore[arg-type]
    settling.apply(late.payments.get(), Observation(Outcome.PAID, D("14.00"), "GBP"))

    assert set(Refund.objects.values_list("reason", "credit_note")) == {
        ("duplicate", None),
        ("cancelled", None),
    }
    assert not CreditNote.objects.exists()
    assert money_left(crediting.pots_of(order)) == TOTAL


# --- Refunds that were made at the provider ------------------------------------------------------


def test_outside__is_a_price_reduction_of_everything(order: Order) -> None:
    payment = order.payments.get()

    for _ in range(2):
        refunding.book_outside(payment, reference="re_1", amount=D("21.50"))

    note = CreditNote.objects.get()
    assert note.amount.gross == D("21.50")
    assert {row.part for row in note.lines.all()} == {"goodwill"}
    assert Refund.objects.get().credit_note == note
    assert list(Order.objects.to_pack()) == [order]
    assert money_left(crediting.pots_of(order)) == refunding.refundable(order) == D("21.50")
    refunding.refund_in_full(order, D("21.50"), restock=False)
    assert _sums(CreditNoteLine.objects.all()) == (order.net, order.tax, order.total)


def test_outside__all_of_it_leaves_nothing_to_send(order: Order) -> None:
    refunding.book_outside(order.payments.get(), reference="re_1", amount=TOTAL)

    assert _sums(CreditNoteLine.objects.all()) == (order.net, order.tax, order.total)
    assert [one.units_left for one in order.lines.all()] == [0, 0]
    assert Sku.objects.get(code="WAVES").on_hand == 7


def test_outside__what_was_paid_twice_lowers_nothing(order: Order) -> None:
    second = new_payment(order, attempt=2)
    Payment.objects.filter(pk=second.pk).update(status=PaymentStatus.SUCCEEDED)

    refunding.book_outside(second, reference="re_1", amount=TOTAL)

    assert Refund.objects.get().credit_note is None
    assert not CreditNote.objects.exists()


def test_outside__a_promise_that_was_refused_is_not_credited_twice(order: Order) -> None:
    note = give(order, {"WAVES": 1}, "10.00")
    Refund.objects.update(last_error="insufficient_funds")

    refunding.book_outside(order.payments.get(), reference="re_1", amount=D("10.00"))

    refund = Refund.objects.get()
    assert (refund.credit_note, refund.reference) == (note, "re_1")
    assert CreditNote.objects.count() == 1


@pytest.mark.parametrize(("outside", "promised"), [("43.00", []), ("38.00", [D(5)])])
def test_outside__more_than_a_refused_promise_left(
    order: Order, outside: str, promised: list[Decimal]
) -> None:
    give(order, {"WAVES": 1}, "10.00")
    Refund.objects.update(last_error="insufficient_funds")

    refunding.book_outside(order.payments.get(), reference="re_1", amount=D(outside))

    refused = Refund.objects.refused().values_list("amount", flat=True)
    assert list(refused) == promised
    assert _sums(CreditNoteLine.objects.all()) == (order.net, order.tax, order.total)
