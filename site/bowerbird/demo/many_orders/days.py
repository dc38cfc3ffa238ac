"""When people order: over months and years, more of them each year, most in the evening."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from bowerbird.demo.planning import BY_HOUR, BY_WEEKDAY, FIRST_HOUR, GROWTH

FEWEST_DAYS, MOST_DAYS = 60, 3 * 365
ORDERS_A_DAY = 20  # where there are few, so that they go back a while
# What is not paid in the hour after it is over before midnight.
LAST_HOUR = 22
BEFORE_CHRISTMAS = 2.5


def placed(orders: int, today: date, die: Random) -> Iterator[int]:
    """Seconds since 1970 of so many orders, oldest first, the newest yesterday."""
    days = min(max(orders // ORDERS_A_DAY, FEWEST_DAYS), MOST_DAYS)
    first = today - timedelta(days=days)
    calendar = [first + timedelta(days=n) for n in range(days)]
    weights = [_weight(day, n / days) for n, day in enumerate(calendar)]
    total, so_far, done = sum(weights), 0.0, 0
    for day, weight in zip(calendar, weights, strict=True):
        so_far += weight
        until = round(orders * so_far / total)
        yield from sorted(_moment(day, die) for _ in range(until - done))
        done = until


def midnight(day: date) -> int:
    """As the shop's clock has it."""
    return int(datetime.combine(day, time(), timezone.get_current_timezone()).timestamp())


def _weight(day: date, progress: float) -> float:
    season = BEFORE_CHRISTMAS if (11, 20) <= (day.month, day.day) <= (12, 18) else 1
    return BY_WEEKDAY[day.weekday()] * (1 + (GROWTH - 1) * progress) * season


def _moment(day: date, die: Random) -> int:
    hours = range(FIRST_HOUR, LAST_HOUR + 1)
    [hour] = die.choices(hours, BY_HOUR[: len(hours)])
    return midnight(day) + hour * 3600 + int(die.random() * 3600)
