"""When parcels leave, and when they are there."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from django.utils import translation

from checkout.working_days import Arrival, House

CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)})
NOON = House(time(12), CHRISTMAS)


@pytest.mark.parametrize(
    ("ordered", "leaves"),
    [
        pytest.param("2026-11-26 11:59", "2026-11-26", id="before noon"),
        pytest.param("2026-11-26 12:00", "2026-11-26", id="at noon"),
        pytest.param("2026-11-26 12:01", "2026-11-27", id="after noon"),
        pytest.param("2026-11-27 12:01", "2026-11-30", id="on Friday afternoon"),
        pytest.param("2026-11-28 09:00", "2026-11-30", id="on Saturday"),
        pytest.param("2026-11-29 23:59", "2026-11-30", id="on Sunday"),
        pytest.param("2026-12-24 12:01", "2026-12-29", id="before Christmas"),
        pytest.param("2026-12-25 09:00", "2026-12-29", id="at Christmas"),
        pytest.param("2026-12-31 18:00", "2027-01-04", id="over the year"),
    ],
)
def test_leaves(ordered: str, leaves: str) -> None:
    assert NOON.leaves(datetime.fromisoformat(ordered)) == date.fromisoformat(leaves)


def test_leaves__without_a_cutoff_on_the_next_day() -> None:
    assert House().leaves(datetime.fromisoformat("2026-11-26 00:01")) == date(2026, 11, 27)


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        pytest.param(0, 0, ("2026-12-24", "2026-12-24"), id="the same day"),
        pytest.param(1, 1, ("2026-12-29", "2026-12-29"), id="the next working day"),
        pytest.param(2, 4, ("2026-12-30", "2027-01-04"), id="over two holidays and a weekend"),
    ],
)
def test_arrival(least: int, most: int, expected: tuple[str, str]) -> None:
    days = NOON.arrival(least, most, datetime.fromisoformat("2026-12-24 09:00"))

    assert (days.first, days.last) == tuple(date.fromisoformat(day) for day in expected)


@pytest.mark.parametrize(
    ("language", "range_of_days", "one_day"),
    [
        ("en-gb", "Tue 1 Dec – Thu 3 Dec", "Tue 1 Dec"),
        ("de", "Di., 1. – Do., 3. Dez.", "Di., 1. Dez."),
    ],
)
def test_arrival__in_words(language: str, range_of_days: str, one_day: str) -> None:
    days = Arrival(date(2026, 12, 1), date(2026, 12, 3))
    with translation.override(language):
        assert " ".join(str(days).split()) == range_of_days
        assert days.first_day == one_day
