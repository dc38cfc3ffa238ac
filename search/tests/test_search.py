from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import DjangoAssertNumQueries
from wagtail.models import Locale, PageViewRestriction

from content.tests.factories import default_site
from home.models import LandingPage
from products.models import Brand, ProductPage, Sku
from products.tests.factories import make_category, make_product, make_variant, put_in_stock
from search.find import find_pages, find_products
from search.suggest import suggest

pytestmark = [pytest.mark.django_db, pytest.mark.indexed]


@pytest.fixture
def flow() -> ProductPage:
    page = make_product(
        "Satin Flow",
        sku="FLOW-A3",
        category=make_category("Prints"),
        summary="Ribbons of blue.",
        body=[("text", "<p>Drawn by a harmonograph.</p>")],
        brand=Brand.objects.create(name="Bower Press"),
    )
    Sku.objects.filter(code="FLOW-A3").update(barcode="4006381333931")
    return page


def titles(query: str) -> list[str]:
    found = find_products(query)
    pages = ProductPage.objects.in_bulk(found)
    return [pages[pk].title for pk in found]


def make_landing_page(title: str, **fields: Any) -> LandingPage:
    page = LandingPage(title=title, slug=title.lower().replace(" ", "-"), **fields)
    default_site().root_page.add_child(instance=page)
    page.save_revision().publish()
    return page


# --- Products -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("satin", id="a word of the title"),
        pytest.param("SATIN flow", id="the title, in other capitals"),
        pytest.param("flow satin", id="words in another order"),
        pytest.param("ribbons", id="a word of the summary"),
        pytest.param("harmonograph", id="a word of the story"),
        pytest.param("bower press", id="the brand"),
        pytest.param("FLOW-A3", id="the SKU"),
        pytest.param("flow-a3", id="the SKU in small letters"),
        pytest.param("Flow-A3", id="the SKU in mixed letters"),
        pytest.param("4006381333931", id="the barcode"),
    ],
)
def test_product__is_found_by(flow: ProductPage, query: str) -> None:
    make_product("Dune", sku="DUNE")
    assert titles(query) == ["Satin Flow"]


@pytest.mark.parametrize(
    "query",
    ["parrot", "FLOW-A4", "4006381333930", pytest.param("40063813339", id="a part of a barcode")],
)
def test_product__is_not_found_by(flow: ProductPage, query: str) -> None:
    assert titles(query) == []


def test_product__with_this_very_sku_comes_first_and_once(flow: ProductPage) -> None:
    make_product("How FLOW-A3 came about", sku="BOOK", summary="FLOW-A3 FLOW-A3")
    found = titles("FLOW-A3")
    assert found[0] == "Satin Flow"
    assert sorted(found) == ["How FLOW-A3 came about", "Satin Flow"]


def test_product__with_several_matching_variants_is_found_once() -> None:
    make_product("Dune", variants=[make_variant("DUNE-A3"), make_variant("DUNE-A4")])
    Sku.objects.update(barcode="42")
    assert titles("42") == ["Dune"]


