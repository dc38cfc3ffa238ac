from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Locale, PageViewRestriction

from content.at_hand import AtHand
from content.tests.factories import make_picture
from products.blocks import NewestProductsBlock, ProductGridBlock
from products.cards import ProductCard, cards_for
from products.models import ProductPage, ProductPicture, Sku, Variant
from products.tests.factories import make_category, make_product, make_variant, put_in_stock

pytestmark = pytest.mark.django_db


def card_of(page: ProductPage) -> ProductCard:
    (card,) = cards_for([ProductPage.objects.get(pk=page.pk)])
    return card


def make_offers(*offers: tuple[str, int], **changes: Any) -> ProductPage:
    """A product whose variants V1, V2… have these prices and units."""
    variants = [
        make_variant(f"V{n}", price, sort_order=n) for n, (price, _) in enumerate(offers, start=1)
    ]
    page = make_product("Flow", variants=variants, on_hand=0)
    for n, (_, units) in enumerate(offers, start=1):
        put_in_stock(f"V{n}", units)
    for code, fields in changes.items():
        Sku.objects.filter(code=code).update(**fields)
    return page


@pytest.mark.parametrize(
    ("offers", "price", "from_price", "label"),
    [
        pytest.param([("24.00", 9)], "24.00", False, "In stock", id="one variant"),
        pytest.param([("24.00", 9), ("14.00", 9)], "14.00", True, "In stock", id="the lowest"),
        pytest.param([("24.00", 9), ("24.00", 9)], "24.00", False, "In stock", id="all the same"),
        pytest.param(
            [("24.00", 9), ("14.00", 0)], "24.00", False, "In stock", id="the lowest sold out"
        ),
        pytest.param(
            [("24.00", 9), ("14.00", 0), ("34.00", 9)],
            "24.00",
            True,
            "In stock",
            id="the lowest of what can be bought",
        ),
        pytest.param([("24.00", 0), ("14.00", 0)], "14.00", False, "Sold out", id="all sold out"),
        pytest.param([("24.00", 1), ("14.00", 9)], "14.00", True, "In stock", id="one is plenty"),
        pytest.param([("24.00", 1), ("14.00", 0)], "24.00", False, "Only 1 left", id="one left"),
        pytest.param(
            [("24.00", 1), ("14.00", 2)], "14.00", True, "Only 3 left", id="the last add up"
        ),
        pytest.param([("0", 9)], "0", False, "In stock", id="free"),
    ],
)
def test_card__shows_the_lowest_price_that_can_be_bought(
    offers: list[tuple[str, int]], price: str, from_price: bool, label: str
) -> None:
    card = card_of(make_offers(*offers))
    assert (card.price, card.from_price) == (Decimal(price), from_price)
    assert card.availability.label == label
    assert card.availability.can_be_bought is (label != "Sold out")


@pytest.mark.parametrize(
    ("units", "backorder_units", "label"),
    [
        pytest.param(9, 0, "In stock", id="in stock before back-order"),
        pytest.param(2, 0, "Only 2 left", id="the last ones before back-order"),
        pytest.param(0, 0, "Made to order, sent a little later", id="nothing but back-order"),
    ],
)
def test_card__is_as_hopeful_as_its_variants(units: int, backorder_units: int, label: str) -> None:
    page = make_offers(
        ("24.00", units), ("14.00", backorder_units), V2={"backorders_allowed": True}
    )
    card = card_of(page)
    assert card.availability.label == label
    assert card.price == Decimal("14.00")


def test_card__does_not_offer_a_retired_sku() -> None:
    card = card_of(make_offers(("14.00", 9), ("24.00", 9), V1={"retired": True}))
    assert (card.price, card.from_price) == (Decimal("24.00"), False)


def test_card__shows_the_price_before_the_sale_of_the_variant_it_shows() -> None:
    sale = make_variant("SALE", "14.00", compare_at=Decimal("20.00"))
    page = make_product("Flow", variants=[sale, make_variant("FULL", "24.00")])
    card = card_of(page)
    assert (card.price, card.compare_at) == (Decimal("14.00"), Decimal("20.00"))
    put_in_stock("SALE", 0)
    card = card_of(page)
    assert (card.price, card.compare_at) == (Decimal("24.00"), None)


def test_cards__keep_the_order_given_and_leave_out_what_has_nothing_to_sell() -> None:
    first, second = make_product("First"), make_product("Second")
    bare = make_product("Bare")
    Variant.objects.filter(page=bare).delete()
    cards = cards_for([second, bare, first])
    assert [card.title for card in cards] == ["Second", "First"]


