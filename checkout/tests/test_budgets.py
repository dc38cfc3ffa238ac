"""The way from the basket to the thank-you page, with three things in it: queries of each step.

Transactions are not counted: a test has savepoints where a shop begins and commits. Sessions come
from the database here, so each step has one query more than in a shop with Redis.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from checkout.models import EmailKind, Order, OrderEmail
from checkout.tests.counter import LONDON, URL
from checkout.tests.factories import make_method
from content.live_pages.backing import the_backing
from content.live_pages.kept import kept_pages
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def walk(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Any]]:
    """From the basket to the order's page; the number of queries of each step."""
    settings.DEBUG = True
    settings.LIVE_PAGES = "memory"  # so that what is on every page is kept, as with Redis
    forget_backing()
    # What follows a payment is a worker's, here and in a shop.
    monkeypatch.setattr("checkout.emails.send", lambda email_id: False)
    monkeypatch.setattr("checkout.tasks.render_invoice.delay_on_commit", lambda pk: None)
    set_up_shop(bank_iban="GB29 NWBK")
    make_method("Standard", "4.00", countries=["GB"])
    make_method("Elsewhere", "9.00")
    codes = ("WAVES", "TIDES", "FOAM")
    products = [make_product(sku=code, price="12.00", on_hand=100) for code in codes]

    def go(payment: str = "demo") -> dict[str, int]:
        for product in products:
            client.post(f"/basket/add/{product.pk}/", {"quantity": 1})
        steps: dict[str, int] = {}

        def step(name: str, request: Callable[[], Any], status: int) -> Any:
            with CaptureQueriesContext(connection) as queries:
                response = request()
            assert response.status_code == status, response.content
            steps[name] = sum("SAVEPOINT" not in query["sql"] for query in queries)
            return response

        step("basket", lambda: client.get("/basket/"), 200)
        page = step("form", lambda: client.get(URL), 200)
        form = page.context["form"]
        filled = LONDON | {
            "key": str(form["key"].value()),
            "seen_total": page.context["seen_total"],
            "email": "ada@example.com",
            "billing_same": "on",
            "method": form["method"].value(),
            "payment": payment,
        }
        placed = step("place", lambda: client.post(URL, filled), 302)
        if payment == "bank_transfer":
            step("order page", lambda: client.get(placed.url), 200)
            return steps
        step("payment page", lambda: client.get(placed.url), 200)
        paid = step("pay", lambda: client.post(placed.url, {"outcome": "pay"}), 302)
        step("order page", lambda: client.get(paid.url), 200)
        return steps

    yield go
    forget_backing()


def forget_backing() -> None:
    the_backing.cache_clear()
    kept_pages.cache_clear()


def test_walk__queries(walk: Callable[[], dict[str, int]]) -> None:
    walk()  # warms what is kept for the life of a process

    took = walk()

    assert Order.objects.filter(status="paid").count() == 2
    budgets = {
        "basket": 2,
        "form": 2,
        "place": 16,
        "payment page": 3,
        "pay": 28,
        "order page": 13,
    }
    assert {name: n for name, n in took.items() if n > budgets[name]} == {}


def test_transfer__queries(walk: Callable[[str], dict[str, int]]) -> None:
    """With the e-mail that says where to pay."""
    walk("bank_transfer")

    took = walk("bank_transfer")

    assert took["place"] <= 24
    assert took["order page"] <= 6
    assert OrderEmail.objects.filter(kind=EmailKind.RECEIVED).count() == 2
