"""A reader who buys nothing gets no cookie and costs no query; every page keeps to its budget.

The numbers are measured, with what a process remembers warmed up by a first request. They may
fall; what makes one rise needs a reason.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Locale

from basket import context_processors
from basket.tests.factories import add, quantities, update
from content.tests.factories import make_picture
from home.models import HomePage
from products.models import ProductPage, ProductPicture
from products.tests.factories import make_category, make_option, make_product, make_variant

pytestmark = pytest.mark.django_db


def make_shelf(how_many: int) -> list[ProductPage]:
    """Products with two sizes and two pictures each, in a category of the menu."""
    category = make_category("Prints")
    front, back = make_picture("Front"), make_picture("Back")
    a4, a3 = make_option("Size", "A4", "A3")
    return [
        make_product(
            f"Print {n}",
            category=category,
            variants=[
                make_variant(f"P{n}-A4", "14.00", a4, sort_order=0),
                make_variant(f"P{n}-A3", "24.00", a3, sort_order=1),
            ],
            gallery=[
                ProductPicture(picture=front, sort_order=0),
                ProductPicture(picture=back, sort_order=1),
            ],
        )
        for n in range(how_many)
    ]


@pytest.fixture
def shelf() -> list[ProductPage]:
    return make_shelf(7)


@pytest.fixture
def full_shelf() -> list[ProductPage]:
    """As many as a category shows at once."""
    return make_shelf(24)


def queries_of(request: Callable[[], Any]) -> int:
    """Without the savepoints, which are a test's: a shop's transaction begins and commits once."""
    with CaptureQueriesContext(connection) as queries:
        response = request()
    assert response.status_code in (200, 302), response.status_code
    return sum("SAVEPOINT" not in query["sql"] for query in queries)


# --- Who has no basket ----------------------------------------------------------------------


def test_context_processor__is_lazy(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    request = RequestFactory().get("/")
    request.session = SessionStore()
    request.user = AnonymousUser()
    with django_assert_num_queries(0):
        basket = context_processors.basket(request)["basket"]
        assert (basket.count, basket.total, bool(basket), list(basket.lines)) == (0, 0, False, [])
    assert not request.session.accessed
    assert not request.session.modified


def test_context_processor__of_a_shopper_costs_nothing_until_a_template_asks(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    (page,) = make_shelf(1)
    add(client, page, 2, sku="P0-A3")
    request = RequestFactory().get("/")
    request.COOKIES["sessionid"] = client.cookies["sessionid"].value
    request.session = client.session
    with django_assert_num_queries(0):
        basket = context_processors.basket(request)["basket"]
    assert (basket.count, basket.total) == (2, Decimal("48.00"))
    with django_assert_num_queries(0):  # computed once a request
        again = context_processors.basket(request)["basket"]
        assert again.count == 2


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/prints/",
        "/prints/print-0/",
        "/search/?q=print",
        "/basket/",
        "/account/login/",
        "/nowhere/",
    ],
)
def test_reader__gets_no_cookie_and_no_session(client: Client, path: str) -> None:
    make_shelf(1)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path)
    assert response.status_code == (404 if path == "/nowhere/" else 200)
    assert response.cookies == {}
    assert "Set-Cookie" not in response.headers
    statements = " ".join(query["sql"] for query in queries)
    assert "django_session" not in statements
    assert "basket_" not in statements
    assert "accounts_user" not in statements


def test_reader__with_a_stranger_s_cookie_is_served_all_the_same(client: Client) -> None:
    make_shelf(1)
    client.cookies["sessionid"] = "no-such-session"
    response = client.get("/prints/")
    assert response.status_code == 200
    assert quantities(client) == {}


# --- Budgets --------------------------------------------------------------------------------


def test_budget__front_page(client: Client, shelf: list[ProductPage]) -> None:
    home = HomePage.objects.get(depth=2)
    home.body = [("newest", {"heading": "New", "how_many": 8})]
    home.save_revision().publish()
    client.get("/")
    assert queries_of(lambda: client.get("/")) <= 17


def test_budget__category_of_24(client: Client, full_shelf: list[ProductPage]) -> None:
    client.get("/prints/")
    assert queries_of(lambda: client.get("/prints/")) <= 23


def test_budget__category_of_24_translations(client: Client, full_shelf: list[ProductPage]) -> None:
    german = Locale.objects.create(language_code="de")
    for page in full_shelf:
        page.copy_for_translation(german, copy_parents=True).save_revision().publish()
    with translation.override("de"):
        path = ProductPage.objects.filter(locale=german)[0].get_parent().get_url()
    client.get(path)
    assert queries_of(lambda: client.get(path)) <= 32


def test_budget__product(client: Client, shelf: list[ProductPage]) -> None:
    path = shelf[3].get_url()
    client.get(path)
    assert queries_of(lambda: client.get(path)) <= 25


def test_budget__search(client: Client, full_shelf: list[ProductPage]) -> None:
    client.get("/search/?q=print")
    assert queries_of(lambda: client.get("/search/?q=print")) <= 17


@pytest.mark.parametrize("lines", [1, 5])
def test_budget__basket_whatever_the_number_of_lines(
    client: Client, shelf: list[ProductPage], lines: int
) -> None:
    for n in range(lines):
        add(client, shelf[n], 2, sku=f"P{n}-A3")
    client.get(reverse("basket:show"))
    assert queries_of(lambda: client.get(reverse("basket:show"))) <= 12


def test_budget__first_add(client: Client, shelf: list[ProductPage]) -> None:
    add(Client(), shelf[0], 1, sku="P0-A3")
    assert queries_of(lambda: add(client, shelf[0], 1, sku="P0-A3")) <= 3


def test_budget__add_to_a_basket_of_five(client: Client, shelf: list[ProductPage]) -> None:
    for n in range(5):
        add(client, shelf[n], 2, sku=f"P{n}-A3")
    assert queries_of(lambda: add(client, shelf[6], 1, sku="P6-A3")) <= 4


def test_budget__update(client: Client, shelf: list[ProductPage]) -> None:
    for n in range(5):
        add(client, shelf[n], 2, sku=f"P{n}-A3")
    assert queries_of(lambda: update(client, "P0-A3", 1)) <= 5
