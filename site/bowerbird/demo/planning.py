"""Who ordered what from the demo shop, and when: invented by a seeded die, the same every time.

The plan depends on the day on which it is made and on the catalogue, on nothing else. It ends with
the day before, so that it is the same at any hour.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from django.utils import timezone

from checkout.addresses import FIELDS

SEED = 20
ORDERS = 120
DAYS = 56
# Monday to Sunday; more people look at pictures on a Sunday than on a Saturday.
BY_WEEKDAY = (1.0, 0.9, 0.9, 1.0, 1.1, 0.8, 1.3)
# From seven in the morning on: a little at noon, most in the evening.
BY_HOUR = (1, 2, 3, 3, 3, 6, 6, 4, 3, 3, 4, 5, 8, 10, 9, 5, 2)
FIRST_HOUR = 7
GROWTH = 2.2  # the last day against the first
LINES = (1, 2, 3, 4)
HOW_OFTEN_LINES = (46, 30, 16, 8)
MOST_UNITS_UNDER = 5  # pounds: below, people take several
DEAREST = 500  # pounds: beyond, a sale is an event and not a matter of statistics
PLENTY = 12  # units: orders that came to nothing had asked for what there is enough of
PARCELS_LEAVE = time(15, 30)
SHOPPER = "shopper@bower.example"
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # of an order's number
# What Unicode does not take apart.
_AS_TWO_LETTERS = str.maketrans(
    {"ß": "ss", "ł": "l", "ø": "o", "æ": "ae", "þ": "th", "ð": "d", "ı": "i"}
)


class Course(Enum):
    """How an order goes on, where time allows."""

    USUAL = auto()
    REFUNDED = auto()
    REDUCED = auto()  # a part of the money went back, the goods stayed
    ASKED = auto()  # its buyer wants to send something back, and waits for an answer
    TRANSFER = auto()  # paid by bank, after some days
    AWAITED = auto()  # to be paid by bank; nothing has come yet
    CANCELLED = auto()
    EXPIRED = auto()
    FAILED = auto()


# By place in the row, oldest first; all others take their usual course.
COURSES: Mapping[int, Course] = {
    9: Course.TRANSFER,
    21: Course.EXPIRED,
    34: Course.REFUNDED,
    47: Course.CANCELLED,
    52: Course.REDUCED,
    58: Course.TRANSFER,
    66: Course.FAILED,
    71: Course.ASKED,
    79: Course.EXPIRED,
    92: Course.TRANSFER,
    98: Course.CANCELLED,
    110: Course.EXPIRED,
    116: Course.AWAITED,
}
OF_THE_SHOPPER = {24, 71, 105}
WITH_COUPON = {6: "FEATHER10", 28: "NEST5", 43: "FEATHER10", 63: "FEATHER10", 85: "NEST5"}
BY_BANK = {Course.TRANSFER, Course.AWAITED, Course.CANCELLED}
COMING_TO_NOTHING = {Course.AWAITED, Course.CANCELLED, Course.EXPIRED, Course.FAILED}


@dataclass(frozen=True)
class Goods:
    """A variant as the plan sees it. `price` in whole pounds, `left` what is on hand."""

    sku: str
    price: int
    left: int


@dataclass(frozen=True)
class PastOrder:
    number: str
    placed_at: datetime
    quantities: Mapping[str, int]
    customer: Mapping[str, str]
    email: str
    course: Course = Course.USUAL
    coupon: str = ""
    express: bool = False
    # What came later, as far as it has come: "paid", "sent", "delivered", "refunded", "cancelled"…
    moments: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def provider(self) -> str:
        return "bank_transfer" if self.course in BY_BANK else "demo"

    @property
    def address(self) -> dict[str, str]:
        return {name: self.customer.get(name, "") for name in FIELDS}


def plan(today: date, goods: Sequence[Goods]) -> list[PastOrder]:
    """The orders of the weeks before `today`, oldest first."""
    die = Random(SEED)
    buyers = _buyers(die)
    popularity = [_popularity(die, one) for one in goods]
    return [
        _order(die, place, placed_at, buyers[place], today, goods, popularity)
        for place, placed_at in enumerate(_times(die, today))
    ]


def _order(
    die: Random,
    place: int,
    placed_at: datetime,
    customer: Mapping[str, str],
    today: date,
    goods: Sequence[Goods],
    popularity: Sequence[float],
) -> PastOrder:
    course = COURSES.get(place, Course.USUAL)
    if place in OF_THE_SHOPPER:
        customer = known_people()["shopper"]
    if course in COMING_TO_NOTHING:
        popularity = [
            weight if one.left > PLENTY else 0
            for one, weight in zip(goods, popularity, strict=True)
        ]
    express = customer["country"] == "GB" and die.random() < 0.2
    return PastOrder(
        number=_number(die),
        placed_at=placed_at,
        quantities=_quantities(die, goods, popularity, at_least=_fewest_lines(place)),
        customer=customer,
        email=SHOPPER if place in OF_THE_SHOPPER else email_of(customer["name"]),
        course=course,
        coupon=WITH_COUPON.get(place, ""),
        express=express,
        moments=_until(today, _moments(die, course, placed_at, customer["country"], express)),
    )


# --- When ----------------------------------------------------------------------------------------


def _times(die: Random, today: date) -> list[datetime]:
    days = [today - timedelta(days=DAYS - n) for n in range(DAYS)]
    weights = [
        BY_WEEKDAY[day.weekday()] * (1 + (GROWTH - 1) * n / DAYS) for n, day in enumerate(days)
    ]
    chosen = die.choices(days, weights, k=ORDERS)
    return sorted(_moment_of(die, day) for day in chosen)


def _moment_of(die: Random, day: date) -> datetime:
    [hour] = die.choices(range(FIRST_HOUR, FIRST_HOUR + len(BY_HOUR)), BY_HOUR)
    return _at(day, time(hour, die.randrange(60), die.randrange(60)))


def _at(day: date, moment: time) -> datetime:
    return datetime.combine(day, moment, tzinfo=timezone.get_current_timezone())


def _moments(
    die: Random, course: Course, placed_at: datetime, country: str, express: bool
) -> dict[str, datetime]:
    """Everything that will have happened in the end."""
    soon = placed_at + timedelta(minutes=die.randrange(2, 9))
    if course == Course.AWAITED:
        return {}
    if course in (Course.EXPIRED, Course.FAILED):
        later = placed_at + timedelta(minutes=36)
        return {"expired": later} if course == Course.EXPIRED else {"failed": soon}
    if course == Course.CANCELLED:
        return {"cancelled": _on_working_day(placed_at + timedelta(days=2), time(10, 12))}
    paid = soon
    if course == Course.TRANSFER:
        paid = _on_working_day(placed_at + timedelta(days=die.randrange(1, 4)), time(9, 40))
    packed = _on_working_day(paid + timedelta(days=1), PARCELS_LEAVE)
    sent = packed if express else _on_working_day(packed + timedelta(days=1), PARCELS_LEAVE)
    sent += timedelta(minutes=die.randrange(25))
    days = 1 if express else die.randrange(*_days_to(country))
    delivered = _on_working_day(sent + timedelta(days=days), time(8 + die.randrange(9), 20))
    moments = {"paid": paid, "sent": sent, "delivered": delivered}
    if course == Course.REFUNDED:
        moments["refunded"] = _on_working_day(delivered + timedelta(days=6), time(11, 5))
    if course == Course.REDUCED:
        moments["reduced"] = _on_working_day(delivered + timedelta(days=2), time(14, 30))
    if course == Course.ASKED:
        moments["asked"] = _at((delivered + timedelta(days=3)).date(), time(19, 42))
    return moments


def _days_to(country: str) -> tuple[int, int]:
    if country == "GB":
        return 2, 5
    return (9, 16) if country in ("US", "CA", "AU") else (4, 9)


def _on_working_day(moment: datetime, at: time) -> datetime:
    day = timezone.localtime(moment).date()
    while day.weekday() > 4:
        day += timedelta(days=1)
    return _at(day, at)


def _until(today: date, moments: Mapping[str, datetime]) -> dict[str, datetime]:
    """Without what has not happened yet."""
    midnight = _at(today, time())
    return {what: when for what, when in moments.items() if when < midnight}


# --- Who -----------------------------------------------------------------------------------------


@cache
def known_people() -> dict[str, Any]:
    with (Path(__file__).parent / "customers.toml").open("rb") as file:
        return tomllib.load(file)


def _buyers(die: Random) -> list[dict[str, Any]]:
    """Everybody at least once; who likes it here comes again."""
    everybody = known_people()["customers"]
    fondness = [die.choice((1, 1, 2, 4)) for _ in everybody]
    buyers = everybody + die.choices(everybody, fondness, k=max(ORDERS - len(everybody), 0))
    die.shuffle(buyers)
    return buyers[:ORDERS]


def email_of(name: str) -> str:
    """ "jurgen.grosskreutz@example.com": at a domain that belongs to nobody."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_AS_TWO_LETTERS))
    letters = "".join(one for one in plain if one.isascii() and (one.isalpha() or one in " -"))
    return ".".join(letters.replace("-", " ").split()) + "@example.com"