def test_cards__of_nothing_are_none() -> None:
    assert cards_for([]) == []


def test_card__leads_to_its_page_and_shows_the_first_picture() -> None:
    page = make_product("Flow", category=make_category("Prints"))
    second, first = make_picture("Second"), make_picture("First", description="A first look")
    page.gallery = [
        ProductPicture(picture=first, sort_order=0),
        ProductPicture(picture=second, sort_order=1, alt="Another look"),
    ]
    page.save_revision().publish()
    card = card_of(page)
    assert card.image == first
    assert card.alt == "A first look"
    assert card.url.endswith("/prints/flow/")


def test_card__without_a_picture_has_none() -> None:
    card = card_of(make_product("Flow"))
    assert (card.image, card.alt) == (None, "")


def test_card__of_a_translation_has_its_words_and_the_source_s_price_and_picture() -> None:
    page = make_product("Flow", sku="FLOW", price="24.00", on_hand=2)
    picture = make_picture("Flow")
    page.gallery = [ProductPicture(picture=picture)]
    page.save_revision().publish()
    german = Locale.objects.create(language_code="de")
    translated = page.copy_for_translation(german, copy_parents=True)
    translated.title = "Fluss"
    translated.gallery = []
    translated.save_revision().publish()
    with translation.override("de"):
        card = card_of(translated)
    assert (card.title, card.price, card.image) == ("Fluss", Decimal("24.00"), picture)
    assert card.availability.left == 2


# --- Blocks that show cards -----------------------------------------------------------------


def grid_of(pages: list[ProductPage]) -> list[str]:
    block = ProductGridBlock()
    value = block.to_python({"heading": "", "products": [page.pk for page in pages]})
    return [card.title for card in block.get_context(value)["cards"]]


def test_product_grid__shows_what_was_chosen_in_that_order() -> None:
    a, b, c = (make_product(title) for title in ("A", "B", "C"))
    assert grid_of([c, a, b]) == ["C", "A", "B"]


def test_product_grid__has_no_hole_where_a_product_is_gone() -> None:
    a, draft, private, sold_out, deleted = (make_product(f"P{n}", sku=f"P{n}") for n in range(5))
    draft.unpublish()
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    put_in_stock("P3", 0)
    deleted.delete()
    deleted.pk = 999_999
    assert grid_of([deleted, private, draft, sold_out, a]) == ["P3", "P0"]


@pytest.mark.parametrize(
    ("how_many", "shown"), [(1, ["C"]), (2, ["C", "B"]), (24, ["C", "B", "A"])]
)
def test_newest_products__are_the_newest_published(how_many: int, shown: list[str]) -> None:
    for title in ("A", "B", "C"):
        make_product(title)
    make_product("Draft", live=False)
    context = NewestProductsBlock().get_context({"heading": "", "how_many": how_many})
    assert [card.title for card in context["cards"]] == shown


# --- Budgets --------------------------------------------------------------------------------


def queries_for(pages: list[ProductPage]) -> int:
    def view(request: HttpRequest) -> HttpResponse:
        cards_for(pages[:1], request)  # what a request remembers: its site, locales
        with CaptureQueriesContext(connection) as queries:
            cards = cards_for(pages, request)
        assert len(cards) == len(pages)
        return HttpResponse(str(len(queries)))

    return int(AtHand(view)(RequestFactory().get("/")).content)


def make_shelf(how_many: int) -> list[ProductPage]:
    picture = make_picture()
    shelf = make_category("Prints")
    for n in range(how_many):
        page = make_product(
            f"Print {n}",
            category=shelf,
            variants=[make_variant(f"P{n}-A3", "24.00"), make_variant(f"P{n}-A4", "14.00")],
        )
        page.gallery = [ProductPicture(picture=picture), ProductPicture(picture=picture)]
        page.save_revision().publish()
    return list(ProductPage.objects.order_by("pk"))


def test_cards__of_24_products_cost_as_many_queries_as_of_two() -> None:
    pages = make_shelf(24)
    few, many = queries_for(pages[:2]), queries_for(pages)
    assert (few, many) == (3, 3)


def test_cards__of_24_translations_cost_as_many_queries_as_of_two() -> None:
    german = Locale.objects.create(language_code="de")
    for page in make_shelf(24):
        page.copy_for_translation(german, copy_parents=True).save_revision().publish()
    pages = list(ProductPage.objects.filter(locale=german))
    with translation.override("de"):
        few, many = queries_for(pages[:2]), queries_for(pages)
    assert few == many
