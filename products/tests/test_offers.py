from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import translation
from pytest_django import Settings
from wagtail.models import Locale

from content.tests.factories import make_picture
from products.models import Brand, OptionType, ProductPage, ProductPicture, Sku, Variant
from products.offers import offer_context
from products.templatetags.structured_data import json_ld
from products.tests.factories import make_option, make_product, make_variant, put_in_stock

pytestmark = pytest.mark.django_db


def context_of(page: ProductPage, query: str = "") -> dict[str, Any]:
    return offer_context(
        ProductPage.objects.get(pk=page.pk), RequestFactory().get(f"/flow/{query}")
    )


@pytest.fixture
def framed() -> ProductPage:
    """Three variants of size and frame: A4 oak, A3 oak (sold out), A3 black."""
    a4, a3 = make_option("Size", "A4", "A3")
    oak, black = make_option("Frame", "Oak", "Black")
    page = make_product(
        "Satin Flow",
        on_hand=5,
        variants=[
            make_variant("A4-OAK", "14.00", a4, oak, sort_order=0),
            make_variant("A3-OAK", "24.00", a3, oak, sort_order=1, compare_at=Decimal("30.00")),
            make_variant("A3-BLACK", "26.00", a3, black, sort_order=2),
        ],
    )
    put_in_stock("A3-OAK", 0)
    put_in_stock("A3-BLACK", 50)
    return page


def test_offers__are_the_variants_in_the_editor_s_order(framed: ProductPage) -> None:
    offers = context_of(framed)["offers"]
    assert [
        (o.sku, o.price, o.compare_at, o.label, o.availability.label, o.max_quantity)
        for o in offers
    ] == [
        ("A4-OAK", Decimal("14.00"), None, "A4 / Oak", "In stock", 20),
        ("A3-OAK", Decimal("24.00"), Decimal("30.00"), "A3 / Oak", "Sold out", 0),
        ("A3-BLACK", Decimal("26.00"), None, "A3 / Black", "In stock", 20),
    ]


def test_offers__options_list_each_value_once_in_the_order_of_the_option(
    framed: ProductPage,
) -> None:
    options = context_of(framed)["options"]
    assert {option.label: [value.label for value in option.values] for option in options} == {
        "Size": ["A4", "A3"],
        "Frame": ["Oak", "Black"],
    }


def test_offers__as_json_say_the_same_in_texts_ready_to_be_shown(framed: ProductPage) -> None:
    size, frame = OptionType.objects.get(name="Size"), OptionType.objects.get(name="Frame")
    a3, oak = size.values.get(name="A3"), frame.values.get(name="Oak")
    assert context_of(framed)["offers_json"][1] == {
        "sku": "A3-OAK",
        "options": {str(size.pk): str(a3.pk), str(frame.pk): str(oak.pk)},
        "price": "£24.00",
        "was": "£30.00",
        "state": "sold_out",
        "label": "Sold out",
        "buyable": False,
        "max": 0,
        "picture": None,
    }


@pytest.mark.parametrize(
    ("query", "sold_out", "selected"),
    [
        pytest.param("", [], "A4-OAK", id="the first"),
        pytest.param("?sku=A3-BLACK", [], "A3-BLACK", id="named in the address"),
        pytest.param("?sku=A3-OAK", [], "A3-OAK", id="named, though sold out"),
        pytest.param("?sku=NONSENSE", [], "A4-OAK", id="unknown"),
        pytest.param("?sku=%00", [], "A4-OAK", id="NUL"),
        pytest.param("", ["A4-OAK"], "A3-BLACK", id="the first that can be bought"),
        pytest.param("", ["A4-OAK", "A3-BLACK"], "A4-OAK", id="the first, where all are sold out"),
    ],
)
def test_offers__selected_is(
    framed: ProductPage, query: str, sold_out: list[str], selected: str
) -> None:
    for code in sold_out:
        put_in_stock(code, 0)
    context = context_of(framed, query)
    assert context["selected"].sku == selected
    assert [offer.sku for offer in context["offers"] if offer.selected] == [selected]
    assert context["can_be_bought"] is (len(sold_out) < 2)


def test_offers__of_a_product_without_variants_are_none() -> None:
    page = make_product("Flow")
    Variant.objects.filter(page=page).delete()
    context = context_of(page)
    assert context["offers"] == []
    assert context["selected"] is None
    assert context["can_be_bought"] is False
    assert context["structured_data"]["offers"] == []


def test_offers__of_a_translation_are_the_source_s_in_its_own_words(framed: ProductPage) -> None:
    german = Locale.objects.create(language_code="de")
    for option in OptionType.objects.all():
        translated = option.copy_for_translation(german)
        translated.name = {"Size": "Format", "Frame": "Rahmen"}[option.name]
        for value in translated.values.all():
            value.name = {"Oak": "Eiche", "Black": "Schwarz"}.get(value.name, value.name)
        translated.save()
    page = framed.copy_for_translation(german, copy_parents=True)
    page.save_revision().publish()
    with translation.override("de"):
        context = context_of(page)
    assert [(offer.sku, offer.label) for offer in context["offers"]] == [
        ("A4-OAK", "A4 / Eiche"),
        ("A3-OAK", "A3 / Eiche"),
        ("A3-BLACK", "A3 / Schwarz"),
    ]
    assert [option.label for option in context["options"]] == ["Format", "Rahmen"]
    assert [offer["price"] for offer in context["offers_json"]] == [
        "14,00\xa0£",
        "24,00\xa0£",
        "26,00\xa0£",
    ]
    assert context["product_id"] == framed.pk