def _number(die: Random) -> str:
    """As the shop's own look; from the die, so that pictures of the demo show the same ones."""
    letters = "".join(die.choices(LETTERS, k=8))
    return f"{letters[:4]}-{letters[4:]}"


# --- What ----------------------------------------------------------------------------------------


def _popularity(die: Random, goods: Goods) -> float:
    if goods.price > DEAREST:
        return 0
    return die.choice((1, 1, 2, 3, 6)) / max(goods.price, 4) ** 0.35


def _fewest_lines(place: int) -> int:
    """The shopper's are looked at more closely; a coupon has a minimum."""
    return 3 if place in OF_THE_SHOPPER else 2 if place in WITH_COUPON else 1


def _quantities(
    die: Random, goods: Sequence[Goods], popularity: Sequence[float], at_least: int
) -> dict[str, int]:
    [wanted] = die.choices(LINES, HOW_OFTEN_LINES)
    chosen: dict[str, int] = {}
    while len(chosen) < max(wanted, at_least):
        [one] = die.choices(goods, popularity)
        chosen[one.sku] = _units(die, one)
    return chosen


def _units(die: Random, goods: Goods) -> int:
    if goods.price < MOST_UNITS_UNDER:
        return die.choice((2, 3, 4, 6))
    return 2 if die.random() < 0.12 else 1
