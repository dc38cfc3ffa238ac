"""Bands of parcels, by weight and by the value of their goods, as delivery is priced.

A band holds weights above its first and up to its last, as postal tariffs have it ("up to 2 kg"),
and values from its first on but under its last ("from £45"). None: without end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from babel.units import format_unit
from django.utils import translation
from django.utils.translation import gettext as _

from products.money import ZERO, format_money, shop_currency

ENDLESS = Decimal("Infinity")


@dataclass(frozen=True)
class Parcel:
    """What is to be carried: `weight` in grams, `goods` their value after discount."""

    weight: int
    goods: Decimal


@dataclass(frozen=True)
class Band:
    weight_over: Decimal = ZERO
    weight_up_to: Decimal | None = None
    goods_from: Decimal = ZERO
    goods_below: Decimal | None = None

    @property
    def weights(self) -> tuple[Decimal, Decimal]:
        return self.weight_over, ENDLESS if self.weight_up_to is None else self.weight_up_to

    @property
    def values(self) -> tuple[Decimal, Decimal]:
        return self.goods_from, ENDLESS if self.goods_below is None else self.goods_below

    def carries(self, weight: int) -> bool:
        over, up_to = self.weights
        return (weight > over or over == 0) and weight <= up_to

    def holds(self, parcel: Parcel) -> bool:
        first, below = self.values
        return self.carries(parcel.weight) and first <= parcel.goods < below

    def overlaps(self, other: Band) -> bool:
        return _meet(self.weights, other.weights) and _meet(self.values, other.values)

    def __str__(self) -> str:
        weights, values = _weights_in_words(*self.weights), _values_in_words(*self.values)
        return ", ".join(text for text in (weights, values) if text) or _("everything")


def _meet(one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def first_overlap(bands: Sequence[Band]) -> tuple[int, int] | None:
    """The places of two bands of which the later one claims what the earlier one has."""
    for later, band in enumerate(bands):
        for earlier in range(later):
            if band.overlaps(bands[earlier]):
                return earlier, later
    return None


def first_gap(bands: Sequence[Band]) -> Band | None:
    """What stands between bands and has no price. Below the first and above the last none is due:
    a method may begin at 30 kg, or end at 2.
    """
    weights = list(pairwise(_edges(band.weights for band in bands)))
    values = list(pairwise(_edges(band.values for band in bands)))
    for value in values:
        for weight in _holes([(_cell(weight, value), weight) for weight in weights], bands):
            return _cell(weight, value)
    for weight in weights:
        for value in _holes([(_cell(weight, value), value) for value in values], bands):
            return _cell(weight, value)
    return None


def _edges(intervals: Iterator[tuple[Decimal, Decimal]]) -> list[Decimal]:
    return sorted({edge for interval in intervals for edge in interval})


def _cell(weight: tuple[Decimal, Decimal], value: tuple[Decimal, Decimal]) -> Band:
    return Band(weight[0], _end(weight[1]), value[0], _end(value[1]))


def _end(edge: Decimal) -> Decimal | None:
    return None if edge == ENDLESS else edge


def _holes(
    row: Sequence[tuple[Band, tuple[Decimal, Decimal]]], bands: Sequence[Band]
) -> Iterator[tuple[Decimal, Decimal]]:
    """What is not covered between two cells of a row that are."""
    covered = [any(cell.overlaps(band) for band in bands) for cell, _interval in row]
    if not any(covered):
        return
    first, last = covered.index(True), len(covered) - covered[::-1].index(True)
    for place in range(first, last):
        if not covered[place]:
            yield row[place][1]


def begins_above(bands: Sequence[Band], parcel: Parcel) -> bool:
    """Whether all are for heavier parcels."""
    return all(parcel.weight <= band.weight_over and band.weight_over for band in bands)


# --- In words ------------------------------------------------------------------------------------


def too_much_for(bands: Sequence[Band], parcel: Parcel) -> str:
    """Why a parcel that none of the bands holds is not carried."""
    fitting = [band for band in bands if band.carries(parcel.weight)]
    if not fitting:
        limit = max((band.weights[1] for band in bands), default=ZERO)
        if parcel.weight > limit:
            text = _("Carries up to %(limit)s, and this weighs %(weight)s.")
        else:
            limit = min(band.weights[0] for band in bands if band.weights[0] >= parcel.weight)
            text = _("For more than %(limit)s, and this weighs %(weight)s.")
        return text % {"limit": format_weight(limit), "weight": format_weight(parcel.weight)}
    most = max(band.values[1] for band in fitting)
    if parcel.goods >= most:
        return _("For goods under %(limit)s.") % {"limit": _money(most)}
    least = min(band.values[0] for band in fitting if band.values[0] > parcel.goods)
    return _("For goods from %(limit)s.") % {"limit": _money(least)}


def _weights_in_words(over: Decimal, up_to: Decimal) -> str:
    if up_to == ENDLESS:
        return _("over %(weight)s") % {"weight": format_weight(over)} if over else ""
    if not over:
        return _("up to %(weight)s") % {"weight": format_weight(up_to)}
    return _("over %(least)s up to %(most)s") % {
        "least": format_weight(over),
        "most": format_weight(up_to),
    }


def _values_in_words(first: Decimal, below: Decimal) -> str:
    if below == ENDLESS:
        return _("goods from %(value)s") % {"value": _money(first)} if first else ""
    if not first:
        return _("goods under %(value)s") % {"value": _money(below)}
    return _("goods from %(least)s and under %(most)s") % {
        "least": _money(first),
        "most": _money(below),
    }


def _money(amount: Decimal) -> str:
    return format_money(amount, shop_currency())


def format_weight(grams: Decimal | int) -> str:
    """As the reader's language has it: 850 g, 1.2 kg."""
    locale = translation.to_locale(translation.get_language() or "en")
    if grams < 1000:
        return format_unit(int(grams), "mass-gram", length="short", locale=locale)
    return format_unit(Decimal(grams) / 1000, "mass-kilogram", length="short", locale=locale)
