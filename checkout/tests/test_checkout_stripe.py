"""The way from the checkout to Stripe, and what happens where that does not answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stripe
from django.test import Client
from pytest_django import Settings

from checkout.models import Order, PaymentStatus
from checkout.payments import stripe as gateway
from checkout.tests.counter import (
    URL,
    form_of,
    order_now,
    product,
    put_in_basket,
    said,
    shopper,
)
from checkout.tests.factories import make_method
from products.models import ProductPage
from products.tests.factories import make_product
from tests.stripe_stand_in import StandIn

__all__ = ["product", "shopper"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        yield stand_in
    gateway._client.cache_clear()


def test_stripe__sent_to_pay(shopper: Client, stripe_api: StandIn) -> None:
    response = order_now(shopper, payment="stripe")

    [session] = stripe_api.sessions.values()
    assert response["Location"] == session["url"]
    assert (session["amount_total"], session["currency"]) == (2800, "gbp")


def test_stripe__down_the_order_stands(shopper: Client, stripe_api: StandIn) -> None:
    stripe_api.fail_next(2, status=500)

    response = order_now(shopper, payment="stripe")

    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert order.payments.get().status == PaymentStatus.CREATED
    page = shopper.get(response["Location"])
    assert any("safe" in message for message in said(page))
    assert 'data-order-status="pending"' in page.content.decode()

    again = shopper.post(f"/checkout/{order.token}/pay/")

    [session] = stripe_api.sessions.values()
    assert again["Location"] == session["url"]
    assert Order.objects.count() == 1


def test_stripe__double_submit_one_session(shopper: Client, stripe_api: StandIn) -> None:
    filled = form_of(shopper, payment="stripe")

    answers = {shopper.post(URL, filled)["Location"] for _ in range(3)}

    [session] = stripe_api.sessions.values()
    assert answers == {session["url"]}


@pytest.mark.parametrize(
    ("price", "provider", "status"),
    [
        pytest.param("0.29", "stripe", 422, id="below Stripe's least"),
        pytest.param("0.30", "stripe", 302, id="the least"),
        pytest.param("0.01", "bank_transfer", 302, id="a bank takes a penny"),
    ],
)
def test_stripe__minimum(
    client: Client,
    product: ProductPage,
    stripe_api: StandIn,
    price: str,
    provider: str,
    status: int,
) -> None:
    free = make_method("By hand", "0")
    put_in_basket(client, make_product(sku="STAMP", price=price), 1)

    response = order_now(client, payment=provider, method=str(free.pk), seen_total=None)

    assert response.status_code == status
    assert Order.objects.exists() == (status == 302)
    if status == 422:
        [message] = response.context["form"].errors["payment"]  # type: ignore[attr-defined]
        assert "£0.30" in message
        assert stripe_api.requests == []


@pytest.mark.parametrize(
    ("price", "provider", "status"),
    [
        pytest.param("2.505", "stripe", 422, id="Stripe wants nought fils at the end"),
        pytest.param("2.510", "stripe", 302, id="ten fils"),
        pytest.param("2.505", "bank_transfer", 302, id="a bank takes five"),
    ],
)
def test_stripe__what_it_cannot_charge_exactly(
    client: Client,
    product: ProductPage,
    stripe_api: StandIn,
    settings: Settings,
    price: str,
    provider: str,
    status: int,
) -> None:
    """Kuwaiti dinars have three decimals. Nothing is rounded: another way is asked for."""
    settings.SHOP_CURRENCY = "KWD"
    free = make_method("By hand", "0")
    put_in_basket(client, make_product(sku="STAMP", price=price), 1)

    response = order_now(client, payment=provider, method=str(free.pk), seen_total=None)

    assert response.status_code == status
    if status == 422:
        [message] = response.context["form"].errors["payment"]  # type: ignore[attr-defined]
        assert "2.505" in message
        assert not Order.objects.exists()
        assert stripe_api.requests == []
