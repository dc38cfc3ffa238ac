"""VAT numbers of companies in the European Union: their form, not whether they are in force."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from checkout.tax import MEMBER_STATES, NORTHERN_IRELAND, Destination

MAX_LENGTH = 20
_SEPARATORS = re.compile(r"[\s./-]+")
_FORM = re.compile(r"[A-Z]{2}[0-9A-Z+*]{2,12}")
# Greece's numbers begin with another code than its addresses.
_COUNTRIES = {"EL": "GR"}
_PREFIXES = {"GR": "EL"}


class InvalidVatNumber(ValueError):
    """The message is for the shopper."""


def checked(text: str, home: str) -> str:
    """The number as it is written officially, or nothing if nothing was given.

    Raises InvalidVatNumber where it is none, or buys nothing without VAT from a shop in `home`.
    """
    number = _SEPARATORS.sub("", text).upper()
    if not number:
        return ""
    country = _COUNTRIES.get(number[:2], number[:2])
    if country == "GB":
        raise InvalidVatNumber(
            _("British numbers do not count in the EU. Those of Northern Ireland begin with XI.")
        )
    if country not in MEMBER_STATES | {NORTHERN_IRELAND} or not _FORM.fullmatch(number):
        raise InvalidVatNumber(
            _("Begin with the two letters of the country, for example DE136695976.")
        )
    if country == Destination(home).territory:
        raise InvalidVatNumber(
            _("With a number of our own country VAT is due as usual. Leave it out, please.")
        )
    return _validated(number, country)


def _validated(number: str, country: str) -> str:
    try:
        digits = vat.validate(number)[2:]
    except ValidationError:
        raise InvalidVatNumber(
            _("This is not a VAT number of that country. Please look at it once more.")
        ) from None
    return _PREFIXES.get(country, country) + digits
