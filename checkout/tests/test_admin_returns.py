"""Refunding a part, and returns, in the admin: who may, what is asked, what is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from checkout import refunding, returning, sending, settling
from checkout.models import CreditNote, Order, Refund, ReturnRequest, Tracking
from checkout.payments.base import Observation, Outcome
from checkout.refund_shares import Wish
from checkout.returning import Statement
from checkout.tests.factories import make_order
from content.tests.factories import set_up_shop
from products.models import Sku
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def order() -> Order:
    """Three of one, one of another, paid."""
    set_up_shop(name="Bower", company="Bower Ltd", address="Old Mill\nBath")
    make_product("Fern", sku="FERN", price="9.00", on_hand=10)
    make_product("Waves", sku="WAVES", price="10.00", on_hand=10)
    order = make_order({"WAVES": 3, "FERN": 1}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, D(43), "GBP"))
    return Order.objects.get()


@pytest.fixture
def asked(order: Order) -> ReturnRequest:
    """The order was sent, and two of three are to come back."""
    sending.send(order, Tracking())
    line = order.lines.get(sku_id="WAVES").pk
    said = Statement("Ada Lovelace", "ada@example.com", {line: 2}, "<b>Torn</b>")
    return returning.ask(Order.objects.get(), said)


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


def part(client: Client, order: Order, **data: Any) -> Any:
    """Post the form; units and ticks by SKU."""
    posted = {}
    for name, value in data.items():
        what, _, sku = name.partition("_")
        line = order.lines.filter(sku_id=sku).first()
        posted[f"{what}_{line.pk}" if line else name] = value
    return client.post(reverse("orders:refund_part", args=[order.pk]), posted, follow=True)


def step(client: Client, asked: ReturnRequest, name: str, **data: str) -> Any:
    address = reverse("orders:return", args=[asked.order_id, asked.pk, name])
    return client.post(address, data, follow=True)


def inspect(client: Client, order: Order) -> str:
    return client.get(reverse("orders:inspect", args=[order.pk])).content.decode()


# --- Refunding a part ----------------------------------------------------------------------------


def test_part__the_sum_is_shown_before_anything_happens(manager: Client, order: Order) -> None:
    assert "Refund a part" in inspect(manager, order)

    html = part(manager, order, units_WAVES=2, delivery="4.00", goodwill="0.50").content.decode()

    for words in ("2 × Waves", "£20.00", "£4.00", "£0.50", "Give £24.50 back"):
        assert words in html
    assert not Refund.objects.exists()
    assert not CreditNote.objects.exists()


def test_part__confirmed(manager: Client, order: Order) -> None:
    html = part(
        manager,
        order,
        units_WAVES=2,
        restock_WAVES="on",
        units_FERN=1,
        note="Torn",
        expected="29.00",
        confirm="1",
    ).content.decode()

    note = CreditNote.objects.get()
    assert f"£29.00 go back, credit note {note.number}" in html
    refund = Refund.objects.get()
    assert (refund.amount, refund.note, refund.credit_note) == (D(29), "Torn", note)
    assert str(refund.actor) == "manager@example.com"
    assert dict(Sku.objects.values_list("code", "on_hand")) == {"WAVES": 9, "FERN": 9}
    assert "2 refunded" in html
    assert note.get_absolute_url() in html


def test_part__another_sum_than_was_shown_is_shown_first(manager: Client, order: Order) -> None:
    for expected in ("29.00", "", "NaN"):
        response = part(manager, order, units_WAVES=3, expected=expected, confirm="1")

        assert response.status_code == (422 if expected == "NaN" else 200)
        assert not Refund.objects.exists()
    assert "Give £30.00 back" in part(manager, order, units_WAVES=3).content.decode()


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param({}, "comes to nothing", id="nothing"),
        pytest.param({"units_WAVES": 4}, "less than or equal to 3", id="more than sold"),
        pytest.param({"units_WAVES": -1}, "greater than or equal to 0", id="negative"),
        pytest.param({"units_WAVES": "one"}, "whole number", id="a word"),
        pytest.param({"delivery": "4.01"}, "So much is not left: £43.00", id="delivery"),
        pytest.param({"goodwill": "43.01"}, "So much is not left: £43.00", id="goodwill"),
        pytest.param({"goodwill": "-1"}, "cannot be negative", id="negative goodwill"),
        pytest.param({"goodwill": "0.001"}, "2 decimal places", id="a tenth of a penny"),
        pytest.param({"goodwill": "1", "note": "x" * 201}, "at most 200", id="a long reason"),
    ],
)
def test_part__bad_input_changes_nothing(
    manager: Client, order: Order, data: dict[str, Any], error: str
) -> None:
    response = part(manager, order, confirm="1", expected="1", **data)

    assert response.status_code == 422
    assert error in response.content.decode()
    assert not Refund.objects.exists()
    assert order.lines.filter(units_refunded__gt=0).count() == 0


def test_part__no_field_for_delivery_that_cost_nothing(manager: Client, order: Order) -> None:
    address = reverse("orders:refund_part", args=[order.pk])
    assert "delivery" in manager.get(address).context["form"].fields
    refunding.refund(order, Wish(delivery=D(4)), D(4))

    assert "delivery" not in manager.get(address).context["form"].fields


def test_part__packers_may_not(packer: Client, order: Order) -> None:
    part(packer, order, units_WAVES=1, expected="10.00", confirm="1")

    assert not Refund.objects.exists()
    assert "Refund a part" not in inspect(packer, order)


def test_part__nothing_is_left(manager: Client, order: Order) -> None:
    refunding.refund_in_full(order, D(43), restock=False)

    html = manager.get(reverse("orders:refund_part", args=[order.pk]), follow=True).content.decode()

    assert "Nothing was refunded" in html


# --- Returns -------------------------------------------------------------------------------------


def test_returns__packers_answer_them(packer: Client, asked: ReturnRequest) -> None:
    html = inspect(packer, asked.order)
    assert "2 × Waves" in html
    assert "&lt;b&gt;Torn" in html
    assert "Refund it" not in html

    form = packer.get(reverse("orders:return", args=[asked.order_id, asked.pk, "accept"]))
    assert "Bower Ltd\nOld Mill\nBath" in form.context["form"]["words"].value()
    step(packer, asked, "accept", words="To the old mill.")
    asked.refresh_from_db()
    assert (asked.status, asked.answer) == ("accepted", "To the old mill.")

    step(packer, asked, "receive")
    asked.refresh_from_db()
    assert asked.status == "received"
    assert "Returned goods received" in inspect(packer, asked.order)


def test_returns__refused_with_a_reason(packer: Client, asked: ReturnRequest) -> None:
    assert step(packer, asked, "refuse", words="").status_code == 422
    asked.refresh_from_db()
    assert asked.status == "requested"

    step(packer, asked, "refuse", words="Made for you.")
    asked.refresh_from_db()
    assert (asked.status, asked.answer) == ("refused", "Made for you.")
    assert "moved on" in step(packer, asked, "accept", words="x").content.decode()
    asked.refresh_from_db()
    assert asked.status == "refused"


def test_returns__a_withdrawal_cannot_be_refused(packer: Client, order: Order) -> None:
    line = order.lines.get(sku_id="WAVES").pk
    asked = returning.withdraw(order, Statement("Ada", "ada@example.com", {line: 3}))
    assert "Refuse" not in inspect(packer, order)

    html = step(packer, asked, "refuse", words="No.").content.decode()

    assert "cannot be refused" in html
    assert ReturnRequest.objects.get().status == "requested"


def test_returns__refunded_with_their_lines_filled_in(
    manager: Client, asked: ReturnRequest
) -> None:
    ReturnRequest.objects.update(status="received")
    address = reverse("orders:return_refund", args=[asked.order_id, asked.pk])
    form = manager.get(address).context["form"]
    [fern, waves] = sorted(form.rows, key=lambda row: row.line.sku_id)
    assert (waves.units.value(), waves.restock.value()) == (2, True)
    assert (fern.units.value(), fern.restock.value()) == (None, False)

    line = waves.line.pk
    data = {f"units_{line}": 2, f"restock_{line}": "on", "expected": "20.00", "confirm": "1"}
    manager.post(address, data)

    asked.refresh_from_db()
    assert asked.status == "refunded"
    assert Refund.objects.get().amount == D(20)
    assert Sku.objects.get(code="WAVES").on_hand == 9
    assert "moved on" in manager.get(address, follow=True).content.decode()


def test_returns__somebody_elses_under_this_order(manager: Client, asked: ReturnRequest) -> None:
    other = make_order({"WAVES": 1}, provider="demo")

    for name, args in (
        ("orders:return", [other.pk, asked.pk, "accept"]),
        ("orders:return", [asked.order_id, asked.pk, "eat"]),
        ("orders:return", [asked.order_id, 999, "accept"]),
        ("orders:return_refund", [other.pk, asked.pk]),
    ):
        assert manager.post(reverse(name, args=args), {"words": "x"}).status_code == 404
    assert ReturnRequest.objects.get().status == "requested"


def test_listing__waiting_first(manager: Client, asked: ReturnRequest) -> None:
    order = asked.order
    fern = order.lines.get(sku_id="FERN").pk
    other = returning.withdraw(order, Statement("Bob", "bob@example.com", {fern: 1}))
    returning.accept(asked, "There.")

    response = manager.get(reverse("returns:index"))

    assert [one.pk for one in response.context["object_list"]] == [other.pk, asked.pk]
    assert "Withdrawal" in response.content.decode()
    only = manager.get(reverse("returns:index"), {"status": "accepted"})
    assert [one.pk for one in only.context["object_list"]] == [asked.pk]
    assert "1 return waits" in manager.get(reverse("wagtailadmin_home")).content.decode()


def test_refund__the_shopper_sees_the_credit_note(manager: Client, order: Order) -> None:
    note = refunding.refund(order, Wish({}, goodwill=D(5)), D(5))

    assert note.get_absolute_url() in manager.get(order.get_absolute_url()).content.decode()
