"""A shopper at the counter: a basket with something in it, a form to fill in, a button to press."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from checkout.forms import CheckoutForm
from checkout.models import Order
from checkout.status import OrderStatus
from checkout.tests.factories import make_method
from content.tests.factories import set_up_shop
from products.models import ProductPage, Sku
from products.tests.factories import make_product

URL = "/checkout/"
S = OrderStatus
LONDON = {
    "delivery_country": "GB",
    "delivery_name": "Ada Lovelace",
    "delivery_company": "",
    "delivery_line1": "12 St James's Square",
    "delivery_line2": "",
    "delivery_postcode": "SW1Y 4JH",
    "delivery_city": "London",
}
BOSTON = LONDON | {
    "delivery_country": "US",
    "delivery_postcode": "02108",
    "delivery_city": "Boston",
    "delivery_region": "MA",
}


@pytest.fixture
def product(settings: Settings) -> ProductPage:
    """“Waves” at 12.00, ten on hand; delivered for 4.00; demo payments and bank transfer."""
    settings.DEBUG = True
    set_up_shop(bank_iban="GB29 NWBK")
    make_method("Standard", "4.00")
    return make_product("Waves", sku="WAVES", price="12.00")


@pytest.fixture
def shopper(client: Client, product: ProductPage) -> Client:
    """With two in the basket."""
    put_in_basket(client, product, 2)
    return client


def put_in_basket(client: Client, product: ProductPage, quantity: int) -> None:
    response = client.post(f"/basket/add/{product.pk}/", {"quantity": quantity})
    assert response.status_code == 302


def form_of(client: Client, **changes: Any) -> dict[str, Any]:
    """The form as the page has it, filled in; None leaves a field out."""
    page = client.get(URL)
    assert page.status_code == 200
    form: CheckoutForm = page.context["form"]
    filled = {
        "key": str(form["key"].value()),
        "seen_total": page.context["seen_total"],
        "email": "ada@example.com",
        "phone": "",
        "note": "",
        "billing_same": "on",
        "method": str(form["method"].value()),
        "payment": "bank_transfer",
        **LONDON,
        **changes,
    }
    return {name: value for name, value in filled.items() if value is not None}


def order_now(client: Client, **changes: Any) -> HttpResponse:
    response: HttpResponse = client.post(URL, form_of(client, **changes))  # type: ignore[assignment]
    return response


def basket_of(client: Client) -> dict[str, int]:
    lines = client.session.get("basket", {}).get("lines", {})
    return {code: line["quantity"] for code, line in lines.items()}


def nothing_ordered() -> bool:
    return not Order.objects.exists() and not Sku.objects.filter(reserved__gt=0).exists()


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]
