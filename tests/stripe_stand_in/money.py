"""Currencies as Stripe counts them: minor units, minimum charges, how an amount reads.

Source: Stripe's "Supported currencies" page (zero-decimal, special cases, minimum amounts).
"""

from __future__ import annotations

from decimal import Decimal

from .answer import ApiError, ParameterError
from .words import words

ZERO_DECIMAL = frozenset(words("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"))
THREE_DECIMAL = frozenset(words("bhd jod kwd omr tnd"))
TWO_DECIMAL = frozenset(
    words(
        """aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bmd bnd bob brl bsd bwp byn
        bzd cad cdf chf cny cop crc cve czk dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gtq
        gyd hkd hnl htg huf idr ils inr isk jmd kes kgs khr kyd kzt lak lbp lkr lrd lsl mad mdl
        mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd pab pen pgk php pkr pln
        qar ron rsd rub sar sbd scr sek sgd shp sle sos srd std szl thb tjs top try ttd twd tzs
        uah ugx usd uyu uzs wst xcd yer zar zmw"""
    )
)
SUPPORTED = ZERO_DECIMAL | TWO_DECIMAL | THREE_DECIMAL
MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250,
    "eur": 50, "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000,
    "myr": 200, "nok": 300, "nzd": 50, "pln": 200, "ron": 200, "sek": 300, "sgd": 50,
    "thb": 1000, "usd": 50,
}  # fmt: skip
LARGEST = 99_999_999
SYMBOLS = {"gbp": "£", "eur": "€", "usd": "$", "jpy": "¥"}


def exponent(currency: str) -> int:
    """How many of the digits are decimals: JPY 0, GBP 2, KWD 3."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def step(currency: str) -> int:
    """Amounts must be a multiple of this: the last digits are always 0 in a few currencies."""
    if currency in THREE_DECIMAL:
        return 10
    return 100 if currency in {"isk", "ugx"} else 1


def reads(amount: int, currency: str) -> str:
    """1250, gbp → "£12.50"; 500, jpy → "¥500"; 1500, czk → "15.00"."""
    places = exponent(currency)
    return f"{SYMBOLS.get(currency, '')}{Decimal(amount).scaleb(-places):,.{places}f}"


def check_currency(currency: str, param: str) -> str:
    """The lower-case code. Stripe takes either case and always answers in lower case."""
    code = currency.lower()
    if code not in SUPPORTED:
        raise ParameterError(
            f"Invalid currency: {code}. Stripe currently supports these currencies: "
            + ", ".join(sorted(SUPPORTED)),
            param=param,
        )
    return code


def check_total(amount: int, currency: str) -> None:
    """A total of nothing is a free order; between that and the minimum Stripe refuses."""
    if amount % step(currency):
        raise ApiError(f"Amounts in {currency.upper()} must be divisible by {step(currency)}.")
    if 0 < amount < MINIMUM.get(currency, 1):
        least = f"{reads(MINIMUM[currency], currency)} {currency.upper()}"
        raise ApiError(
            f"The Checkout Session's total amount due must add up to at least {least}",
            code="amount_too_small",
        )
    if amount > LARGEST:
        raise ApiError(
            f"The Checkout Session's total amount due must be no more than "
            f"{reads(LARGEST, currency)}",
            code="amount_too_large",
        )
