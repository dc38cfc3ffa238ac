"""Days of the books, and what is added to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from products.money import ZERO


@dataclass(frozen=True)
class Period:
    """Whole days of the shop's clock, both included, whatever clock its reader has."""

    first: date
    last: date

    @property
    def moments(self) -> tuple[datetime, datetime]:
        """From the first, up to but not including the second."""
        return _midnight(self.first), _midnight(self.last + timedelta(days=1))


@dataclass(frozen=True)
class Booked:
    """What is added to the books: below zero where money goes back."""

    net: Decimal = ZERO
    tax: Decimal = ZERO

    def __add__(self, other: Booked) -> Booked:
        return Booked(self.net + other.net, self.tax + other.tax)

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


NOTHING = Booked()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone())
