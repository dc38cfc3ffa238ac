from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.utils import translation
from pytest_django import Settings

from products.models import Variant
from products.money import exponent, format_money, round_money, smallest_unit
from products.tests.factories import make_product


@pytest.mark.parametrize(
    ("currency", "places", "unit"),
    [
        pytest.param("GBP", 2, "0.01", id="pounds and pence"),
        pytest.param("EUR", 2, "0.01", id="euros and cents"),
        pytest.param("JPY", 0, "1", id="yen"),
        pytest.param("KRW", 0, "1", id="won"),
        pytest.param("KWD", 3, "0.001", id="dinars and fils"),
    ],
)
def test_exponent__is_the_currency_s(currency: str, places: int, unit: str) -> None:
    assert exponent(currency) == places
    assert str(smallest_unit(currency)) == unit


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        pytest.param("2.345", "GBP", "2.35", id="half goes up"),
        pytest.param("2.355", "GBP", "2.36", id="half goes up, whatever stands before"),
        pytest.param("-2.345", "GBP", "-2.35", id="half goes away from zero"),
        pytest.param("2.3449", "GBP", "2.34", id="below the half"),
        pytest.param("1250", "GBP", "1250.00", id="whole pounds"),
        pytest.param("1249.5", "JPY", "1250", id="yen"),
        pytest.param("1249.4", "JPY", "1249", id="yen, down"),
        pytest.param("1.2345", "KWD", "1.235", id="dinars"),
        pytest.param("0", "GBP", "0.00", id="nothing"),
    ],
)
def test_round_money__to_the_smallest_unit(amount: str, currency: str, rounded: str) -> None:
    assert str(round_money(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize(
    ("amount", "currency", "language", "text"),
    [
        pytest.param("1250", "GBP", "en", "£1,250.00", id="pounds in English"),
        pytest.param("1250", "GBP", "de", "1.250,00\xa0£", id="pounds in German"),
        pytest.param("1250", "EUR", "de", "1.250,00\xa0€", id="euros in German"),
        pytest.param("1250", "JPY", "en", "¥1,250", id="yen have no fraction"),
        pytest.param("1249.500", "JPY", "en", "¥1,250", id="a fraction of a yen is rounded"),
        pytest.param("1250", "JPY", "de", "1.250\xa0¥", id="yen in German"),
        pytest.param("1.5", "KWD", "de", "1,500\xa0KWD", id="dinars have a thousandth"),
        pytest.param("0", "GBP", "en", "£0.00", id="nothing"),
        pytest.param("-4.5", "GBP", "en", "-£4.50", id="a refund"),
        pytest.param("0.005", "GBP", "en", "£0.01", id="rounded like everything else"),
    ],
)
def test_format_money__as_the_reader_writes_it(
    amount: str, currency: str, language: str, text: str
) -> None:
    assert format_money(Decimal(amount), currency, language) == text


def test_format_money__follows_the_active_language() -> None:
    with translation.override("de"):
        assert format_money(Decimal("3.5"), "GBP") == "3,50\xa0£"
    with translation.override(None):
        assert format_money(Decimal("3.5"), "GBP") == "£3.50"


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        pytest.param("{% money price %}", Decimal("24"), "£24.00", id="the shop's currency"),
        pytest.param("{% money price 'EUR' %}", Decimal("24"), "€24.00", id="an order's currency"),
        pytest.param("{% money price %}", "24.5", "£24.50", id="text"),
        pytest.param("{% money price %}", Decimal(0), "£0.00", id="zero is a price"),
        pytest.param("{% money price %}", None, "", id="none is no price"),
        pytest.param("{% money price %}", "", "", id="nor is empty text"),
    ],
)
def test_money_tag__renders(source: str, value: Decimal | str | None, text: str) -> None:
    template = Template("{% load money %}" + source)
    assert template.render(Context({"price": value})) == text


# --- The form field -------------------------------------------------------------------------


def price_field() -> forms.Field:
    field = Variant._meta.get_field("price").formfield()
    assert isinstance(field, forms.Field)
    return field


@pytest.mark.parametrize(
    ("currency", "typed", "price"),
    [
        pytest.param("GBP", "24", "24", id="whole"),
        pytest.param("GBP", "24.50", "24.50", id="two places"),
        pytest.param("GBP", " 24.5 ", "24.5", id="with spaces around"),
        pytest.param("GBP", "0", "0", id="free"),
        pytest.param("GBP", "99999999999", "99999999999", id="eleven digits"),
        pytest.param("JPY", "2400", "2400", id="yen"),
        pytest.param("KWD", "1.234", "1.234", id="dinars"),
    ],
)
def test_money_field__takes(currency: str, typed: str, price: str, settings: Settings) -> None:
    settings.SHOP_CURRENCY = currency
    assert price_field().clean(typed) == Decimal(price)


@pytest.mark.parametrize(
    ("currency", "typed", "message"),
    [
        pytest.param("GBP", "", "This field is required.", id="nothing"),
        pytest.param("GBP", "-1", "A price cannot be negative. Enter 0 or more.", id="negative"),
        pytest.param("GBP", "-0.01", "A price cannot be negative. Enter 0 or more.", id="a penny"),
        pytest.param("GBP", "1.005", "no more than 2 decimal places", id="half a penny"),
        pytest.param("JPY", "1.5", "no more than 0 decimal places", id="half a yen"),
        pytest.param("KWD", "1.0005", "no more than 3 decimal places", id="half a fils"),
        pytest.param("GBP", "abc", "Enter a number.", id="a word"),
        pytest.param("GBP", "NaN", "Enter a number.", id="not a number"),
        pytest.param("GBP", "Infinity", "Enter a number.", id="infinity"),
        pytest.param("GBP", "1e20", "digits", id="astronomical"),
        pytest.param("GBP", "£24", "Enter a number.", id="with the sign"),
    ],
)
def test_money_field__refuses(currency: str, typed: str, message: str, settings: Settings) -> None:
    settings.SHOP_CURRENCY = currency
    with pytest.raises(ValidationError) as refusal:
        price_field().clean(typed)
    assert message in " ".join(refusal.value.messages)


@pytest.mark.parametrize(
    ("currency", "stored", "shown"),
    [
        pytest.param("GBP", Decimal("24.000"), "24.00", id="pounds"),
        pytest.param("JPY", Decimal("2400.000"), "2400", id="yen"),
        pytest.param("KWD", Decimal("1.5"), "1.500", id="dinars"),
        pytest.param("GBP", "24,5", "24,5", id="what was typed stays as typed"),
        pytest.param("GBP", None, None, id="nothing"),
    ],
)
def test_money_field__shows_the_places_of_the_currency(
    currency: str, stored: Decimal | str | None, shown: str | None, settings: Settings
) -> None:
    settings.SHOP_CURRENCY = currency
    assert price_field().prepare_value(stored) == shown


@pytest.mark.django_db
@pytest.mark.parametrize("price", ["0.001", "24.00", "99999999999.999"])
def test_price__comes_back_from_the_database_as_it_went_in(price: str) -> None:
    make_product(sku="A", price=price)
    assert Variant.objects.get().price == Decimal(price)
