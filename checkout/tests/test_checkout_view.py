"""The checkout as shoppers walk it: from the basket to an order, without a browser."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout.models import Order, OrderEmail
from checkout.status import OrderStatus
from checkout.tests.counter import (
    BOSTON,
    URL,
    S,
    basket_of,
    form_of,
    nothing_ordered,
    order_now,
    product,
    put_in_basket,
    shopper,
)
from checkout.tests.factories import make_method, make_order
from products.models import ProductPage, Sku
from products.tests.factories import make_product

__all__ = ["product", "shopper"]  # fixtures
pytestmark = pytest.mark.django_db


# --- The way through -----------------------------------------------------------------------------


def test_bank_transfer__guest(shopper: Client) -> None:
    response = order_now(shopper, note="Ring twice", phone="020 7946 0000")

    order = Order.objects.get()
    assert response.status_code == 302
    assert response["Location"] == order.get_absolute_url()
    assert (order.status, order.user, order.email) == (S.PENDING, None, "ada@example.com")
    assert (order.total, order.note, order.phone) == (Decimal(28), "Ring twice", "020 7946 0000")
    assert order.payment_provider == "bank_transfer"
    assert order.delivery_address.as_dict() == order.billing_address.as_dict()
    assert order.delivery_address.city == "London"
    assert basket_of(shopper) == {}
    assert Sku.objects.get().reserved == 2
    assert OrderEmail.objects.get().kind == "received"

    page = shopper.get(response["Location"])
    assert page.status_code == 200
    assert 'data-order-status="pending"' in page.content.decode()
    assert "GB29 NWBK" in page.content.decode()


def test_demo__guest_pays(shopper: Client) -> None:
    response = order_now(shopper, payment="demo")
    order = Order.objects.get()
    assert response["Location"] == f"/checkout/{order.token}/demo/"

    page = shopper.get(response["Location"])
    assert page.status_code == 200
    assert "demonstration" in page.content.decode().lower()
    paid = shopper.post(response["Location"], {"outcome": "pay"}, follow=True)

    html = paid.content.decode()
    order.refresh_from_db()
    assert order.status == S.PAID
    assert 'data-order-status="paid"' in html
    assert f"Invoice number: {order.invoice.number}" in html
    assert f'href="/checkout/{order.token}/{order.invoice.number}.pdf"' in html
    assert (Sku.objects.get().on_hand, Sku.objects.get().reserved) == (8, 0)


@pytest.mark.parametrize(
    ("outcome", "status", "shown"),
    [
        pytest.param("fail", S.FAILED, "failed", id="fails"),
        pytest.param("abandon", S.PENDING, "pending", id="left"),
        pytest.param("nonsense", S.PENDING, "pending", id="something else"),
    ],
)
def test_demo__does_not_pay(shopper: Client, outcome: str, status: OrderStatus, shown: str) -> None:
    where = order_now(shopper, payment="demo")["Location"]

    page = shopper.post(where, {"outcome": outcome}, follow=True)

    assert Order.objects.get().status == status
    assert f'data-order-status="{shown}"' in page.content.decode()


def test_demo__only_while_developing(shopper: Client, settings: Settings) -> None:
    where = order_now(shopper, payment="demo")["Location"]
    settings.DEBUG = False

    assert shopper.get(where).status_code == 404
    assert shopper.post(where, {"outcome": "pay"}).status_code == 404
    assert Order.objects.get().status == S.PENDING


def test_demo__cannot_be_asked_for_in_production(shopper: Client, settings: Settings) -> None:
    filled = form_of(shopper, payment="demo")
    settings.DEBUG = False

    response = shopper.post(URL, filled)

    assert response.status_code == 422
    assert "payment" in response.context["form"].errors
    assert nothing_ordered()


def test_demo__not_for_an_order_that_pays_otherwise(shopper: Client) -> None:
    order_now(shopper)
    order = Order.objects.get()

    response = shopper.post(f"/checkout/{order.token}/demo/", {"outcome": "pay"})

    assert response.status_code == 404
    assert Order.objects.get().status == S.PENDING


def test_account__the_order_is_its_own(client: Client, product: ProductPage) -> None:
    user = make_user("grace@example.com", first_name="Grace", last_name="Hopper")
    client.force_login(user)
    put_in_basket(client, product, 2)
    page = client.get(URL)
    form = page.context["form"]
    assert (form["email"].value(), form["delivery_name"].value()) == (
        "grace@example.com",
        "Grace Hopper",
    )

    order_now(client)

    assert Order.objects.get().user == user


def test_free__no_provider_is_asked(shopper: Client, product: ProductPage) -> None:
    Coupon.objects.create(code="GIFT", value=Decimal(100))
    shopper.post("/basket/coupon/", {"code": "gift"})
    free = make_method("By hand", "0")

    response = order_now(shopper, method=str(free.pk), seen_total=None)

    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert (order.status, order.total, order.payments.count()) == (S.PAID, 0, 0)


def test_billing__another_address(shopper: Client) -> None:
    billing = {name.replace("delivery", "billing"): value for name, value in BOSTON.items()}

    order_now(shopper, billing_same=None, **billing | {"billing_name": "Bower Inc"})

    order = Order.objects.get()
    assert order.delivery_address.country == "GB"
    assert order.billing_address.as_dict() | {} == {
        "name": "Bower Inc",
        "company": "",
        "line1": "12 St James's Square",
        "line2": "",
        "city": "Boston",
        "region": "MA",
        "postcode": "02108",
        "country": "US",
    }


def test_page__is_never_kept(shopper: Client) -> None:
    response = shopper.get(URL)

    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_page__other_methods(shopper: Client, method: str) -> None:
    assert getattr(shopper, method)(URL).status_code == 405


# --- Nothing to buy ------------------------------------------------------------------------------


def test_empty_basket__back_to_it(client: Client, product: ProductPage) -> None:
    for response in (client.get(URL), client.post(URL, {"email": "x"})):
        assert (response.status_code, response["Location"]) == (302, "/basket/")
    assert nothing_ordered()


def test_back_button__after_placing(shopper: Client) -> None:
    """The form is gone with the basket; who comes back is shown the order that waits."""
    stale = form_of(shopper)
    shopper.post(URL, stale)
    order = Order.objects.get()

    response = shopper.get(URL)

    assert response["Location"] == order.get_absolute_url()
    assert Order.objects.count() == 1


def test_back_button__then_another_order(shopper: Client, product: ProductPage) -> None:
    first = form_of(shopper)
    shopper.post(URL, first)
    put_in_basket(shopper, product, 1)

    order_now(shopper)
    shopper.post(URL, first)

    assert Order.objects.count() == 2
    assert Sku.objects.get().reserved == 3


# --- Once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("payment", ["bank_transfer", "demo"])
def test_double_submit__one_order(shopper: Client, payment: str) -> None:
    filled = form_of(shopper, payment=payment)

    answers = [shopper.post(URL, filled) for _ in range(3)]

    order = Order.objects.get()
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert order.payments.count() == 1
    assert Sku.objects.get().reserved == 2
    assert order.emails.count() == (1 if payment == "bank_transfer" else 0)


def test_double_submit__after_it_was_cancelled(shopper: Client) -> None:
    filled = form_of(shopper)
    shopper.post(URL, filled)
    order = Order.objects.get()
    shopper.post(f"/checkout/{order.token}/cancel/")

    response = shopper.post(URL, filled)

    assert response["Location"] == order.get_absolute_url()
    assert Order.objects.get().status == S.CANCELLED
    assert Sku.objects.get().reserved == 0


@pytest.mark.parametrize("key", ["", "x", "\x00", "0" * 5000, "{}"])
def test_key__bad_one(shopper: Client, key: str) -> None:
    response = order_now(shopper, key=key)

    assert response.status_code == 422
    assert nothing_ordered()


# --- Cost ----------------------------------------------------------------------------------------


def test_form__queries_do_not_grow_with_the_basket(
    client: Client, product: ProductPage, django_assert_max_num_queries: Any
) -> None:
    put_in_basket(client, product, 1)
    client.get(URL)
    for number in range(4):
        put_in_basket(client, make_product(sku=f"MORE-{number}"), 1)

    with django_assert_max_num_queries(30):
        assert client.get(URL).status_code == 200


def test_order__of_another_form_is_not_found_by_guessing(shopper: Client) -> None:
    make_order({"WAVES": 1})

    response = order_now(shopper, key=str(uuid.uuid4()))

    assert response.status_code == 302
    assert Order.objects.count() == 2
