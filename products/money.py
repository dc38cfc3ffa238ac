"""Money: Decimal amounts in the shop's one currency, rounded by one rule.

Amounts are in major units (pounds, euros, yen). Minor units exist only in a payment provider.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel.numbers import format_currency
from django.conf import settings
from django.utils import translation

ZERO = Decimal(0)


def shop_currency() -> str:
    """The ISO 4217 code of everything this shop sells."""
    return settings.SHOP_CURRENCY


# ISO 4217: every other currency has two decimal places.
_NO_DECIMALS = frozenset(
    {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"}
    | {"PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
)
_THREE_DECIMALS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def exponent(currency: str) -> int:
    """Decimal places of the currency: GBP 2, JPY 0, KWD 3."""
    if currency in _NO_DECIMALS:
        return 0
    return 3 if currency in _THREE_DECIMALS else 2


@cache
def smallest_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-exponent(currency))


def round_money(amount: Decimal, currency: str) -> Decimal:
    """To the smallest unit of the currency, half away from zero: the shop's only rounding."""
    return amount.quantize(smallest_unit(currency), rounding=ROUND_HALF_UP)


def format_money(amount: Decimal, currency: str, language: str | None = None) -> str:
    """As the reader of `language` writes it: £1,250.00, 1.250,00 £."""
    locale = translation.to_locale(language or translation.get_language() or "en")
    return _formatted(round_money(amount, currency), currency, locale)


@lru_cache(maxsize=10_000)
def _formatted(amount: Decimal, currency: str, locale: str) -> str:
    """Remembered: a shop has few prices, and Babel takes its time."""
    return format_currency(amount, currency, locale=locale)
