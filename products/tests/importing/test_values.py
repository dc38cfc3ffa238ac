from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from products.importing.files import texts, values
from products.importing.files.figures import Numbers, Unreadable


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        pytest.param("1234", "1234", id="whole"),
        pytest.param("1234.5", "1234.5", id="point"),
        pytest.param("1,234.56", "1234.56", id="English"),
        pytest.param("1.234,56", "1234.56", id="German"),
        pytest.param("1 234,56", "1234.56", id="French"),
        pytest.param("1\u202f234,56", "1234.56", id="French, thin space"),
        pytest.param("1'234.50", "1234.50", id="Swiss"),
        pytest.param("1’234.50", "1234.50", id="Swiss, typographic"),
        pytest.param("1,23,456.00", "123456.00", id="Indian"),
        pytest.param("1.234.567", "1234567", id="grouped twice"),
        pytest.param("0,999", "0.999", id="no thousand begins with zero"),
        pytest.param(".5", "0.5", id="no zero before"),
        pytest.param("12,-", "12", id="nothing after"),
        pytest.param("12.–", "12", id="nothing after, with a dash"),
        pytest.param("£12.50", "12.50", id="symbol"),
        pytest.param("12.50 £", "12.50", id="symbol after"),
        pytest.param("GBP 12.50", "12.50", id="code"),
        pytest.param("12.50gbp", "12.50", id="small code after"),
        pytest.param("+12", "12", id="sign"),
        pytest.param("１２.５", "12.5", id="full-width"),
        pytest.param("0", "0", id="free"),
    ],
)
def test_price__as_shops_write_it(cell: str, amount: str) -> None:
    assert values.price(cell, Numbers(), "GBP") == Decimal(amount)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        pytest.param("-5", "“-5” is below zero: not a price.", id="negative"),
        pytest.param("(5.00)", "“(5.00)” is below zero: not a price.", id="an accountant's"),
        pytest.param("5.00-", "“5.00-” is below zero: not a price.", id="minus after"),
        pytest.param("free", "“free” is not a number.", id="a word"),
        pytest.param("1.2.3", "“1.2.3” is not a number.", id="not grouped"),
        pytest.param("12 34", "“12 34” is not a number.", id="two numbers"),
        pytest.param("1.99E+2", "“1.99E+2” is not a number.", id="a spreadsheet's"),
        pytest.param("#REF!", "“#REF!” is not a number.", id="a spreadsheet's error"),
        pytest.param("١٢", "“١٢” is not a number.", id="other digits"),
        pytest.param(
            "12.50 USD",
            "“12.50 USD” is not a price in GBP, the currency of this shop.",
            id="another currency",
        ),
        pytest.param(
            "€12", "“€12” is not a price in GBP, the currency of this shop.", id="its symbol"
        ),
        pytest.param("999999999999", "“999999999999” is too much for a price.", id="too much"),
    ],
)
def test_price__quotes_what_it_refuses(cell: str, message: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        values.price(cell, Numbers(), "GBP")
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("others", "cell", "currency", "amount"),
    [
        pytest.param(["9.99"], "1,234", "GBP", "1234", id="points elsewhere"),
        pytest.param(["9,99"], "1,234", "GBP", "1.234", id="commas elsewhere"),
        pytest.param(["9,99"], "1.234", "GBP", "1234", id="commas elsewhere, point here"),
        pytest.param(["9.99"], "1.234", "GBP", "1.234", id="points elsewhere, point here"),
        pytest.param(["1.234.567"], "1.234", "GBP", "1234", id="thousands grouped by points"),
        pytest.param(["5", "12"], "1,234", "GBP", "1234", id="nothing tells: a thousand"),
        pytest.param(["5", "12"], "1.234", "KWD", "1.234", id="of a thousand fils, a fraction"),
        pytest.param(["5"], "1,234", "JPY", "1234", id="yen have no fraction"),
        pytest.param(["9.99", "1,5 pieces"], "1,234", "GBP", "1234", id="nonsense tells nothing"),
        pytest.param(["9.99", "1,50 €"], "1,234", "GBP", "1234", id="nor do other currencies"),
    ],
)
def test_price__that_could_be_two_is_decided_by_the_file(
    others: list[str], cell: str, currency: str, amount: str
) -> None:
    numbers = Numbers.of([*others, cell], currency)
    assert values.price(cell, numbers, currency) == Decimal(amount)


def test_price__of_a_file_that_contradicts_itself_is_refused_where_it_matters() -> None:
    numbers = Numbers.of(["9.99", "9,99", "1,234"], "GBP")
    assert numbers == Numbers(mixed=True)
    assert values.price("9,99", numbers, "GBP") == Decimal("9.99")
    with pytest.raises(Unreadable) as refusal:
        values.price("1,234", numbers, "GBP")
    assert str(refusal.value) == (
        "“1,234” can be read in two ways: the file writes its numbers in both."
    )


