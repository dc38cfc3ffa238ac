"""When a parcel leaves, and when it is there: counted in working days, Monday to Friday."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from babel.dates import format_interval, format_skeleton
from django.utils import timezone, translation

ONE_DAY = timedelta(days=1)
_WEEKEND = (5, 6)


@dataclass(frozen=True)
class Arrival:
    """The first and the last day on which a parcel may come."""

    first: date
    last: date

    def __str__(self) -> str:
        locale = translation.to_locale(translation.get_language() or "en")
        if self.first == self.last:
            return format_skeleton("MMMEd", self.first, locale=locale)
        return format_interval(self.first, self.last, "MMMEd", locale=locale)

    @property
    def first_day(self) -> str:
        return str(Arrival(self.first, self.first))


@dataclass(frozen=True)
class House:
    """The working days of a shop. `cutoff`: what is ordered by then leaves on the same day."""

    cutoff: time | None = None
    closed: Collection[date] = ()

    def is_open(self, day: date) -> bool:
        return day.weekday() not in _WEEKEND and day not in self.closed

    def leaves(self, ordered: datetime) -> date:
        """`ordered` in the shop's own time zone."""
        day = ordered.date()
        if self.is_open(day) and self.cutoff is not None and ordered.time() <= self.cutoff:
            return day
        return self.later(day, 1)

    def later(self, day: date, working_days: int) -> date:
        """So many working days after `day`; none: the day itself."""
        while working_days > 0:
            day += ONE_DAY
            working_days -= self.is_open(day)
        return day

    def arrival(self, least: int, most: int, ordered: datetime | None = None) -> Arrival:
        """Of what is ordered, now or then, and takes that many working days."""
        leaves = self.leaves(ordered or timezone.localtime())
        return Arrival(self.later(leaves, least), self.later(leaves, most))
