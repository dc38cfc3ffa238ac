"""The demo shop's past is invented the same way every time, and makes sense on any day."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from bowerbird.demo import planning
from bowerbird.demo.planning import Course, Goods, plan
from checkout import addresses
from tests.demo.shelves import some_goods

A_WEEK = [date(2026, 11, 16) + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize("today", A_WEEK, ids=lambda day: day.strftime("%A"))
def test_plan__on_any_day_has_something_of_everything(today: date) -> None:
    planned = plan(today, some_goods())
    assert len(planned) == planning.ORDERS
    to_pack = [one for one in planned if list(one.moments) == ["paid"]]
    on_their_way = [one for one in planned if list(one.moments) == ["paid", "sent"]]
    assert 2 <= len(to_pack) <= 14
    assert 4 <= len(on_their_way) <= 30
    [awaited] = [one for one in planned if one.course == Course.AWAITED]
    assert timedelta() < midnight(today) - awaited.placed_at < timedelta(days=6)
    ends = Counter(list(one.moments)[-1] for one in planned if one.moments)
    assert (ends["refunded"], ends["expired"], ends["cancelled"], ends["failed"]) == (1, 3, 2, 1)


@pytest.mark.parametrize("today", A_WEEK, ids=lambda day: day.strftime("%A"))
def test_plan__keeps_the_order_of_time(today: date) -> None:
    planned = plan(today, some_goods())
    placed = [one.placed_at for one in planned]
    assert placed == sorted(placed)
    assert placed[0] >= midnight(today) - timedelta(days=planning.DAYS)
    for one in planned:
        moments = [one.placed_at, *one.moments.values()]
        assert moments == sorted(moments)
        assert moments[-1] < midnight(today)


def midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=timezone.get_current_timezone())


def test_plan__is_the_same_every_time() -> None:
    assert plan(A_WEEK[0], some_goods()) == plan(A_WEEK[0], some_goods())


def test_plan__grows() -> None:
    middle = midnight(A_WEEK[0]) - timedelta(days=planning.DAYS / 2)
    late = sum(one.placed_at > middle for one in plan(A_WEEK[0], some_goods()))
    assert late > 0.55 * planning.ORDERS


def test_plan__sells_nothing_that_is_dearer_than_everything_else() -> None:
    goods = [*some_goods(), Goods("ORIGINAL", 12_500, 1)]
    assert not any("ORIGINAL" in one.quantities for one in plan(A_WEEK[0], goods))


@pytest.mark.parametrize(
    "person", planning.known_people()["customers"], ids=lambda one: one["name"]
)
def test_customer__lives_where_the_post_delivers(person: dict[str, str]) -> None:
    address = {name: person.get(name, "") for name in addresses.FIELDS}
    assert addresses.check(address) == {}
    assert planning.email_of(person["name"]).isascii()
