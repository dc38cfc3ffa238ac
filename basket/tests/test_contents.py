from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basket.contents import Contents, HeldLine
from basket.tests.factories import MORNING, holding

GOOD = {"quantity": 2, "price": "24.00", "added_at": "2030-06-01T09:00:00+00:00"}


def test_contents__come_back_as_they_were_stored() -> None:
    contents = holding({"FLOW-A3": (2, "24.00"), "FLOW-A4": (1, "1250.005")}, coupon="SPRING")
    assert contents.to_json() == {
        "lines": {
            "FLOW-A3": GOOD,
            "FLOW-A4": {**GOOD, "quantity": 1, "price": "1250.005"},
        },
        "coupon": "SPRING",
    }
    assert Contents.from_json(contents.to_json()) == contents


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(None, id="none"),
        pytest.param("basket", id="text"),
        pytest.param(7, id="a number"),
        pytest.param([], id="a list"),
        pytest.param({}, id="an empty object"),
        pytest.param({"lines": None}, id="no lines"),
        pytest.param({"lines": []}, id="lines in a list"),
        pytest.param({"lines": "FLOW"}, id="lines as text"),
        pytest.param({"lines": {}, "coupon": None}, id="no coupon"),
        pytest.param({"lines": {}, "coupon": {"code": "X"}}, id="a coupon of another shape"),
    ],
)
def test_contents__of_another_shape_are_empty(raw: Any) -> None:
    assert Contents.from_json(raw) == Contents({}, "")
    assert not Contents.from_json(raw)


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(None, id="none"),
        pytest.param("2", id="text"),
        pytest.param(2, id="a number"),
        pytest.param([2, "24.00"], id="a list"),
        pytest.param({}, id="nothing"),
        pytest.param({**GOOD, "quantity": 0}, id="no units"),
        pytest.param({**GOOD, "quantity": -1}, id="a negative quantity"),
        pytest.param({**GOOD, "quantity": "many"}, id="a word for a quantity"),
        pytest.param({**GOOD, "quantity": None}, id="none for a quantity"),
        pytest.param({**GOOD, "quantity": float("inf")}, id="infinitely many"),
        pytest.param({**GOOD, "price": "abc"}, id="a word for a price"),
        pytest.param({**GOOD, "price": None}, id="none for a price"),
        pytest.param({**GOOD, "price": "NaN"}, id="a price that is no number"),
        pytest.param({**GOOD, "price": "Infinity"}, id="an infinite price"),
        pytest.param({**GOOD, "price": "-24.00"}, id="a negative price"),
        pytest.param({**GOOD, "price": []}, id="a list for a price"),
        pytest.param({**GOOD, "added_at": "yesterday"}, id="a word for a time"),
        pytest.param({**GOOD, "added_at": 1906534800}, id="a number for a time"),
        pytest.param({**GOOD, "added_at": "2030-06-01T09:00:00"}, id="a time of no zone"),
        pytest.param({**GOOD, "added_at": None}, id="none for a time"),
    ],
)
def test_contents__a_line_that_cannot_be_read_is_left_out(entry: Any) -> None:
    contents = Contents.from_json({"lines": {"BAD": entry, "GOOD": GOOD}, "coupon": "SPRING"})
    assert contents == holding({"GOOD": (2, "24.00")}, coupon="SPRING")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
entries = st.dictionaries(st.sampled_from(["quantity", "price", "added_at"]), json_values)


@given(
    raw=json_values
    | st.fixed_dictionaries({"lines": st.dictionaries(st.text(), entries), "coupon": json_values})
)
def test_contents__of_whatever_shape_are_never_an_error(raw: Any) -> None:
    contents = Contents.from_json(raw)
    assert Contents.from_json(contents.to_json()) == contents
    assert all(line.quantity > 0 and line.price >= 0 for line in contents.lines.values())


@pytest.mark.parametrize(
    ("here", "there", "merged"),
    [
        pytest.param({"A": 2}, {}, {"A": 2}, id="nothing there"),
        pytest.param({}, {"A": 2}, {"A": 2}, id="nothing here"),
        pytest.param({"A": 2}, {"B": 3}, {"B": 3, "A": 2}, id="different things"),
        pytest.param({"A": 2}, {"A": 3}, {"A": 3}, id="more there"),
        pytest.param({"A": 3}, {"A": 2}, {"A": 3}, id="more here"),
        pytest.param({"A": 3, "B": 1}, {"A": 2, "B": 4}, {"A": 3, "B": 4}, id="one of each"),
    ],
)
def test_merged__the_larger_quantity_wins(
    here: dict[str, int], there: dict[str, int], merged: dict[str, int]
) -> None:
    mine = holding({code: (n, "24.00") for code, n in here.items()})
    theirs = holding({code: (n, "24.00") for code, n in there.items()})
    together = mine.merged_with(theirs)
    assert {code: line.quantity for code, line in together.lines.items()} == merged


def test_merged__this_one_s_price_and_time_are_kept() -> None:
    later = datetime(2030, 6, 2, tzinfo=UTC)
    mine = Contents({"A": HeldLine(1, Decimal("20.00"), later)})
    together = mine.merged_with(holding({"A": (3, "24.00")}))
    assert together.lines == {"A": HeldLine(3, Decimal("20.00"), later)}
    assert mine.lines == {"A": HeldLine(1, Decimal("20.00"), later)}


@pytest.mark.parametrize(
    ("here", "there", "kept"),
    [
        ("", "", ""),
        ("SPRING", "", "SPRING"),
        ("", "AUTUMN", "AUTUMN"),
        ("SPRING", "AUTUMN", "SPRING"),
    ],
)
def test_merged__a_coupon_is_kept(here: str, there: str, kept: str) -> None:
    together = holding({"A": (1, "1")}, coupon=here).merged_with(holding({}, coupon=there))
    assert together.coupon == kept
    assert together.lines["A"].added_at == MORNING
