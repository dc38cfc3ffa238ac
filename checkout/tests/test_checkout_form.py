"""What the checkout's form refuses, and what it asks in each country."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from checkout.models import Order, ShippingZone
from checkout.tests.counter import (
    BOSTON,
    URL,
    basket_of,
    form_of,
    nothing_ordered,
    order_now,
    product,
    shopper,
)
from checkout.tests.factories import make_method

__all__ = ["product", "shopper"]  # fixtures
pytestmark = pytest.mark.django_db


# --- What the form refuses -----------------------------------------------------------------------

MISTAKES = [
    pytest.param({"email": ""}, ["email"], id="no e-mail"),
    pytest.param({"email": "ada"}, ["email"], id="no e-mail address"),
    pytest.param({"email": "a@b.c\x00"}, ["email"], id="NUL in the e-mail"),
    pytest.param({"email": "ada@example.com\nBcc: x@y.z"}, ["email"], id="a header in the e-mail"),
    pytest.param({"delivery_name": ""}, ["delivery_name"], id="nobody"),
    pytest.param({"delivery_name": "   "}, ["delivery_name"], id="blank"),
    pytest.param({"delivery_name": "A\x00da"}, ["delivery_name"], id="NUL in the name"),
    pytest.param({"delivery_name": "A" * 121}, ["delivery_name"], id="long name"),
    pytest.param({"delivery_line1": "A" * 100_000}, ["delivery_line1"], id="huge street"),
    pytest.param({"delivery_line1": ""}, ["delivery_line1"], id="no street"),
    pytest.param({"delivery_city": ""}, ["delivery_city"], id="no town"),
    pytest.param({"delivery_postcode": ""}, ["delivery_postcode"], id="no postcode"),
    pytest.param({"delivery_postcode": "12345"}, ["delivery_postcode"], id="not British"),
    pytest.param({"delivery_country": "XX"}, ["delivery_country"], id="no country"),
    pytest.param({"delivery_country": None}, ["delivery_country"], id="country left out"),
    pytest.param({"note": "x" * 501}, ["note"], id="long note"),
    pytest.param({"note": "\x00"}, ["note"], id="NUL in the note"),
    pytest.param({"phone": "1" * 41}, ["phone"], id="long number"),
    pytest.param({"method": "999999"}, ["method"], id="no such method"),
    pytest.param({"method": None}, ["method"], id="no method"),
    pytest.param({"method": "\x00"}, ["method"], id="NUL for a method"),
    pytest.param({"payment": "cash"}, ["payment"], id="no such payment"),
    pytest.param({"payment": None}, ["payment"], id="no payment"),
    pytest.param({"seen_total": "9" * 40}, ["seen_total"], id="long total"),
    pytest.param(
        {"billing_same": None},
        ["billing_city", "billing_country", "billing_line1", "billing_name", "billing_postcode"],
        id="no billing address",
    ),
]


@pytest.mark.parametrize(("changes", "wrong"), MISTAKES)
def test_mistake__said_beside_the_field(
    shopper: Client, changes: dict[str, Any], wrong: list[str]
) -> None:
    response = order_now(shopper, **changes)

    form = response.context["form"]  # type: ignore[attr-defined]
    assert response.status_code == 422
    assert sorted(form.errors) == wrong
    html = response.content.decode()
    for name in wrong:
        if not form[name].is_hidden:
            assert f'id="id_{name}_error"' in html, name
    assert nothing_ordered()
    assert basket_of(shopper) == {"WAVES": 2}


def test_mistake__what_was_typed_stays(shopper: Client) -> None:
    filled = form_of(shopper, delivery_postcode="?", note="<b>Ring</b>", email="grace@example.com")

    response = shopper.post(URL, filled)

    html = response.content.decode()
    assert 'value="grace@example.com"' in html
    assert "&lt;b&gt;Ring&lt;/b&gt;" in html
    assert "<b>Ring</b>" not in html
    assert filled["key"] in html  # pressing again is still the same form


def test_country__not_served(shopper: Client) -> None:
    ShippingZone.objects.update(everywhere_else=False, countries="GB")

    response = order_now(shopper, **BOSTON)

    assert response.status_code == 422
    assert "delivery_country" in response.context["form"].errors  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_method__of_another_country(shopper: Client) -> None:
    abroad = make_method("To Germany", "9.00", countries=["DE"])

    response = order_now(shopper, method=str(abroad.pk))

    assert response.status_code == 422
    assert "method" in response.context["form"].errors  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_huge__body_is_refused(shopper: Client) -> None:
    response = shopper.post(URL, form_of(shopper) | {"note": "x" * 3_000_000})

    assert 400 <= response.status_code < 500
    assert nothing_ordered()


def test_price__of_the_browser_is_never_believed(shopper: Client) -> None:
    order_now(shopper, total="0.01", price="0.01", amount="0.01", seen_total=None)

    assert Order.objects.get().total == Decimal(28)


# --- Countries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "has", "has_not"),
    [
        pytest.param("GB", ["postcode", "city"], ["region"], id="United Kingdom"),
        pytest.param("US", ["postcode", "city", "region"], [], id="United States"),
        pytest.param("DE", ["postcode", "city"], ["region"], id="Germany"),
        pytest.param("AE", ["region"], ["postcode"], id="Emirates"),
    ],
)
def test_country__refresh_asks_what_it_needs(
    shopper: Client, country: str, has: list[str], has_not: list[str]
) -> None:
    typed = form_of(shopper) | {
        "delivery_country": country,
        "refresh": "country",
        "email": "not yet",
    }

    response = shopper.post(URL, typed)

    form = response.context["form"]
    assert response.status_code == 200
    assert not form.errors
    assert form["email"].value() == "not yet"
    assert form["key"].value() == typed["key"]
    for name in has:
        assert f"delivery_{name}" in form.fields
    for name in has_not:
        assert f"delivery_{name}" not in form.fields
    assert nothing_ordered()


def test_country__refresh_shows_its_methods_and_taxes(shopper: Client) -> None:
    make_method("To America", "15.00", countries=["US"])
    typed = form_of(shopper) | {"delivery_country": "US", "refresh": "country"}

    response = shopper.post(URL, typed)

    totals = response.context["totals"]
    assert [offer.method.name for offer in response.context["form"].offers] == ["To America"]
    assert (totals.total, totals.tax) == (Decimal("32.50"), 0)  # 24 and 15, less 20 % VAT
    assert response.context["seen_total"] == "32.50"


def test_country__united_states(shopper: Client) -> None:
    order_now(shopper, **BOSTON, seen_total="23.33")

    address = Order.objects.get().delivery_address
    assert (address.country, address.region, address.postcode) == ("US", "MA", "02108")
    assert Order.objects.get().tax == 0


@pytest.mark.parametrize("region", ["", "Massachusetts!", "XX"])
def test_country__united_states_without_a_state(shopper: Client, region: str) -> None:
    response = order_now(shopper, **BOSTON | {"delivery_region": region})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["delivery_region"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("flag", [None, "on"], ids=["asked", "same"])
def test_billing__refresh_keeps_the_tick(shopper: Client, flag: str | None) -> None:
    typed = form_of(shopper, billing_same=flag) | {"refresh": "billing"}

    form = shopper.post(URL, typed).context["form"]

    assert form.billing_is_asked() == (flag is None)
