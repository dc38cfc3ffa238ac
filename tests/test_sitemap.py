"""The sitemap of a shop of any size; which pages are in it: `test_site.py`."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from wagtail.models import Page, PageViewRestriction

from bowerbird import sitemap
from products.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of a shop that is too large for one list, in the order of the tree."""
    monkeypatch.setattr(sitemap, "A_LIST", 3)
    shelf = make_category("Prints")
    products = [make_product(category=shelf) for _ in range(5)]
    return ["/", shelf.url, *(product.url for product in products)]


def places(client: Client, address: str) -> list[str]:
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    found = re.findall(r"<loc>https?://[^/]+([^<]*)</loc>", response.content.decode())
    return [place.replace("&amp;", "&") for place in found]


def test_index__leads_to_every_page_once(client: Client, addresses: list[str]) -> None:
    lists = places(client, "/sitemap.xml")
    assert len(lists) == 3
    assert [place for one in lists for place in places(client, one)] == addresses


def test_hidden_pages__are_in_no_list(client: Client, addresses: list[str]) -> None:
    first, second = Page.objects.filter(depth__gt=3).order_by("path")[:2]
    PageViewRestriction.objects.create(page=first, restriction_type="login")
    second.unpublish()
    lists = places(client, "/sitemap.xml")
    shown = [place for one in lists for place in places(client, one)]
    assert shown == [address for address in addresses if address not in (first.url, second.url)]


def test_list__is_as_long_as_it_may_be(
    client: Client, addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sitemap, "A_LIST", len(addresses))
    assert places(client, "/sitemap.xml") == addresses


def test_list__asks_no_more_of_many_pages(
    client: Client, addresses: list[str], django_assert_max_num_queries: Any
) -> None:
    places(client, "/sitemap.xml?from=0001")
    with django_assert_max_num_queries(5):
        assert len(places(client, "/sitemap.xml?from=0001")) == 3


@pytest.mark.parametrize("begin", ["", "zz", "ZZZZ", "0001%00", "'--", "0" * 300])
def test_place__that_is_none_is_not_found(client: Client, begin: str) -> None:
    assert client.get(f"/sitemap.xml?from={begin}").status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_sitemap__is_read_only(client: Client, method: str) -> None:
    assert getattr(client, method)("/sitemap.xml").status_code == 405