def restrict(page: ProductPage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


@pytest.mark.parametrize("query", ["satin", "FLOW-A3", "4006381333931"])
@pytest.mark.parametrize(
    "hide",
    [
        pytest.param(lambda page: page.unpublish(), id="unpublished"),
        pytest.param(restrict, id="private"),
        pytest.param(lambda page: restrict(page.get_parent()), id="in a private category"),
        pytest.param(lambda page: page.delete(), id="deleted"),
    ],
)
def test_product__hidden_is_never_found(
    client: Client, flow: ProductPage, hide: Callable[[ProductPage], Any], query: str
) -> None:
    hide(flow)
    assert titles(query) == []
    assert "Satin Flow" not in client.get("/search/", {"q": query}).content.decode()


def test_product__draft_words_are_not_found(flow: ProductPage) -> None:
    draft = flow.get_latest_revision_as_object()
    draft.title = "Velvet Flow"
    draft.save_revision()
    assert titles("velvet") == []
    draft.latest_revision.publish()
    assert (titles("velvet"), titles("satin")) == (["Velvet Flow"], [])


def test_product__retired_sku_is_not_found_by_its_code_but_the_page_is(flow: ProductPage) -> None:
    Sku.objects.update(retired=True)
    assert titles("4006381333931") == []
    assert titles("satin") == ["Satin Flow"]


def test_product__sold_out_is_found_and_says_so(client: Client, flow: ProductPage) -> None:
    put_in_stock("FLOW-A3", 0)
    response = client.get("/search/", {"q": "satin"})
    assert [card.title for card in response.context["cards"]] == ["Satin Flow"]
    assert "Sold out" in response.content.decode()


def test_product__is_found_in_the_reader_s_language(flow: ProductPage) -> None:
    german = Locale.objects.create(language_code="de")
    translated = flow.copy_for_translation(german, copy_parents=True)
    translated.title = "Satinfluss"
    translated.save_revision().publish()
    assert (titles("satinfluss"), titles("satin")) == ([], ["Satin Flow"])
    with translation.override("de"):
        assert titles("satinfluss") == ["Satinfluss"]
        assert titles("ribbons") == ["Satinfluss"]
        assert titles("FLOW-A3") == ["Satinfluss"]


# --- Suggestions ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sa", ["Satin Flow", "Satire"]),
        ("SATIN f", ["Satin Flow"]),
        ("flow", ["Satin Flow"]),
        ("cafe", ["Café au lait"]),
        ("Café", ["Café au lait"]),
        ("atin", []),
        ("s", []),
        ("", []),
        ("%", []),
        ("sa%", ["Satin Flow", "Satire"]),
        ("s_t", []),
        ("x" * 10_000, []),
    ],
)
def test_suggestions__for_what_is_being_typed(
    client: Client, flow: ProductPage, typed: str, expected: list[str]
) -> None:
    make_product("Satire")
    make_product("Café au lait")
    make_product("Satin, a draft", live=False)
    answer = client.get("/search/suggestions/", {"q": typed})
    assert [one["title"] for one in answer.json()["suggestions"]] == expected


def test_suggestions__lead_there_and_follow_changes(client: Client, flow: ProductPage) -> None:
    def suggested() -> list[dict[str, str]]:
        found: list[dict[str, str]] = client.get("/search/suggestions/?q=fl").json()["suggestions"]
        return found

    assert suggested() == [{"title": "Satin Flow", "url": "/prints/satin-flow/"}]
    flow.title = "Velvet Flood"
    flow.save_revision().publish()
    assert [one["title"] for one in suggested()] == ["Velvet Flood"]
    restrict(flow)
    assert suggested() == []


def test_suggestions__are_few(flow: ProductPage) -> None:
    for number in range(10):
        make_product(f"Satin {number}")
    assert len(suggest("satin")) == 8


# --- Pages ----------------------------------------------------------------------------------


def test_page__is_found_beside_the_products(client: Client, flow: ProductPage) -> None:
    make_landing_page("How a bowerbird hangs a gallery", introduction="About satin.")
    response = client.get("/search/", {"q": "satin"})
    assert [page.title for page in response.context["pages"]] == ["How a bowerbird hangs a gallery"]
    body = response.content.decode()
    assert body.count("<h1") == 1
    assert 'href="/how-a-bowerbird-hangs-a-gallery/"' in body


def test_page__hidden_is_never_found() -> None:
    open_page, private = make_landing_page("Open secrets"), make_landing_page("Closed secrets")
    restrict(private)
    make_landing_page("Former secrets").unpublish()
    assert [page.title for page in find_pages("secrets")] == [open_page.title]


def test_page__of_the_categories_is_found_products_and_front_page_are_not(
    flow: ProductPage,
) -> None:
    assert [page.title for page in find_pages("prints")] == ["Prints"]
    assert find_pages("satin") == []
    assert find_pages("home") == []


# --- The view -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("", id="nothing"),
        pytest.param("   ", id="spaces"),
        pytest.param("\t\n", id="other spaces"),
        pytest.param("\x00", id="NUL"),
        pytest.param("\x00\x00 \x00", id="NULs and spaces"),
    ],
)
def test_search__for_nothing_finds_nothing(client: Client, flow: ProductPage, query: str) -> None:
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    assert response.context["query"] == ""
    assert "cards" not in response.context
    assert "Satin Flow" not in response.content.decode()


