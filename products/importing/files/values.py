"""Cells to values: prices, quantities, weights, dates, yes or no, as shops write them.

Each raises Unreadable, with the cell quoted, where a cell makes no sense.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from products.admin.adjusting import MAX_UNITS
from products.importing.files.currencies import may_mean
from products.importing.files.figures import Numbers, Unreadable, written
from products.money import exponent

MAX_PRICE = Decimal(10) ** 11  # `MoneyField` holds eleven digits before the point
MAX_GRAMS = 100_000_000
GRAMS = {
    "g": Decimal(1),
    "kg": Decimal(1000),
    "lb": Decimal("453.59237"),
    "lbs": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}

# The shops' own words, and those of a spreadsheet in its language.
_YES = frozenset(["1", "true", "yes", "y", "on", "continue", "notify"])
_YES |= {"ja", "wahr", "vrai", "verdadero", "vero", "waar"}
_NO = frozenset(["0", "false", "no", "n", "off", "deny"])
_NO |= {"nein", "falsch", "faux", "falso", "onwaar"}


def price(cell: str, numbers: Numbers, currency: str) -> Decimal:
    """The amount as written, not yet rounded to what the currency has."""
    number = written(cell)
    if number.negative:
        raise Unreadable(_("“%(cell)s” is below zero: not a price.") % {"cell": cell})
    if not (may_mean(number.before, currency) and may_mean(number.after, currency)):
        message = _("“%(cell)s” is not a price in %(currency)s, the currency of this shop.")
        raise Unreadable(message % {"cell": cell, "currency": currency})
    amount = numbers.parse(number, thousandths=exponent(currency) == 3)
    if amount >= MAX_PRICE:
        raise Unreadable(_("“%(cell)s” is too much for a price.") % {"cell": cell})
    return amount


def quantity(cell: str, numbers: Numbers) -> Decimal:
    """Units as written: perhaps below zero, or with a fraction."""
    number = written(cell)
    amount = numbers.parse(number)
    if number.after or number.before not in ("", "-", "+") or amount > MAX_UNITS:
        raise Unreadable(_("“%(cell)s” is not a number of units.") % {"cell": cell})
    return -amount if number.negative else amount


def weight(cell: str, unit: str, numbers: Numbers) -> int:
    """Grams. A unit in the cell goes before the column's."""
    number = written(cell)
    factor = GRAMS.get((number.after or unit).lower().rstrip("."))
    amount = numbers.parse(number, thousandths=True) * (factor or 0)
    if number.before or factor is None or amount > MAX_GRAMS:
        raise Unreadable(_("“%(cell)s” is not a weight.") % {"cell": cell})
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def yes_or_no(cell: str, default: bool) -> bool:
    word = cell.strip().lower()
    if word in _YES:
        return True
    return False if word in _NO else default


def day(cell: str) -> date:
    """The day of "2025-11-28", "2025-11-28 00:00:00" or "2025-11-28T00:00:00+00:00"."""
    match = re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", cell)
    try:
        return date.fromisoformat(match[0] if match else "")
    except ValueError as error:
        raise Unreadable(_("“%(cell)s” is not a date.") % {"cell": cell}) from error
