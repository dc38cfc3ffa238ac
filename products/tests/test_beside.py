"""What hangs beside a product, what is said of delivery, and the bar that follows on a phone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from wagtail.models import Locale

from checkout.models import ShippingMethod
from checkout.tests.factories import make_method, make_rate
from products.beside import cards_beside
from products.models import ProductPage, Sku
from products.tests.factories import make_category, make_product, put_in_stock

pytestmark = pytest.mark.django_db


def titles_beside(page: ProductPage) -> list[str]:
    return [card.title for card in cards_beside(page)]


def test_beside__those_before_it_then_the_newest() -> None:
    prints = make_category("Prints")
    pages = [make_product(f"Print {n}", category=prints) for n in range(7)]
    assert titles_beside(pages[2]) == ["Print 1", "Print 0", "Print 6", "Print 5"]


def test_beside__nothing_of_another_category_sold_out_or_unpublished() -> None:
    prints = make_category("Prints")
    page = make_product("This", category=prints)
    make_product("Elsewhere", category=make_category("Cards"))
    make_product("Draft", category=prints, live=False)
    make_product("Gone", category=prints, sku="GONE")
    put_in_stock("GONE", 0)
    make_product("Another", category=prints)
    assert titles_beside(page) == ["Another"]


def test_beside__in_the_same_language() -> None:
    prints = make_category("Prints")
    page, other = make_product("This", category=prints), make_product("Other", category=prints)
    german = Locale.objects.create(language_code="de")
    for source in (page, other):
        translated = source.copy_for_translation(german, copy_parents=True)
        translated.title = f"{source.title} auf Deutsch"
        translated.save_revision().publish()
    assert titles_beside(page.get_translation(german)) == ["Other auf Deutsch"]


def test_beside__a_page_that_is_not_saved_yet() -> None:
    assert cards_beside(ProductPage(title="New")) == []


def test_product_page__says_how_it_is_delivered(client: Client) -> None:
    make_method("Abroad", "9", countries=["FR"])
    make_method("Collect", "0", pick_up=True)
    post = make_method(
        "Post", "3.90", countries=["GB"], free_over=Decimal("45"), min_days=2, max_days=4
    )
    page = make_product("Flow")
    said = "To United Kingdom in 2 to 4 working days, for £3.90, free from £45.00"
    assert said in " ".join(client.get(page.url).text.split())
    post.rates.update(weight_up_to=500)
    make_rate(post, "6.40", weight_over=500)
    assert "working days, from £3.90, free" in " ".join(client.get(page.url).text.split())
    Sku.objects.update(weight=501)
    assert "working days, from £6.40, free" in " ".join(client.get(page.url).text.split())
    ShippingMethod.objects.filter(name="Post").update(active=False)
    assert "working days" not in client.get(page.url).text


def test_buy_bar__belongs_to_the_form(client: Client) -> None:
    page = make_product("Flow", sku="FLOW")
    html = client.get(page.url).text
    assert 'id="buy"' in html
    assert 'form="buy"' in html
    put_in_stock("FLOW", 0)
    assert "data-buy-bar" not in client.get(page.url).text