def test_search__without_a_query_finds_nothing(client: Client) -> None:
    assert client.get("/search/").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("x" * 10_000, id="10,000 characters"),
        pytest.param("word " * 2_000, id="2,000 words"),
        pytest.param("sa\x00tin", id="NUL within"),
        pytest.param('"', id="a quotation mark"),
        pytest.param('"satin', id="an open quotation"),
        pytest.param("'", id="an apostrophe"),
        pytest.param("O'Keeffe's", id="apostrophes"),
        pytest.param("satin*", id="an asterisk"),
        pytest.param("*", id="only an asterisk"),
        pytest.param("satin AND", id="a dangling AND"),
        pytest.param("NOT OR AND NEAR", id="operators"),
        pytest.param("NEAR(satin flow, 2)", id="NEAR"),
        pytest.param("title:satin", id="a column"),
        pytest.param("satin & | ! ( )", id="tsquery operators"),
        pytest.param("satin:*", id="a tsquery prefix"),
        pytest.param("<->", id="a tsquery distance"),
        pytest.param("\\", id="a backslash"),
        pytest.param("%_%", id="wildcards"),
        pytest.param("-", id="a hyphen"),
        pytest.param("...", id="dots"),
        pytest.param("^satin", id="a caret"),
        pytest.param("{satin}", id="braces"),
        pytest.param("; DROP TABLE products_sku; --", id="an injection"),
        pytest.param("<script>alert(1)</script>", id="markup"),
        pytest.param("日本の版画", id="Japanese"),
        pytest.param("🐦", id="a bird"),
        pytest.param("\u202etxet", id="right to left"),
        pytest.param("a\u0301" * 300, id="combining accents"),
    ],
)
def test_search__for_anything_answers(client: Client, flow: ProductPage, query: str) -> None:
    response = client.get("/search/", {"q": query})
    assert response.status_code == 200
    assert len(response.context["query"]) <= 200
    assert "<script>alert" not in response.content.decode()
    assert ProductPage.objects.count() == 1


@pytest.mark.parametrize("bytes_", [b"%ff%fe", b"%c3%28", b"%f0%9f", b"%ed%a0%80"])
def test_search__for_what_is_no_text_answers(client: Client, bytes_: bytes) -> None:
    assert client.get(f"/search/?q={bytes_.decode()}").status_code == 200


@pytest.mark.parametrize("page", ["1", "2", "0", "-1", "abc", "", "999999999999999999999", "\x00"])
def test_search__paging_always_finds_a_page(client: Client, flow: ProductPage, page: str) -> None:
    response = client.get("/search/", {"q": "satin", "page": page})
    assert response.status_code == 200
    assert [card.title for card in response.context["cards"]] == ["Satin Flow"]


def test_search__shows_24_at_a_time(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search.views.RESULTS_A_PAGE", 2)
    for n in range(3):
        make_product(f"Satin {n}")
    first = client.get("/search/", {"q": "satin"}).context
    second = client.get("/search/", {"q": "satin", "page": "2"}).context
    assert (len(first["cards"]), len(second["cards"])) == (2, 1)
    shown = {card.title for card in [*first["cards"], *second["cards"]]}
    assert shown == {"Satin 0", "Satin 1", "Satin 2"}
    assert second["pages"] == []


def test_search__that_finds_very_much_says_so(
    client: Client, flow: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_product("Satin Ebb")
    make_product("Ebb", summary=f"{'A wave that turns on a long way back. ' * 9}In satin.")
    assert "3 things found" in client.get("/search/", {"q": "satin"}).text
    for module in ("search.find", "search.views"):
        monkeypatch.setattr(f"{module}.MOST_PRODUCTS", 2)
    answer = client.get("/search/", {"q": "satin"})
    assert "The 2 best of many things found" in answer.text
    assert {card.title for card in answer.context["cards"]} == {"Satin Flow", "Satin Ebb"}


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_search__only_reads(client: Client, method: str) -> None:
    assert getattr(client, method)("/search/").status_code == 405


def test_search__for_nothing_asks_the_database_nothing(
    flow: ProductPage, django_assert_num_queries: DjangoAssertNumQueries, client: Client
) -> None:
    client.get("/search/")
    with django_assert_num_queries(6):
        client.get("/search/")
