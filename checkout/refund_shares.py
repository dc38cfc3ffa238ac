"""What of an order goes back, and how much tax with it: a pure function of what was sold.

An order's total lies in pots: one a line, and one for delivery at each tax rate. The rule:

- units give back their share of what is left in their line's pot; the last one gives all of it;
- delivery, and goodwill (which lowers the price of everything), are shared among the pots by what
  is left in them, by largest remainder;
- the tax of what was taken from a pot is that part of the pot's tax, rounded over everything that
  was ever taken from it.

So whatever the order and size of the refunds, a pot that is empty has given back exactly its net,
its tax and its gross, and all refunds of an order add up to its total.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from checkout.totals import Amount, apportion
from products.money import ZERO, round_money, smallest_unit


class Part(models.TextChoices):
    GOODS = "goods", _("Goods")
    DELIVERY = "delivery", _("Delivery")
    GOODWILL = "goodwill", _("Price reduction")


class CannotGiveBack(ValueError):
    """More units or money than the order still has, or nonsense; nothing was changed."""


@dataclass(frozen=True)
class Pot:
    """`line`: the key of an order line, None for delivery. `taken`: gross that went back so far.

    `units` are those that did not go back yet.
    """

    line: int | None
    rate: Decimal
    amount: Amount
    units: int = 0
    taken: Decimal = ZERO

    @property
    def left(self) -> Decimal:
        return self.amount.gross - self.taken

    def price_of(self, units: int, currency: str) -> Decimal:
        """Gross of so many of the units that are left."""
        if not 0 <= units <= self.units:
            raise CannotGiveBack(f"{units} of {self.units} units")
        return round_money(self.left * units / self.units, currency) if units else ZERO

    def take(self, gross: Decimal, currency: str) -> tuple[Pot, Amount]:
        """The pot without `gross`, and what was taken with its tax."""
        after = replace(self, taken=self.taken + gross)
        tax = after._tax_taken(currency) - self._tax_taken(currency)
        return after, Amount(gross - tax, tax, gross)

    def _tax_taken(self, currency: str) -> Decimal:
        if not self.taken:
            return ZERO
        return round_money(self.amount.tax * self.taken / self.amount.gross, currency)


@dataclass(frozen=True)
class Wish:
    """What is to go back: units by line key, and amounts with tax."""

    units: Mapping[int, int] = field(default_factory=dict)
    delivery: Decimal = ZERO
    goodwill: Decimal = ZERO


@dataclass(frozen=True)
class Share:
    """What one pot gives back, and as what."""

    part: Part
    line: int | None
    rate: Decimal
    units: int
    amount: Amount


def everything(pots: Sequence[Pot]) -> Wish:
    """All that has not gone back yet."""
    units = {pot.line: pot.units for pot in pots if pot.line is not None and pot.units}
    return Wish(units, delivery=delivery_left(pots))


def delivery_left(pots: Sequence[Pot]) -> Decimal:
    return sum((pot.left for pot in pots if pot.line is None), ZERO)


def money_left(pots: Sequence[Pot]) -> Decimal:
    return sum((pot.left for pot in pots), ZERO)


def total_of(shares: Sequence[Share]) -> Decimal:
    return sum((share.amount.gross for share in shares), ZERO)


def give_back(pots: Sequence[Pot], wish: Wish, currency: str) -> list[Share]:
    """The shares that make up a refund. Raises CannotGiveBack."""
    _check(wish, currency)
    left, shares = list(pots), []
    known = {pot.line for pot in pots if pot.line is not None}
    if not known.issuperset(wish.units):
        raise CannotGiveBack("units of a line that was not sold")
    for place, pot in enumerate(left):
        units = wish.units.get(pot.line, 0) if pot.line is not None else 0
        if units:
            gross = pot.price_of(units, currency)
            after, amount = pot.take(gross, currency)
            left[place] = replace(after, units=pot.units - units)
            shares.append(Share(Part.GOODS, pot.line, pot.rate, units, amount))
    carriage = [place for place, pot in enumerate(left) if pot.line is None]
    shares += _spread(left, carriage, wish.delivery, Part.DELIVERY, currency)
    shares += _spread(left, list(range(len(left))), wish.goodwill, Part.GOODWILL, currency)
    return shares


def _spread(
    left: list[Pot], places: Sequence[int], total: Decimal, part: Part, currency: str
) -> list[Share]:
    """Take `total` from the pots at `places`, by what is left in each; `left` is changed."""
    weights = [left[place].left for place in places]
    if total > sum(weights, ZERO):
        raise CannotGiveBack(f"{total} of {sum(weights, ZERO)}")
    shares = []
    for place, gross in zip(
        places, apportion(total, weights, smallest_unit(currency)), strict=True
    ):
        if gross:
            pot = left[place]
            left[place], amount = pot.take(gross, currency)
            shares.append(Share(part, pot.line, pot.rate, 0, amount))
    return shares


def _check(wish: Wish, currency: str) -> None:
    for amount in (wish.delivery, wish.goodwill):
        if amount < 0 or round_money(amount, currency) != amount:
            raise CannotGiveBack(f"{amount} is not an amount of {currency}")
    if any(units < 0 for units in wish.units.values()):
        raise CannotGiveBack("a negative number of units")
