"""Bands of weight and value: what they hold, where they overlap, and what they leave out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkout.bands import Band, Parcel, first_gap, first_overlap, format_weight, too_much_for

D = Decimal


def band(text: str) -> Band:
    """ "2000..5000 45..": over 2 kg up to 5 kg, goods from 45."""
    (over, _, up_to), (first, _, below) = (part.partition("..") for part in text.split())
    return Band(
        D(over or 0), D(up_to) if up_to else None, D(first or 0), D(below) if below else None
    )


@pytest.mark.parametrize(
    ("text", "weight", "goods", "holds"),
    [
        pytest.param(".. ..", 10**6, "99999", True, id="everything"),
        pytest.param("..2000 ..", 0, "1", True, id="weighs nothing"),
        pytest.param("..2000 ..", 2000, "1", True, id="up to, and with it"),
        pytest.param("..2000 ..", 2001, "1", False, id="a gram too heavy"),
        pytest.param("2000.. ..", 2000, "1", False, id="over, and not with it"),
        pytest.param("2000.. ..", 2001, "1", True, id="a gram over"),
        pytest.param("2000.. ..", 0, "1", False, id="nothing is not over"),
        pytest.param(".. 45..", 1, "45.00", True, id="from, and with it"),
        pytest.param(".. 45..", 1, "44.99", False, id="a penny too little"),
        pytest.param(".. ..45", 1, "44.99", True, id="under"),
        pytest.param(".. ..45", 1, "45.00", False, id="under, and not with it"),
    ],
)
def test_band__holds(text: str, weight: int, goods: str, holds: bool) -> None:
    assert band(text).holds(Parcel(weight, D(goods))) is holds


@pytest.mark.parametrize(
    ("texts", "overlap", "gap"),
    [
        pytest.param([".. .."], None, None, id="one for all"),
        pytest.param(["..2000 ..", "2000.. .."], None, None, id="side by side"),
        pytest.param(["..2000 ..", "1500.. .."], (0, 1), None, id="overlapping weights"),
        pytest.param(["..2000 ..", "3000.. .."], None, "2000..3000 ..", id="a kilo left out"),
        pytest.param([".. ..45", ".. 50.."], None, ".. 45..50", id="five pounds left out"),
        pytest.param([".. ..45", ".. 40.."], (0, 1), None, id="overlapping values"),
        pytest.param([".. ..45", ".. 45.."], None, None, id="dear and cheap"),
        pytest.param(["..2000 .."], None, None, id="an end is no gap"),
        pytest.param(["30000.. .."], None, None, id="a beginning is no gap"),
        pytest.param([".. ..50"], None, None, id="only cheap things"),
        pytest.param(["..2000 ..50", "2000.. 50.."], None, None, id="a staircase"),
        pytest.param(
            ["..1000 ..", "1000..2000 ..50", "2000.. .."],
            None,
            "1000..2000 50..",
            id="dear things of middling weight",
        ),
        pytest.param(["..1000 ..", "..1000 ..", "1000.. .."], (0, 1), None, id="twice the same"),
    ],
)
def test_bands__contradictions(
    texts: list[str], overlap: tuple[int, int] | None, gap: str | None
) -> None:
    bands = [band(text) for text in texts]

    assert first_overlap(bands) == overlap
    if overlap is None:
        assert first_gap(bands) == (band(gap) if gap else None)


edges = st.lists(st.integers(1, 40), min_size=0, max_size=4, unique=True).map(sorted)


@given(edges, edges, st.integers(0, 45), st.integers(0, 45))
def test_bands__a_grid_holds_every_parcel_once(
    weights: list[int], values: list[int], weight: int, goods: int
) -> None:
    grid = [
        Band(D(over), up_to, D(first), below)
        for over, up_to in zip([0, *weights], [*map(D, weights), None], strict=True)
        for first, below in zip([0, *values], [*map(D, values), None], strict=True)
    ]

    assert first_overlap(grid) is None
    assert first_gap(grid) is None
    assert sum(one.holds(Parcel(weight, D(goods))) for one in grid) == 1


@pytest.mark.parametrize(
    ("texts", "weight", "goods", "words"),
    [
        pytest.param(
            ["..2000 .."], 3400, "5", "Carries up to 2 kg, and this weighs 3.4 kg.", id="too heavy"
        ),
        pytest.param(
            ["30000.. .."], 850, "5", "For more than 30 kg, and this weighs 850 g.", id="too light"
        ),
        pytest.param(["..500 ..50"], 100, "50", "For goods under £50.00.", id="too dear"),
        pytest.param([".. 20.."], 100, "19.99", "For goods from £20.00.", id="too cheap"),
        pytest.param([], 1, "1", "Carries up to 0 g, and this weighs 1 g.", id="no bands"),
    ],
)
def test_why__in_words(texts: list[str], weight: int, goods: str, words: str) -> None:
    assert too_much_for([band(text) for text in texts], Parcel(weight, D(goods))) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (".. ..", "everything"),
        ("..2000 ..", "up to 2 kg"),
        ("500..2000 ..", "over 500 g up to 2 kg"),
        ("2000.. 45..", "over 2 kg, goods from £45.00"),
        (".. 45..50", "goods from £45.00 and under £50.00"),
    ],
)
def test_band__in_words(text: str, words: str) -> None:
    assert str(band(text)) == words


def test_weight__in_words() -> None:
    assert [format_weight(grams) for grams in (0, 999, 1000, 12345)] == [
        "0 g",
        "999 g",
        "1 kg",
        "12.345 kg",
    ]
