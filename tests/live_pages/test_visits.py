"""Who gets a kept page, and who one of their own."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from wagtail.models import PageViewRestriction

from accounts.tests.factories import make_user
from basket.tests.factories import add
from content.live_pages import badge
from products.models import ProductPage
from products.tests.factories import make_product
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(committed: Commit) -> ProductPage:
    with committed():
        return make_product("Flow", sku="FLOW", price="24.00")


def shopper(page: ProductPage, units: int) -> Reader:
    """Has put so many into the basket, read the message, and looked on."""
    visitor = Reader()
    add(visitor.client, page, units)
    visitor.get(page.url)
    return visitor


# --- Anybody ----------------------------------------------------------------------------------


def test_page__is_rendered_once_and_then_given_out_without_the_database(
    reader: Reader, page: ProductPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    first = reader.get(page.url)
    assert (first.status_code, reader.was) == (200, "miss")
    with django_assert_num_queries(0):
        second = Reader().get(page.url)
    assert second.content == first.content
    assert "£24.00" in second.content.decode()
    assert reader.finds(page.url) == "hit"


def test_reader__gets_no_cookie_and_nothing_that_varies_with_one(
    reader: Reader, page: ProductPage
) -> None:
    for _ in range(2):
        response = reader.get(page.url)
        assert not response.cookies
        assert response["Vary"] == "Accept-Encoding"
        assert response["Cache-Control"] == "no-cache"


def test_headers__of_the_doors_are_kept_with_the_page(reader: Reader, page: ProductPage) -> None:
    rendered, kept = reader.get(page.url), reader.get(page.url)
    assert dict(kept.headers) == dict(rendered.headers)
    assert "default-src" in kept["Content-Security-Policy"]
    assert kept["X-Frame-Options"] == rendered["X-Frame-Options"]
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert kept["Content-Language"] == "en"


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        pytest.param("gzip, deflate, br, zstd", "br", id="a browser"),
        pytest.param("gzip", "gzip", id="gzip only"),
        pytest.param("br;q=0, gzip;q=0.5", "gzip", id="Brotli refused"),
        pytest.param("gzip; q=0", "identity", id="gzip refused"),
        pytest.param("", "identity", id="neither"),
    ],
)
def test_encoding__is_what_the_browser_takes(
    reader: Reader, page: ProductPage, accepted: str, encoding: str
) -> None:
    plain = reader.get(page.url).content
    response = reader.get(page.url, headers={"Accept-Encoding": accepted})
    unpack: dict[str, Any] = {"br": brotli.decompress, "gzip": gzip.decompress}
    assert response.headers.get("Content-Encoding", "identity") == encoding
    assert unpack.get(encoding, bytes)(response.content) == plain
    assert int(response["Content-Length"]) == len(response.content)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        pytest.param("{etag}", 304, id="the same"),
        pytest.param('"other", {etag}', 304, id="among others"),
        pytest.param("W/{etag}", 304, id="made weak by a proxy"),
        pytest.param("*", 304, id="any"),
        pytest.param('"other"', 200, id="another"),
    ],
)
def test_etag__saves_the_body(reader: Reader, page: ProductPage, asked: str, status: int) -> None:
    etag = reader.get(page.url)["ETag"]
    assert not etag.startswith("W/")
    response = reader.get(page.url, headers={"If-None-Match": asked.format(etag=etag)})
    assert (response.status_code, response["ETag"]) == (status, etag)
    assert bool(response.content) == (status == 200)


def test_etag__is_another_for_each_encoding(reader: Reader, page: ProductPage) -> None:
    tags = {
        reader.get(page.url, headers={"Accept-Encoding": accepted})["ETag"]
        for accepted in ("br", "gzip", "")
    }
    assert len(tags) == 3


def test_head__is_the_same_without_the_body(reader: Reader, page: ProductPage) -> None:
    head = reader.client.head(page.url)  # also when it comes first
    whole = reader.get(page.url)
    assert reader.was == "hit"
    assert head.content == b""
    assert dict(head.headers) == dict(whole.headers)


# --- Addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "was"),
    [
        pytest.param("", "hit", id="plain"),
        pytest.param("?utm_source=letter&fbclid=1", "hit", id="what no page knows"),
        pytest.param("?sku=", "hit", id="an empty value"),
        pytest.param("?sku=FLOW", "miss", id="a variant"),
        pytest.param(
            "?sku=NOPE", "refused: it asks for a variant that there is not", id="no variant"
        ),
        pytest.param("?page=7", "miss", id="what another page type knows"),
        pytest.param("?sku=" + "x" * 300, "bypass: not an address of a page", id="much too long"),
    ],
)
def test_query__makes_another_page_only_where_pages_know_it(
    reader: Reader, page: ProductPage, query: str, was: str
) -> None:
    reader.get(page.url)
    assert reader.finds(page.url + query) == was


@pytest.mark.parametrize(
    "query",
    [
        "?page=999",
        "?page=x",
        "?page=01",
        "?option=987654",
        "?brand=x",
        "?sort=colour",
        "?stock=maybe",
        "?sort=price&sort=price",
    ],
)
def test_query__that_makes_no_sense_is_answered_and_not_kept(
    reader: Reader, page: ProductPage, query: str
) -> None:
    category = page.get_parent().url
    for _ in range(2):
        assert reader.get(category + query).status_code == 200
        assert reader.was.startswith("refused: it asks for ")


@pytest.mark.parametrize("query", ["?page=1", "?sort=price", "?sort=newest", "?stock=in"])
def test_query__of_a_link_on_the_page_is_kept(
    reader: Reader, page: ProductPage, query: str
) -> None:
    category = page.get_parent().url
    assert [reader.finds(category + query) for _ in range(2)] == ["miss", "hit"]


def test_host__has_pages_of_its_own(reader: Reader, page: ProductPage) -> None:
    reader.get(page.url)
    reader.get(page.url, headers={"Host": "shop.example"})
    assert reader.was == "miss"
    assert reader.get(page.url, headers={"Host": "evil.example"}).status_code == 400
    assert reader.was == "bypass: not an address of a page"


def test_scheme__has_pages_of_its_own(reader: Reader, page: ProductPage) -> None:
    reader.get(page.url)
    reader.get(page.url, secure=True)
    assert reader.was == "miss"


@pytest.mark.parametrize(
    ("path", "status", "was"),
    [
        pytest.param("/nothing/", 404, "refused: status 404", id="no page"),
        pytest.param("/basket/", 200, "bypass: not a page", id="the basket"),
        pytest.param("/search/?q=flow", 200, "bypass: not a page", id="the search"),
        pytest.param("/account/login/", 200, "bypass: not a page", id="signing in"),
        pytest.param("/healthz", 200, "bypass: not an address of a page", id="health"),
    ],
)
def test_address__that_is_no_page_is_passed_on(
    reader: Reader, page: ProductPage, path: str, status: int, was: str
) -> None:
    for _ in range(2):
        assert reader.get(path).status_code == status
        assert reader.was == was


def test_post__is_passed_on(reader: Reader, page: ProductPage) -> None:
    reader.get(page.url)
    before = reader.client.post(page.url)
    assert before.status_code in (200, 405)
    assert "ETag" not in before


# --- Who has a basket ---------------------------------------------------------------------------


def test_shopper__gets_the_page_of_all_with_the_own_badge(
    reader: Reader, page: ProductPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    visitor = shopper(page, 3)
    reader.get(page.url)
    with django_assert_num_queries(0):
        body = visitor.see(page.url)
    assert visitor.was == "hit"
    assert "Basket, 3 things" in body
    assert "Basket, empty" not in body
    assert visitor.get(page.url)["Cache-Control"] == "private, no-cache"


def test_shopper__fills_the_cache_and_leaves_nothing_of_the_own_in_it(
    reader: Reader, page: ProductPage
) -> None:
    visitor = shopper(page, 3)
    home = page.get_parent().url
    assert "Basket, 3 things" in visitor.see(home)
    assert visitor.was == "miss"
    assert "Basket, empty" in reader.see(home)
    assert reader.was == "hit"


def test_badge__is_right_for_each_of_many_and_after_each_change(page: ProductPage) -> None:
    visitors = {units: shopper(page, units) for units in (1, 2, 3, 4, 5, 6)}
    Reader().get(page.url)
    for units, visitor in visitors.items():
        body = visitor.see(page.url)
        assert visitor.was == "hit"
        assert body.count(f"Basket, {units} thing") == 1
        assert body.count("Basket, ") == 1
    add(visitors[2].client, page, 2)
    visitors[2].get(page.url)  # with the message
    assert "Basket, 4 things" in visitors[2].see(page.url)
    visitors[2].client.post("/basket/empty/")
    assert "Basket, empty" in visitors[2].see(page.url)
    assert visitors[2].was == "hit"


def test_badge__says_the_same_on_a_page_that_was_rendered_for_the_visitor(
    page: ProductPage,
) -> None:
    visitor = shopper(page, 2)
    assert visitor.see("/search/").count("Basket, 2 things") == 1
    assert visitor.was == "bypass: not a page"


def test_badge__of_another_session_is_not_believed(page: ProductPage) -> None:
    """Whether stolen, or left over from before somebody signed in."""
    one, other = shopper(page, 3), shopper(page, 1)
    other.client.cookies["basket"] = one.client.cookies["basket"].value
    assert "Basket, 1 thing" in other.see(page.url)
    assert other.was == "bypass: session"
    assert "Basket, 1 thing" in other.see(page.url)
    assert other.was in ("hit", "miss")  # the page of its own brought the right cookie


@pytest.mark.parametrize("forged", ["5", "5.", "5.forged", "-1.x", "²2.x", "9999.x", ""])
def test_badge__that_is_forged_is_not_believed(page: ProductPage, forged: str) -> None:
    visitor = shopper(page, 3)
    visitor.client.cookies["basket"] = forged
    assert "Basket, 3 things" in visitor.see(page.url)
    assert visitor.was == "bypass: session"


def test_badge__without_a_session_is_nobody_s(reader: Reader, page: ProductPage) -> None:
    visitor = shopper(page, 3)
    reader.client.cookies["basket"] = visitor.client.cookies["basket"].value
    assert "Basket, empty" in reader.see(page.url)


def test_message__is_read_once_on_a_page_of_the_own(page: ProductPage) -> None:
    visitor = Reader()
    add(visitor.client, page, 1)
    body = visitor.see(page.url)
    assert visitor.was == "bypass: messages"
    assert "“Flow” is in your basket." in body
    assert "is in your basket" not in visitor.see(page.url)
    assert visitor.was in ("hit", "miss")


# --- Who signed in ------------------------------------------------------------------------------


def test_signed_in_shopper__gets_the_page_of_all(page: ProductPage) -> None:
    visitor = Reader()
    visitor.client.force_login(make_user())
    assert [visitor.finds(page.url) for _ in range(2)] == ["bypass: session", "miss"]


def test_staff__get_pages_of_their_own_and_are_told_so(
    page: ProductPage, settings: Settings
) -> None:
    editor = Reader()
    editor.client.force_login(make_user("ed@example.com", "Editors"))
    for _ in range(2):
        response = editor.get(page.url)
        assert editor.was == "bypass: session"
        assert response["X-Live-Page"] == "bypass: session"
    assert "X-Live-Page" not in Reader().get(page.url)


def test_staff__leave_nothing_in_the_cache(reader: Reader, page: ProductPage) -> None:
    editor = Reader()
    editor.client.force_login(make_user("ed@example.com", "Editors"))
    assert "wagtail-userbar" in editor.see(page.url)
    assert "wagtail-userbar" not in reader.see(page.url)


@pytest.mark.parametrize("kind", ["login", "password"])
def test_private_page__is_kept_for_nobody(
    reader: Reader, page: ProductPage, committed: Commit, kind: str
) -> None:
    reader.get(page.url)
    with committed():
        PageViewRestriction.objects.create(page=page, restriction_type=kind, password="sesame")
    for _ in range(2):
        response = reader.get(page.url)
        assert "£24.00" not in response.content.decode()
        assert reader.was not in ("hit", "miss")
    if kind == "login":
        reader.client.force_login(make_user())
    else:
        session = reader.client.session
        session["passed_page_view_restrictions"] = [PageViewRestriction.objects.get().pk]
        session.save()
        reader.client.cookies["sessionid"] = str(session.session_key)
    for _ in range(2):
        assert "£24.00" in reader.see(page.url)
        assert reader.was.startswith("bypass: ")
    assert "£24.00" not in Reader().get(page.url).content.decode()


def test_badge__has_its_place_in_the_page(reader: Reader, page: ProductPage) -> None:
    """Exactly once: else nobody with a basket could be given the page."""
    assert reader.get(page.url).content.count(badge.badge_for(0, "en")) == 1
    assert badge.badge_for(0, "en") != badge.badge_for(0, "de")