@pytest.mark.parametrize(
    ("cell", "units"),
    [
        pytest.param("3", "3", id="whole"),
        pytest.param("3.0", "3.0", id="with a fraction of nothing"),
        pytest.param("-4", "-4", id="owed"),
        pytest.param("−4", "-4", id="owed, typographic"),
        pytest.param("1,200", "1200", id="a thousand"),
        pytest.param("0", "0", id="none"),
    ],
)
def test_quantity__reads(cell: str, units: str) -> None:
    assert values.quantity(cell, Numbers()) == Decimal(units)


@pytest.mark.parametrize("cell", ["many", "5 pcs", "£5", "5012345678900", "3/4"])
def test_quantity__refuses_what_is_no_number_of_units(cell: str) -> None:
    with pytest.raises(Unreadable, match=f"“{cell}” is not a number"):
        values.quantity(cell, Numbers())


@pytest.mark.parametrize(
    ("cell", "unit", "grams"),
    [
        pytest.param("250", "g", 250, id="grams"),
        pytest.param("1.5", "kg", 1500, id="kilograms"),
        pytest.param("1.234", "kg", 1234, id="three decimals are likelier than a ton"),
        pytest.param(".5", "lbs", 227, id="pounds"),
        pytest.param("3", "oz", 85, id="ounces"),
        pytest.param("250 g", "kg", 250, id="the cell's own unit"),
        pytest.param("0", "kg", 0, id="nothing"),
    ],
)
def test_weight__is_grams(cell: str, unit: str, grams: int) -> None:
    assert values.weight(cell, unit, Numbers()) == grams


@pytest.mark.parametrize(
    ("cell", "unit"), [("-1", "kg"), ("heavy", "kg"), ("3", "stone"), ("999999999", "kg")]
)
def test_weight__refuses(cell: str, unit: str) -> None:
    with pytest.raises(Unreadable):
        values.weight(cell, unit, Numbers())


@pytest.mark.parametrize(
    ("cell", "default", "answer"),
    [
        pytest.param("1", False, True, id="WooCommerce's yes"),
        pytest.param("0", True, False, id="WooCommerce's no"),
        pytest.param("-1", True, True, id="neither: the default"),
        pytest.param("TRUE", False, True, id="Shopify's yes"),
        pytest.param("false", True, False, id="Shopify's no"),
        pytest.param("continue", False, True, id="sells on"),
        pytest.param("deny", True, False, id="does not"),
        pytest.param("notify", False, True, id="sells on, with a word"),
        pytest.param("WAHR", False, True, id="a German spreadsheet's yes"),
        pytest.param("", True, True, id="nothing"),
    ],
)
def test_yes_or_no__in_the_words_of_both_shops(cell: str, default: bool, answer: bool) -> None:
    assert values.yes_or_no(cell, default) is answer


def test_day__takes_the_day_of_a_time() -> None:
    for cell in ("2025-11-28", "2025-11-28 09:00:00", "2025-11-28T00:00:00+00:00"):
        assert values.day(cell) == date(2025, 11, 28)
    for cell in ("28/11/2025", "2025-13-01", "soon"):
        with pytest.raises(Unreadable, match=f"“{cell}” is not a date"):
            values.day(cell)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("FLOW-A3", "FLOW-A3", id="good as it is"),
        pytest.param("FLOW A3", "FLOW-A3", id="space"),
        pytest.param("Größe/1", "Grosse/1", id="umlauts"),
        pytest.param("'0012", "0012", id="a spreadsheet's apostrophe"),
        pytest.param('="0012"', "0012", id="a spreadsheet's formula"),
        pytest.param("#12 (blue)", "12-blue", id="signs"),
        pytest.param("…", "", id="nothing left"),
        pytest.param("X" * 65, "", id="too long to be told apart once cut"),
    ],
)
def test_sku_code__is_one_that_stock_takes(cell: str, code: str) -> None:
    assert texts.sku_code(cell) == code


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        pytest.param("5012345678900", "5012345678900", id="EAN"),
        pytest.param("'0012345678905", "0012345678905", id="with its leading zero"),
        pytest.param("5.01235E+12", None, id="rounded"),
        pytest.param("5,01235E+12", None, id="rounded in German"),
        pytest.param("9" * 65, None, id="too long"),
    ],
)
def test_barcode__is_whole_or_none(cell: str, code: str | None) -> None:
    assert texts.barcode(cell) == code


def test_cut__ends_at_a_word() -> None:
    assert texts.cut("A vase that holds one stem", 16) == "A vase that…"
    assert texts.cut("A vase", 6) == "A vase"
    assert texts.cut("x" * 20, 10) == "x" * 9 + "…"


def test_lists__come_back_whatever_they_hold() -> None:
    parts = ["a, b", "c\\", "\\,", "d > e"]
    assert texts.join_list(parts, ",") == "a\\, b, c\\\\, \\\\\\,, d > e"
    assert texts.part_list(texts.join_list(parts, ","), ",") == parts
    assert texts.split_list("Cups\\, large, Sale,, ") == ["Cups, large", "Sale"]
