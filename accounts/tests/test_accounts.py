from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.tests.factories import PASSWORD, make_user
from checkout.status import OrderStatus
from checkout.tests.factories import advance, make_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


# --- The user -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given", ["Ada@Example.COM", "ada@example.com", "ADA@EXAMPLE.COM"], ids=["mixed", "low", "high"]
)
def test_user__address_is_kept_in_small_letters(given: str) -> None:
    assert User.objects.create_user(given, PASSWORD).email == "ada@example.com"


def test_user__same_address_in_other_capitals_is_refused_by_the_database() -> None:
    make_user("ada@example.com")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="ADA@example.com")
    assert User.objects.count() == 1


def test_user__same_address_in_other_capitals_is_refused_by_forms() -> None:
    make_user("ada@example.com")
    with pytest.raises(ValidationError) as refusal:
        User(email="ADA@example.com", password="x").full_clean()
    assert "There is a user with this e-mail address." in refusal.value.messages or (
        "email" in refusal.value.message_dict
    )


def test_user__without_an_address_is_refused() -> None:
    with pytest.raises(ValueError, match="needs an e-mail address"):
        User.objects.create_user("", PASSWORD)


def test_user__is_not_staff_unless_made_so() -> None:
    shopper = make_user("ada@example.com")
    assert (shopper.is_staff, shopper.is_superuser, shopper.is_active) == (False, False, True)
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    assert (root.is_staff, root.is_superuser) == (True, True)


@pytest.mark.parametrize(
    ("names", "full", "short"),
    [
        pytest.param({}, "", "ada@example.com", id="no name"),
        pytest.param({"first_name": "Ada"}, "Ada", "Ada", id="first name"),
        pytest.param(
            {"first_name": "Ada", "last_name": "Lovelace"}, "Ada Lovelace", "Ada", id="both"
        ),
        pytest.param({"last_name": "Lovelace"}, "Lovelace", "ada@example.com", id="last name"),
    ],
)
def test_user__is_named(names: dict[str, str], full: str, short: str) -> None:
    user = User(email="ada@example.com", **names)
    assert (user.get_full_name(), user.get_short_name()) == (full, short)
    assert str(user) == (full or "ada@example.com")


# --- The account page -----------------------------------------------------------------------


@pytest.fixture
def ada() -> User:
    make_product(sku="FLOW", on_hand=100)
    return make_user("ada@example.com")


def numbers_shown(client: Client, page: int = 1) -> list[str]:
    response = client.get(reverse("account_home"), {"page": page})
    assert response.status_code == 200
    return [order.number for order in response.context["orders"]]


def test_account__asks_a_visitor_to_sign_in(client: Client) -> None:
    response = client.get(reverse("account_home"))
    assert response.status_code == 302
    assert response.headers["Location"] == "/account/login/?next=/account/"


def test_account__lists_own_orders_the_newest_first(client: Client, ada: User) -> None:
    first, second = make_order({"FLOW": 1}, user=ada), make_order({"FLOW": 2}, user=ada)
    client.force_login(ada)
    assert numbers_shown(client) == [second.number, first.number]
    body = client.get(reverse("account_home")).content.decode()
    assert f'href="{first.get_absolute_url()}"' in body
    assert body.count("<h1") == 1


def test_account__never_lists_somebody_else_s(client: Client, ada: User) -> None:
    ben = make_user("ben@example.com")
    theirs = make_order({"FLOW": 1}, user=ben, email="ben@example.com")
    # Written on the form only: who types an address has not proved that it is theirs.
    by_address = make_order({"FLOW": 1}, email="ada@example.com")
    client.force_login(ada)
    assert numbers_shown(client) == []
    body = client.get(reverse("account_home")).content.decode()
    for order in (theirs, by_address):
        assert order.number not in body
        assert order.token not in body


def test_account__shows_orders_of_every_status(client: Client, ada: User) -> None:
    order = make_order({"FLOW": 1}, user=ada)
    client.force_login(ada)
    for status in (OrderStatus.PAID, OrderStatus.SENT):
        advance(order, status)
        assert numbers_shown(client) == [order.number]


def test_account__turns_pages(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.views.ORDERS_A_PAGE", 2)
    orders = [make_order({"FLOW": 1}, user=ada).number for _ in range(3)]
    client.force_login(ada)
    assert numbers_shown(client) == [orders[2], orders[1]]
    assert numbers_shown(client, page=2) == [orders[0]]
    assert client.get(reverse("account_home"), {"page": "abc"}).status_code == 200


def test_account__is_never_stored_by_a_cache(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert "no-store" in client.get(reverse("account_home")).headers["Cache-Control"]


def test_account__only_shows(client: Client, ada: User) -> None:
    client.force_login(ada)
    assert client.post(reverse("account_home")).status_code == 405


def test_order__stays_when_the_account_is_deleted(client: Client, ada: User) -> None:
    order = make_order({"FLOW": 1}, user=ada)
    ada.delete()
    order.refresh_from_db()
    assert (order.user, order.email) == (None, "ada@example.com")