def test_gallery__has_the_product_s_pictures_then_the_variants_own() -> None:
    front, back, oak = make_picture("Front"), make_picture("Back"), make_picture("Oak")
    page = make_product(
        "Flow",
        variants=[
            make_variant("PLAIN", "24.00", picture=front, sort_order=0),
            make_variant("OAK", "34.00", picture=oak, sort_order=1),
        ],
    )
    page.gallery = [
        ProductPicture(picture=front, sort_order=0, alt="Seen from the front"),
        ProductPicture(picture=back, sort_order=1),
    ]
    page.save_revision().publish()
    context = context_of(page)
    assert [entry.picture for entry in context["gallery"]] == [front, back, oak]
    assert context["gallery"][0].alt == "Seen from the front"
    assert [offer.picture for offer in context["offers"]] == [1, 3]


# --- What search engines read ---------------------------------------------------------------


def test_structured_data__has_an_offer_a_variant(framed: ProductPage) -> None:
    framed.summary = "A print."
    framed.brand = Brand.objects.create(name="Bower Press")
    framed.save_revision().publish()
    data = context_of(framed)["structured_data"]
    assert (data["@type"], data["name"], data["description"]) == (
        "Product",
        "Satin Flow",
        "A print.",
    )
    assert data["brand"] == {"@type": "Brand", "name": "Bower Press"}
    assert data["url"].startswith("http")
    assert [
        (o["sku"], o["price"], o["priceCurrency"], o["availability"]) for o in data["offers"]
    ] == [
        ("A4-OAK", "14.00", "GBP", "https://schema.org/InStock"),
        ("A3-OAK", "24.00", "GBP", "https://schema.org/OutOfStock"),
        ("A3-BLACK", "26.00", "GBP", "https://schema.org/InStock"),
    ]


@pytest.mark.parametrize(
    ("currency", "price", "text"),
    [
        pytest.param("GBP", "24", "24.00", id="pounds"),
        pytest.param("GBP", "1250.5", "1250.50", id="no thousands separator"),
        pytest.param("JPY", "2400", "2400", id="yen"),
        pytest.param("KWD", "1.25", "1.250", id="dinars"),
        pytest.param("GBP", "0", "0.00", id="free"),
    ],
)
def test_structured_data__prices_are_text_with_the_places_of_the_currency(
    currency: str, price: str, text: str, settings: Settings
) -> None:
    settings.SHOP_CURRENCY = currency
    (offer,) = context_of(make_product(price=price))["structured_data"]["offers"]
    assert (offer["price"], offer["priceCurrency"]) == (text, currency)


@pytest.mark.parametrize(
    ("fields", "availability"),
    [
        pytest.param({}, "InStock", id="in stock"),
        pytest.param({"reserved": 8}, "LimitedAvailability", id="low"),
        pytest.param({"reserved": 10, "backorders_allowed": True}, "BackOrder", id="back-order"),
        pytest.param({"reserved": 10}, "OutOfStock", id="sold out"),
        pytest.param({"retired": True}, "OutOfStock", id="retired"),
    ],
)
def test_structured_data__says_whether_it_can_be_had(
    fields: dict[str, Any], availability: str
) -> None:
    page = make_product(sku="FLOW", on_hand=10)
    Sku.objects.filter(code="FLOW").update(**fields)
    (offer,) = context_of(page)["structured_data"]["offers"]
    assert offer["availability"] == f"https://schema.org/{availability}"


def test_structured_data__cannot_leave_its_script_element() -> None:
    data = {"name": "</script><script>alert(1)</script><!-- & ü"}
    text = json_ld(data)
    assert text.count("<") == 2
    assert json.loads(text[text.index("{") : text.rindex("}") + 1]) == data


def test_product_page__shows_price_stock_and_form(client: Client, framed: ProductPage) -> None:
    response = client.get(framed.get_url())
    assert response.status_code == 200
    body = response.content.decode()
    assert body.count("<h1") == 1
    assert "Satin Flow" in body
    assert "£14.00" in body
    assert f'action="/basket/add/{framed.pk}/"' in body
    assert re.findall(r'name="sku" value="([^"]+)"', body) == ["A4-OAK", "A3-OAK", "A3-BLACK"]
    assert "csrfmiddlewaretoken" not in body
    match = re.search(r'<script type="application/ld\+json">(.*?)</script>', body, re.S)
    assert match is not None
    assert [offer["price"] for offer in json.loads(match[1])["offers"]] == [
        "14.00",
        "24.00",
        "26.00",
    ]


def test_product_page__sold_out_says_so_and_offers_no_button(client: Client) -> None:
    page = make_product("Flow", sku="FLOW", on_hand=0)
    body = client.get(page.get_url()).content.decode()
    assert "Sold out" in body
    assert "Add to basket" not in body


def test_product_page__of_a_title_with_markup_shows_it_as_text(client: Client) -> None:
    page = make_product("<b>Flow</b> & </script>", sku="FLOW")
    body = client.get(page.get_url()).content.decode()
    assert "<b>Flow" not in body
    assert "&lt;b&gt;Flow&lt;/b&gt; &amp; &lt;/script&gt;" in body
