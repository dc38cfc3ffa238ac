"""Amounts as Stripe counts them: whole numbers of a currency's smallest unit, with its exceptions.

Source: Stripe's "Supported currencies" page (zero-decimal, three-decimal and special cases).
"""

from __future__ import annotations

from decimal import Decimal

from products.money import exponent

# Where Stripe's minor unit is not that of ISO 4217.
_EXPONENTS = {"ISK": 2, "UGX": 2, "MGA": 0}
# Where its last digits must be zero: krónur and shillings are whole, fils go by tens.
_STEPS = {"ISK": 100, "UGX": 100}
_THREE_DECIMALS_STEP = 10


class Inexact(ValueError):
    """Stripe cannot charge exactly this amount, and another must not take its place."""


def to_minor(amount: Decimal, currency: str) -> int:
    """Pounds to pence, yen to yen. Raises Inexact: nothing is ever rounded."""
    minor = amount.scaleb(_exponent(currency))
    if minor % _step(currency):
        raise Inexact(f"{amount} {currency}")
    return int(minor)


def is_exact(amount: Decimal, currency: str) -> bool:
    try:
        to_minor(amount, currency)
    except Inexact:
        return False
    return True


def from_minor(amount: int, currency: str) -> Decimal:
    if not currency:
        return Decimal(amount)
    # Never rounded: a fraction that the currency lacks must not pass for the right amount.
    return Decimal(amount).scaleb(-_exponent(currency))


def _exponent(currency: str) -> int:
    return _EXPONENTS.get(currency, exponent(currency))


def _step(currency: str) -> int:
    if _exponent(currency) == 3:
        return _THREE_DECIMALS_STEP
    return _STEPS.get(currency, 1)
