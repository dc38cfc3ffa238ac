"""Blocks that sell: what they show, in which language, and what they leave out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from wagtail.models import Locale, PageViewRestriction

from basket.tests.factories import quantities
from home.tests.factories import make_landing_page
from products import chosen
from products.blocks import MentionBlock, ProductBlock, SaleProductsBlock
from products.models import ProductPage, Sku
from products.tests.factories import make_category, make_product, make_variant, put_in_stock

pytestmark = pytest.mark.django_db


def titles(pages: Any) -> list[str]:
    return [page.title for page in pages]


def in_german(page: ProductPage, title: str) -> ProductPage:
    german, _ = Locale.objects.get_or_create(language_code="de")
    translated = page.copy_for_translation(german, copy_parents=True)
    translated.title = title
    translated.save_revision().publish()
    return ProductPage.objects.get(pk=translated.pk)


def reduced(title: str, sku: str, **fields: Any) -> ProductPage:
    variant = make_variant(sku, "12.00", compare_at=Decimal("24.00"))
    return make_product(title, variants=[variant], **fields)


def test_chosen__are_shown_once_each_in_the_editor_s_order() -> None:
    a, b = make_product("A"), make_product("B")
    assert titles(chosen.as_chosen([b, None, a, b])) == ["B", "A"]


def test_chosen__are_in_the_reader_s_language_where_they_are_translated() -> None:
    flow, waves, draft = make_product("Flow"), make_product("Waves"), make_product("Dunes")
    in_german(flow, "Fluss")
    in_german(draft, "Dünen").unpublish()
    with translation.override("de"):
        assert titles(chosen.as_chosen([flow, waves, draft])) == ["Fluss", "Waves", "Dunes"]
    assert titles(chosen.as_chosen([flow, waves, draft])) == ["Flow", "Waves", "Dunes"]


def test_newest__leave_out_what_is_sold_out_and_move_up_the_next() -> None:
    for title in ("A", "B", "C"):
        make_product(title, sku=title)
    put_in_stock("C", 0)
    assert titles(chosen.newest(2)) == ["B", "A"]


def test_newest__of_a_category_are_in_it_or_below_it() -> None:
    prints = make_category("Prints")
    make_product("Below", category=make_category("Large", parent=prints))
    make_product("Elsewhere", category=make_category("Cards"))
    make_product("Here", category=prints)
    assert titles(chosen.newest(4, prints)) == ["Here", "Below"]


def test_sale__shows_what_is_reduced_and_can_be_bought() -> None:
    make_product("Full price")
    reduced("Cheaper", "CHEAP")
    reduced("Sold out", "GONE")
    put_in_stock("GONE", 0)
    reduced("Retired", "OLD")
    Sku.objects.filter(code="OLD").update(retired=True)
    reduced("Draft", "DRAFT").unpublish()
    private = reduced("Private", "PRIVATE")
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert titles(chosen.on_sale(4)) == ["Cheaper"]


def test_sale__finds_a_translation_by_the_price_of_its_source() -> None:
    in_german(reduced("Cheaper", "CHEAP"), "Billiger")
    in_german(make_product("Full price"), "Teuer")
    with translation.override("de"):
        assert titles(chosen.on_sale(4)) == ["Billiger"]


def test_sale__with_nothing_reduced_shows_nothing_of_its_heading(client: Client) -> None:
    make_product("Full price")
    page = make_landing_page(body=[("sale", {"heading": "Cheaper now", "how_many": 4})])
    assert "Cheaper now" not in client.get(page.url).content.decode()


# --- One product ----------------------------------------------------------------------------


def shown(page: ProductPage) -> dict[str, Any]:
    block = ProductBlock()
    return block.get_context(block.to_python({"product": page.pk, "text": ""}))


def test_product__without_choices_goes_into_the_basket_from_the_page(client: Client) -> None:
    product = make_product("Flow", sku="FLOW")
    page = make_landing_page(body=[("product", {"product": product, "text": ""})])
    body = client.get(page.url).content.decode()
    assert f'action="/basket/add/{product.pk}/"' in body
    client.post(f"/basket/add/{product.pk}/", {"sku": "FLOW", "quantity": "1"})
    assert quantities(client) == {"FLOW": 1}


@pytest.mark.parametrize("kind", ["choices", "sold out"])
def test_product__with_choices_or_sold_out_leads_to_its_own_page(client: Client, kind: str) -> None:
    variants = [make_variant("A3"), make_variant("A4")] if kind == "choices" else None
    product = make_product("Flow", variants=variants, on_hand=9 if variants else 0)
    assert shown(product)["spotlight"].sku == ""
    page = make_landing_page(body=[("product", {"product": product, "text": ""})])
    body = client.get(page.url).content.decode()
    assert "/basket/add/" not in body
    assert 'class="button button--large" href="/prints/flow/"' in body


def test_product__of_a_translation_is_bought_from_its_source() -> None:
    translated = in_german(make_product("Flow", sku="FLOW"), "Fluss")
    with translation.override("de"):
        context = shown(translated)
    assert (context["card"].title, context["spotlight"].sku) == ("Fluss", "FLOW")


@pytest.mark.parametrize("block", [ProductBlock(), MentionBlock(), SaleProductsBlock()])
def test_preview__of_an_empty_shop_shows_what_products_would_look_like(block: Any) -> None:
    value = block.get_preview_value()
    html = block.render(value, context=block.get_preview_context(value, {}))
    assert "A product" in html
    assert "£24.00" in html
