"""The basket of a visitor and the one kept with their account become one at sign-in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user
from basket.contents import Contents
from basket.models import Coupon, SavedBasket
from basket.tests.factories import (
    MORNING,
    add,
    basket_of,
    contents_of,
    holding,
    messages_of,
    quantities,
    remove,
    use_coupon,
)
from products.models import ProductPage
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db

TOGETHER = "We put the basket of your last visit and this one together."


@pytest.fixture
def ada() -> User:
    return make_user("ada@example.com")


@pytest.fixture
def flow() -> ProductPage:
    return make_product("Flow", sku="FLOW", price="24.00", on_hand=50)


@pytest.fixture
def dune() -> ProductPage:
    return make_product("Dune", sku="DUNE", price="10.00", on_hand=50)


def sign_in(client: Client) -> list[str]:
    """Through the door that everybody uses; what was said."""
    response = client.post(
        reverse("account_login"), {"login": "ada@example.com", "password": PASSWORD}
    )
    assert response.status_code == 302
    assert client.session["_auth_user_id"]
    return messages_of(response)


def sign_out(client: Client) -> None:
    assert client.post(reverse("account_logout")).status_code == 302
    assert "_auth_user_id" not in client.session


def saved() -> dict[str, int]:
    contents = Contents.from_json(SavedBasket.objects.get().contents)
    return {code: line.quantity for code, line in contents.lines.items()}


def test_sign_in__without_any_basket_saves_none(client: Client, ada: User) -> None:
    assert TOGETHER not in sign_in(client)
    assert quantities(client) == {}
    assert not SavedBasket.objects.exists()


def test_sign_in__takes_the_visitor_s_basket_along(
    client: Client, ada: User, flow: ProductPage
) -> None:
    add(client, flow, 2)
    assert TOGETHER not in sign_in(client)  # nothing was put together
    assert quantities(client) == saved() == {"FLOW": 2}
    assert client.get(reverse("account_home")).status_code == 200


def test_sign_in__brings_the_saved_basket_to_the_next_device(
    client: Client, ada: User, flow: ProductPage
) -> None:
    sign_in(client)
    add(client, flow, 2)
    phone = Client()
    assert TOGETHER in sign_in(phone)
    assert quantities(phone) == {"FLOW": 2}
    assert basket_of(phone).total == Decimal("48.00")
    assert phone.get(reverse("account_home")).status_code == 200


@pytest.mark.parametrize(
    ("here", "there", "merged"), [(2, 3, 3), (3, 2, 3), (2, 2, 2)], ids=["more", "fewer", "same"]
)
def test_sign_in__the_larger_quantity_wins(
    client: Client, ada: User, flow: ProductPage, here: int, there: int, merged: int
) -> None:
    SavedBasket.objects.create(user=ada, contents=holding({"FLOW": (there, "24.00")}).to_json())
    add(client, flow, here)
    assert TOGETHER not in sign_in(client)
    assert quantities(client) == saved() == {"FLOW": merged}


def test_sign_in__different_things_stand_together(
    client: Client, ada: User, flow: ProductPage, dune: ProductPage
) -> None:
    SavedBasket.objects.create(user=ada, contents=holding({"DUNE": (1, "10.00")}).to_json())
    add(client, flow, 2)
    assert TOGETHER in sign_in(client)
    assert quantities(client) == saved() == {"FLOW": 2, "DUNE": 1}


def test_sign_in__twice_adds_nothing(client: Client, ada: User, flow: ProductPage) -> None:
    sign_in(client)
    add(client, flow, 2)
    sign_out(client)
    sign_in(client)
    sign_out(client)
    sign_in(client)
    assert quantities(client) == saved() == {"FLOW": 2}


@pytest.mark.parametrize(
    ("here", "there", "kept"),
    [
        pytest.param("SPRING", "", "SPRING", id="the visitor's"),
        pytest.param("", "AUTUMN", "AUTUMN", id="the account's"),
        pytest.param("SPRING", "AUTUMN", "SPRING", id="the visitor's before the account's"),
    ],
)
def test_sign_in__the_coupon_is_kept(
    client: Client, ada: User, flow: ProductPage, here: str, there: str, kept: str
) -> None:
    for code in ("SPRING", "AUTUMN"):
        Coupon.objects.create(code=code, value=Decimal(10))
    SavedBasket.objects.create(
        user=ada, contents=holding({"FLOW": (1, "24.00")}, coupon=there).to_json()
    )
    add(client, flow, 1)
    if here:
        use_coupon(client, here)
    sign_in(client)
    assert contents_of(client).coupon == kept
    assert basket_of(client).discount == Decimal("2.40")


def test_sign_in__a_saved_basket_of_another_shape_is_no_hindrance(
    client: Client, ada: User, flow: ProductPage
) -> None:
    SavedBasket.objects.create(user=ada, contents=["an older version's"])
    add(client, flow, 2)
    sign_in(client)
    assert saved() == {"FLOW": 2}


def test_sign_in__the_held_price_of_the_visit_is_kept(
    client: Client, ada: User, flow: ProductPage
) -> None:
    SavedBasket.objects.create(user=ada, contents=holding({"FLOW": (3, "20.00")}).to_json())
    add(client, flow, 1)
    sign_in(client)
    (line,) = contents_of(client).lines.values()
    assert (line.quantity, line.price) == (3, Decimal("24.00"))
    assert line.added_at != MORNING


def test_change__while_signed_in_is_saved_at_once(
    client: Client, ada: User, flow: ProductPage, dune: ProductPage
) -> None:
    sign_in(client)
    add(client, flow, 2)
    add(client, dune, 1)
    remove(client, "FLOW")
    assert saved() == {"DUNE": 1}
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_change__of_a_visitor_touches_no_account(
    client: Client, ada: User, flow: ProductPage
) -> None:
    SavedBasket.objects.create(user=ada, contents=holding({"FLOW": (1, "24.00")}).to_json())
    add(client, flow, 5)
    assert saved() == {"FLOW": 1}


def test_sign_out__leaves_no_basket_behind_and_keeps_the_saved_one(
    client: Client, ada: User, flow: ProductPage
) -> None:
    sign_in(client)
    add(client, flow, 2)
    sign_out(client)
    assert quantities(client) == {}
    assert saved() == {"FLOW": 2}


def test_sign_in__gives_a_new_session_key(client: Client, ada: User, flow: ProductPage) -> None:
    add(client, flow, 2)
    before = str(client.session.session_key)
    sign_in(client)
    assert client.session.session_key != before
    assert not client.session.exists(before)


def test_sign_in__of_somebody_else_does_not_get_the_basket(
    client: Client, ada: User, flow: ProductPage
) -> None:
    ben = make_user("ben@example.com")
    sign_in(client)
    add(client, flow, 2)
    client.force_login(ben)
    assert quantities(client) == {}
    assert list(SavedBasket.objects.values_list("user", flat=True)) == [ada.pk]
