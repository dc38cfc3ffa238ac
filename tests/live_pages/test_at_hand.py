"""What stands before Django answers as Django's first middleware does, or leaves it to Django."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest
from django.conf import settings as configured
from django.test import RequestFactory
from django.utils.module_loading import import_string
from pytest_django import Settings

from basket.tests.factories import add
from content.live_pages.backing import MemoryBacking, Unreachable, the_backing
from content.live_pages.counting import stats
from content.live_pages.kept import kept_pages
from content.live_pages.wsgi import PagesAtHand
from products.models import ProductPage
from products.tests.factories import make_product
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db
DJANGO = [b"by Django"]


@pytest.fixture
def page(committed: Commit) -> ProductPage:
    """Kept already."""
    with committed():
        page = make_product("Flow", sku="FLOW", price="24.00")
    Reader().get(page.url)
    return page


def shopper(page: ProductPage, units: int) -> Reader:
    visitor = Reader()
    add(visitor.client, page, units)
    visitor.get(page.url)  # with the message
    visitor.get(page.url)
    return visitor


def cookies_of(visitor: Reader) -> str:
    return "; ".join(f"{name}={one.value}" for name, one in visitor.client.cookies.items())


def ask(path: str, method: str = "GET", **details: Any) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body; those that Django would give are `DJANGO`."""
    said: list[Any] = []

    def django(environment: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        start_response("200 by Django", [])
        return DJANGO

    request = RequestFactory().generic(method, path, **details)
    body = PagesAtHand(django)(request.environ, lambda *answer: said.extend(answer))
    return said[0], dict(said[1]), b"".join(body)


@pytest.mark.parametrize("units", [0, 3])
def test_page_at_hand__goes_out_as_django_gives_it(page: ProductPage, units: int) -> None:
    visitor = shopper(page, units) if units else Reader()
    cookies = cookies_of(visitor)
    for method, accepted in product(("GET", "HEAD"), ("gzip, deflate, br", "gzip", "br;q=0", "")):
        headers = {"Accept-Encoding": accepted}
        by_django = visitor.client.generic(method, page.url, headers=headers)
        before = stats()["hit"]
        answer = ask(page.url, method, headers={**headers, "Cookie": cookies})
        assert answer == ("200 OK", dict(by_django.headers), by_django.content)
        assert stats()["hit"] == before + 1


def test_page_at_hand__that_the_browser_has_is_not_sent_again(page: ProductPage) -> None:
    etag = Reader().get(page.url)["ETag"]
    headers = {"If-None-Match": etag}
    by_django = Reader().get(page.url, headers=headers)
    assert ask(page.url, headers=headers) == ("304 Not Modified", dict(by_django.headers), b"")


def test_page_at_hand__says_so_in_development_only(page: ProductPage, settings: Settings) -> None:
    assert "X-Live-Page" not in ask(page.url)[1]
    settings.DEBUG = True
    assert ask(page.url)[1]["X-Live-Page"] == "hit"


@pytest.mark.parametrize(
    ("path", "details"),
    [
        pytest.param("", {"method": "POST"}, id="a POST"),
        pytest.param("?sku=FLOW", {}, id="another view of it"),
        pytest.param("", {"secure": True}, id="by another scheme"),
        pytest.param("", {"headers": {"Host": "shop.example"}}, id="by another host"),
        pytest.param("", {"headers": {"Host": "evil.example"}}, id="by a host that is not ours"),
        pytest.param("", {"headers": {"Host": "testserver@evil"}}, id="by no host at all"),
        pytest.param("", {"headers": {"Cookie": "messages=x"}}, id="with a message waiting"),
        pytest.param("", {"headers": {"Cookie": "sessionid=x"}}, id="whose basket is not known"),
        pytest.param(
            "",
            {"headers": {"Cookie": "sessionid=x; basket=3.forged"}},
            id="whose basket is forged",
        ),
        pytest.param("nothing/", {}, id="not there"),
    ],
)
def test_what_is_not_at_hand__is_left_to_django(
    page: ProductPage, path: str, details: dict[str, Any]
) -> None:
    assert ask(page.url + path, **details)[2:] == tuple(DJANGO)
    assert ask(page.url)[0] == "200 OK"


def test_page_that_changed__is_left_to_django(page: ProductPage, committed: Commit) -> None:
    with committed():
        page.save()
    assert ask(page.url)[2:] == tuple(DJANGO)


def test_page_of_which_redis_says_nothing__is_left_to_django(
    page: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def versions(*asked: Any) -> Any:
        raise Unreachable

    monkeypatch.setattr(MemoryBacking, "versions", versions)
    assert ask(page.url)[2:] == tuple(DJANGO)


def test_shop_without_kept_pages__is_left_to_django(page: ProductPage, settings: Settings) -> None:
    settings.LIVE_PAGES = "off"
    the_backing.cache_clear()
    kept_pages.cache_clear()
    assert ask(page.url)[2:] == tuple(DJANGO)


def test_server__is_given_it() -> None:
    assert isinstance(import_string(configured.WSGI_APPLICATION), PagesAtHand)
