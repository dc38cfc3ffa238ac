"""VAT numbers as companies type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.vat_numbers import InvalidVatNumber, checked


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("  ", "", id="blanks"),
        pytest.param("DE136695976", "DE136695976", id="as it is written"),
        pytest.param(" de 136.695-976 ", "DE136695976", id="as it is typed"),
        pytest.param("ATU13585627", "ATU13585627", id="Austria"),
        pytest.param("EL094259216", "EL094259216", id="Greece"),
        pytest.param("GR094259216", "EL094259216", id="Greece, by its country"),
        pytest.param("NL004495445B01", "NL004495445B01", id="Netherlands"),
        pytest.param("XI980780684", "XI980780684", id="Northern Ireland"),
    ],
)
def test_number__accepted(typed: str, number: str) -> None:
    assert checked(typed, "FR") == number


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param("DE136695977", "not a VAT number of that country", id="wrong check digit"),
        pytest.param("DE13669597", "not a VAT number of that country", id="a digit short"),
        pytest.param("136695976", "Begin with the two letters", id="no country"),
        pytest.param("CHE107787577IVA", "Begin with the two letters", id="Switzerland"),
        pytest.param("EU372022452", "Begin with the two letters", id="One Stop Shop"),
        pytest.param("GB980780684", "British numbers do not count", id="Britain"),
        pytest.param("FR40303265045", "our own country", id="the shop's own country"),
        pytest.param("DE136695976\x00", "Begin with the two letters", id="NUL"),
        pytest.param("DE١٣٦٦٩٥٩٧٦", "Begin with the two letters", id="Arabic digits"),
        pytest.param("ＤＥ136695976", "Begin with the two letters", id="wide letters"),
        pytest.param("DE" + "1" * 10_000, "Begin with the two letters", id="very long"),
        pytest.param("DE'; DROP TABLE x;--", "Begin with the two letters", id="SQL"),
        pytest.param("<b>DE</b>", "Begin with the two letters", id="HTML"),
    ],
)
def test_number__refused(typed: str, words: str) -> None:
    with pytest.raises(InvalidVatNumber, match=words):
        checked(typed, "FR")


@given(st.text(max_size=40) | st.from_regex(r"[A-Z]{2}[0-9A-Z ]{0,14}"))
def test_number__any_text_is_a_number_or_refused(typed: str) -> None:
    try:
        number = checked(typed, "FR")
    except InvalidVatNumber:
        return
    assert number == "" or (number.isascii() and number.isalnum() and len(number) <= 20)
    assert checked(number, "FR") == number
