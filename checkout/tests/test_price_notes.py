"""What the law wants said beside prices: with VAT or without, and that delivery comes on top."""

from __future__ import annotations

import pytest
from django.test import Client

from content.tests.factories import default_site, set_up_shop
from home.models import TextPage
from products.models import ProductPage
from products.tests.factories import make_category, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> ProductPage:
    return make_product("Waves", sku="WAVES", price="12.00", category=make_category("Prints"))


def pages_with_prices(client: Client, product: ProductPage) -> dict[str, str]:
    client.post(f"/basket/add/{product.pk}/", {"quantity": 1})
    paths = {
        "product": product.url,
        "category": product.get_parent().url,
        "search": "/search/?q=Waves",
        "basket": "/basket/",
    }
    return {name: " ".join(client.get(path).text.split()) for name, path in paths.items()}


@pytest.mark.parametrize(
    ("included", "words"), [(True, "Incl. VAT, plus"), (False, "Excl. VAT, plus")]
)
def test_note__beside_every_price(
    client: Client, product: ProductPage, included: bool, words: str
) -> None:
    info = default_site().root_page.add_child(instance=TextPage(title="Delivery", slug="delivery"))
    set_up_shop(prices_include_tax=included, delivery_page=info)

    for name, text in pages_with_prices(client, product).items():
        assert f'{words} <a href="/delivery/">delivery</a>' in text, name
        assert f"Prices {words.lower().replace('vat', 'VAT')} delivery" in text, name


def test_note__without_a_page_about_delivery(client: Client, product: ProductPage) -> None:
    info = TextPage(title="Delivery", slug="delivery", live=False)
    default_site().root_page.add_child(instance=info)
    set_up_shop(delivery_page=info)

    for name, text in pages_with_prices(client, product).items():
        assert "Incl. VAT, plus delivery" in text, name
        assert 'href="/delivery/"' not in text, name


@pytest.mark.parametrize(
    ("included", "sums"),
    [
        pytest.param(True, ["of which VAT at 20%", "£2.00", "£12.00"], id="included"),
        pytest.param(False, ["VAT at 20%", "£2.40", "£14.40"], id="added"),
    ],
)
def test_basket__tax_by_rate_as_at_home(
    client: Client, product: ProductPage, included: bool, sums: list[str]
) -> None:
    set_up_shop(prices_include_tax=included)
    basket = pages_with_prices(client, product)["basket"]
    summary = basket[basket.index('class="totals"') :]

    for words in sums:
        assert words in summary
    assert "At the checkout" in summary
