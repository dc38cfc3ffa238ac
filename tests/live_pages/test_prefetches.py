"""What a browser fetches before a link is pressed: anybody's page, or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from bowerbird.speculation import is_no_page, no_pages
from products.models import ProductPage
from products.tests.factories import make_product
from tests.live_pages.conftest import Reader

pytestmark = pytest.mark.django_db
EARLY: dict[str, Any] = {"HTTP_SEC_PURPOSE": "prefetch"}
HEADER = "Speculation-Rules"


@pytest.fixture
def page() -> ProductPage:
    return make_product("Waves", sku="WAVES")


def test_rules__are_named_by_a_page_also_when_it_is_kept(reader: Reader, page: ProductPage) -> None:
    for what in ("miss", "hit"):
        response = reader.get(page.url)
        assert (reader.was, response.headers[HEADER]) == (what, '"/speculation-rules.json"')


@pytest.mark.parametrize("path", ["/basket/", "/account/login/", "/nowhere/", "/robots.txt"])
def test_rules__are_named_by_pages_only(client: Client, path: str) -> None:
    assert HEADER not in client.get(path).headers


def test_rules__leave_out_every_address_that_is_no_page_s(client: Client) -> None:
    response = client.get("/speculation-rules.json")
    assert response["Content-Type"] == "application/speculationrules+json"
    assert response["Cache-Control"] == "public, max-age=86400"
    (rule,) = response.json()["prefetch"]
    assert rule["eagerness"] == "moderate"
    left_out = rule["where"]["and"][1]["not"]["href_matches"]
    assert left_out == [f"{{/*}}?/{name}{{/*}}?" for name in sorted(no_pages())]
    private = {"account", "admin", "basket", "checkout", "documents", "search", "stock-alerts"}
    assert private | {"media", "static", "_util", "healthz"} <= no_pages()


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *(("/", False), ("/prints/waves/", False), ("/de/", False), ("/de/basketry/", False)),
        *(("/basket/", True), ("/de/basket/", True), ("/checkout/x/", True), ("/healthz", True)),
    ],
)
def test_address__is_a_page_s_or_not(path: str, expected: bool) -> None:
    assert is_no_page(path) is expected


def test_page__is_given_early_and_kept(reader: Reader, page: ProductPage) -> None:
    assert reader.get(page.url, **EARLY).status_code == 200
    reader.get(page.url)
    assert reader.was == "hit"
    assert not reader.client.cookies
    assert not Session.objects.exists()


@pytest.mark.parametrize("path", ["/basket/", "/checkout/", "/account/", "/search/?q=waves"])
def test_view_of_ours__is_refused_early_and_starts_nothing(client: Client, path: str) -> None:
    response = client.get(path, **EARLY)
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store")
    assert not client.cookies
    assert not Session.objects.exists()


def test_message_that_waits__is_not_used_up_early(
    client: Client, page: ProductPage, settings: Settings
) -> None:
    client.post(f"/basket/add/{page.pk}/", {"quantity": 1})
    waiting = client.cookies["messages"].value
    assert waiting
    assert client.get(page.url, **EARLY).status_code == 503
    assert client.cookies["messages"].value == waiting
    assert "Waves" in client.get(page.url).text
    assert not client.cookies["messages"].value
