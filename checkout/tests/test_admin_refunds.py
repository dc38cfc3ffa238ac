"""Refunds and parcels in the admin: who may, what is asked, what is shown."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import make_user
from checkout import refunding, settling
from checkout.models import Order, OrderEmail, Refund, Shipment
from checkout.payments.base import Observation, Outcome
from checkout.tests.factories import make_order
from products.models import Sku
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
TOTAL = Decimal("28.00")


@pytest.fixture
def order() -> Order:
    """Paid by bank transfer; two units out of ten have left."""
    return paid("bank_transfer")


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


def paid(provider: str) -> Order:
    make_product(sku="WAVES", price="12.00", on_hand=10)
    order = make_order({"WAVES": 2}, provider=provider)
    if provider == "bank_transfer":
        settling.mark_paid_by_hand(order, None)
    else:
        settling.apply(order.payments.get(), Observation(Outcome.PAID, TOTAL, "GBP"))
    return Order.objects.get(pk=order.pk)


def act(client: Client, order: Order, action: str, **data: Any) -> Any:
    return client.post(reverse("orders:action", args=[order.pk, action]), data, follow=True)


def give_back(client: Client, order: Order, **data: Any) -> Any:
    return act(client, order, "refund", **({"expected": "28.00"} | data))


def step(client: Client, refund: Refund, name: str) -> Any:
    address = reverse("orders:refund", args=[refund.payment.order_id, refund.pk, name])
    return client.post(address, follow=True)


def inspect(client: Client, order: Order) -> str:
    return client.get(reverse("orders:inspect", args=[order.pk])).content.decode()


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


# --- Refunding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("provider", "way"),
    [("bank_transfer", "by hand: send it from the shop"), ("demo", "no money moves")],
)
def test_refund__the_question_says_what_happens(manager: Client, provider: str, way: str) -> None:
    order = paid(provider)

    html = manager.get(reverse("orders:action", args=[order.pk, "refund"])).content.decode()

    assert "£28.00" in html
    assert way in html
    assert 'name="restock"' in html
    assert status(order) == "paid"
    assert not Refund.objects.exists()


@pytest.mark.parametrize(("was_sent", "ticked"), [(False, True), (True, False)])
def test_refund__restock_by_default_unless_it_was_sent(
    manager: Client, order: Order, was_sent: bool, ticked: bool
) -> None:
    if was_sent:
        act(manager, order, "sent")

    response = manager.get(reverse("orders:action", args=[order.pk, "refund"]))

    assert bool(response.context["form"]["restock"].value()) is ticked


def test_refund__of_a_transfer_by_hand(manager: Client, order: Order) -> None:
    html = give_back(manager, order, restock="on", note="Torn").content.decode()

    refund = Refund.objects.get()
    assert f"The money of order {order.number} goes back" in html
    assert "to be done by hand" in html
    assert "do not send it" in html
    assert (refund.amount, refund.note) == (TOTAL, "Torn")
    assert refund.actor == User.objects.get(email="manager@example.com")
    assert Sku.objects.get().on_hand == 10
    assert status(order) == "paid"

    html = step(manager, refund, "made").content.decode()

    assert "The customer gets an e-mail" in html
    assert status(order) == "refunded"
    assert OrderEmail.objects.filter(kind="refunded").count() == 1


def test_refund__pressed_twice(manager: Client, order: Order) -> None:
    give_back(manager, order, restock="on")
    html = give_back(manager, order, restock="on").content.decode()

    assert "Nothing was refunded" in html
    assert Refund.objects.count() == 1
    assert Sku.objects.get().on_hand == 10


@pytest.mark.parametrize("expected", ["27.00", "28.01", "0", "-28.00"])
def test_refund__not_what_was_shown(manager: Client, order: Order, expected: str) -> None:
    html = give_back(manager, order, expected=expected).content.decode()

    assert "Nothing was refunded" in html
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    "data", [{"expected": "lots"}, {"expected": ""}, {"note": "x" * 201}, {"expected": "NaN"}]
)
def test_refund__nonsense_is_refused(manager: Client, order: Order, data: dict[str, str]) -> None:
    assert give_back(manager, order, **data).status_code == 422
    assert not Refund.objects.exists()


def test_refund__packers_may_not(packer: Client, order: Order) -> None:
    refund = refunding.refund_in_full(order, TOTAL, restock=False)[0]
    was = list(Refund.objects.values())

    give_back(packer, order)
    step(packer, refund, "made")
    step(packer, refund, "again")

    assert list(Refund.objects.values()) == was
    assert status(order) == "paid"
    html = inspect(packer, order)
    assert "to be done by hand" in html
    assert "I have sent the money" not in html
    assert "Refund in full" not in html


def test_refused__visible_with_a_way_on(manager: Client) -> None:
    order = paid("demo")
    [refund] = refunding.refund_in_full(order, TOTAL, restock=False)
    Refund.objects.update(last_error="insufficient_funds")

    html = inspect(manager, order)
    for words in ("refused", "insufficient_funds", "Try again", "I have sent the money"):
        assert words in html
    assert "The payment service is asked again" in step(manager, refund, "again").content.decode()

    again = Refund.objects.get()
    assert (again.last_error, again.attempt) == ("", 2)
    assert "moved on" in step(manager, refund, "again").content.decode()


def test_refund__unknown_addresses(manager: Client, order: Order) -> None:
    [refund] = refunding.refund_in_full(order, TOTAL, restock=False)
    other = make_order({"WAVES": 1})

    for address in (
        reverse("orders:refund", args=[order.pk, refund.pk, "eat"]),
        reverse("orders:refund", args=[other.pk, refund.pk, "made"]),
        reverse("orders:refund", args=[order.pk, 999, "made"]),
        reverse("orders:shipment", args=[order.pk, 999]),
    ):
        assert manager.post(address).status_code == 404
    assert Refund.objects.get().made_at is None


# --- Sending -------------------------------------------------------------------------------------


def test_send__with_tracking(packer: Client, order: Order) -> None:
    act(packer, order, "sent", carrier="royal_mail", number="ab 1234 5678 9gb")

    shipment = Shipment.objects.get()
    assert (shipment.carrier, shipment.number) == ("royal_mail", "ab123456789gb")
    html = inspect(packer, order)
    assert "ab123456789gb" in html
    assert "Royal Mail" in html
    assert packer.get(order.get_absolute_url()).content.decode().count(shipment.tracking_url) == 1


@pytest.mark.parametrize(
    ("data", "error"),
    [
        pytest.param({"url": "javascript:alert(1)"}, "Enter a valid URL", id="script"),
        pytest.param({"url": "ftp://example.com/x"}, "Enter a valid URL", id="ftp"),
        pytest.param({"number": "<b>1</b>"}, "Use letters, digits", id="markup"),
        pytest.param({"number": "=1+1"}, "Use letters, digits", id="formula"),
        pytest.param({"number": "1" * 65}, "at most 64", id="long"),
        pytest.param({"carrier": "other"}, "Which carrier is it?", id="which"),
        pytest.param({"carrier": "pigeon"}, "Select a valid choice", id="unknown"),
        pytest.param(
            {"carrier": "dhl", "carrier_name": "Bob"}, "Leave this empty", id="two carriers"
        ),
    ],
)
def test_send__bad_input_changes_nothing(
    packer: Client, order: Order, data: dict[str, str], error: str
) -> None:
    response = act(packer, order, "sent", **data)

    assert response.status_code == 422
    assert error in response.content.decode()
    assert status(order) == "paid"
    assert not Shipment.objects.exists()


def test_send__a_name_is_another_carrier(packer: Client, order: Order) -> None:
    act(packer, order, "sent", carrier_name="Bike Bob")

    assert Shipment.objects.get().carrier_label == "Bike Bob"


def test_send__not_while_the_money_goes_back(packer: Client, order: Order) -> None:
    refunding.refund_in_full(order, TOTAL, restock=True)

    html = act(packer, order, "sent").content.decode()

    assert "it must not be sent" in html
    assert status(order) == "paid"
    assert "Mark as sent" not in inspect(packer, order)


@pytest.mark.parametrize(("tell", "editions"), [("", [1]), ("on", [1, 2])])
def test_correct_tracking(packer: Client, order: Order, tell: str, editions: list[int]) -> None:
    act(packer, order, "sent", carrier="dhl", number="1")
    OrderEmail.objects.update(attempts=1)
    address = reverse("orders:shipment", args=[order.pk, Shipment.objects.get().pk])
    assert packer.get(address).context["form"]["number"].value() == "1"

    data = {"carrier": "dhl", "number": "2"} | ({"tell": tell} if tell else {})
    packer.post(address, data)

    assert Shipment.objects.get().number == "2"
    mails = order.emails.filter(kind="sent").order_by("edition")
    assert list(mails.values_list("edition", flat=True)) == editions
    assert "Tracking changed" in inspect(packer, order)


def test_shopper__sees_what_went_back(manager: Client, order: Order) -> None:
    give_back(manager, order)
    page = manager.get(order.get_absolute_url()).content.decode()
    assert "On its way back" in page
    assert "We do not send this order" in page
    assert "Packing" not in page
    assert "£28.00" in page

    step(manager, Refund.objects.get(), "made")
    page = manager.get(order.get_absolute_url()).content.decode()
    assert "Sent back on" in page
    assert 'data-order-status="refunded"' in page
