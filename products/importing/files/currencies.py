"""Is a price written in the shop's currency? A wrong price would be worse than none."""

from __future__ import annotations

_DOLLARS = {"USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD", "MXN", "ARS", "CLP", "COP"}
_CROWNS = {"DKK", "NOK", "SEK", "ISK"}
_BY_SYMBOL: dict[str, set[str]] = {
    "£": {"GBP", "EGP", "GIP", "FKP"},
    "€": {"EUR"},
    "$": _DOLLARS,
    "us$": {"USD"},
    "a$": {"AUD"},
    "au$": {"AUD"},
    "c$": {"CAD"},
    "ca$": {"CAD"},
    "nz$": {"NZD"},
    "r$": {"BRL"},
    "r": {"ZAR"},
    "¥": {"JPY", "CNY"},
    "円": {"JPY"},
    "₹": {"INR"},
    "rs": {"INR", "PKR", "LKR"},
    "₩": {"KRW"},
    "₺": {"TRY"},
    "₪": {"ILS"},
    "zł": {"PLN"},
    "kč": {"CZK"},
    "ft": {"HUF"},
    "kr": _CROWNS,
    "fr": {"CHF"},
    "sfr": {"CHF"},
}


def may_mean(mark: str, currency: str) -> bool:
    """Whether "£", "GBP", "kr." or nothing at all may stand beside an amount in `currency`."""
    word = mark.strip(" .+").lower()
    return not word or word == currency.lower() or currency in _BY_SYMBOL.get(word, ())
