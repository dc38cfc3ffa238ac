"""The fields of an address form: which there are, and their names, depends on the country."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from checkout import addresses
from checkout.selecting import LongSelect, countries_by_name

_LABELS = {
    "name": _("Full name"),
    "company": _("Company"),
    "line1": _("Street and number"),
    "line2": _("Flat, floor or building"),
    "city": _("Town or city"),
    "postcode": _("Postcode"),
    "region": _("State or province"),
}
_AUTOCOMPLETE = {
    "name": "name",
    "company": "organization",
    "line1": "address-line1",
    "line2": "address-line2",
    "postcode": "postal-code",
    "city": "address-level2",
    "region": "address-level1",
}
_MAX_LENGTHS = {
    "name": 120,
    "company": 120,
    "line1": 160,
    "line2": 160,
    "city": 100,
    "region": 100,
    "postcode": 20,
}
_POSTCODE_LABELS = {
    "zip": pgettext_lazy("United States", "ZIP code"),
    "eircode": _("Eircode"),
    "pin": _("PIN code"),
}


def address_fields(country: str, *, section: str = "") -> dict[str, forms.Field]:
    """By the names of `checkout.addresses.FIELDS`, without the country, in the order to ask them.

    `section` is how browsers tell one address of a form from the other; without, they fill in none.
    """
    rules = addresses.rules_for(country)
    required = addresses.required_fields(rules)
    fields = {name: _field(name, rules, required, section) for name in _AUTOCOMPLETE}
    return {name: field for name, field in fields.items() if field is not None}


def country_field(countries: Collection[str], *, section: str) -> forms.Field:
    attrs = {"autocomplete": f"{section} country", "enterkeyhint": "next", "data-refresh": ""}
    return forms.ChoiceField(
        label=_("Country"),
        choices=countries_by_name(countries),
        widget=LongSelect(attrs=attrs),
        error_messages={"invalid_choice": _("We do not deliver to this country yet.")},
    )


def hidden_fields() -> dict[str, forms.Field]:
    """What is not asked now, kept as it was typed."""
    return {
        name: forms.CharField(required=False, widget=forms.HiddenInput) for name in addresses.FIELDS
    }


def _field(name: str, rules: Any, required: Mapping[str, str], section: str) -> forms.Field | None:
    autocomplete = f"{section} {_AUTOCOMPLETE[name]}" if section else "off"
    attrs = {"autocomplete": autocomplete, "enterkeyhint": "next"}
    label = _LABELS[name]
    asked: dict[str, Any] = {
        "required": name in required,
        "error_messages": {"required": required.get(name, "")},
    }
    if name == "region":
        if "country_area" not in rules.required_fields:
            return None
        choices = [("", "—"), *rules.country_area_choices]
        return forms.ChoiceField(
            label=label, choices=choices, widget=LongSelect(attrs=attrs), **asked
        )
    if name == "postcode":
        if "postal_code" not in rules.allowed_fields:
            return None
        label = _POSTCODE_LABELS.get(rules.postal_code_type, label)
        attrs["autocapitalize"] = "characters"
    return forms.CharField(
        label=label, max_length=_MAX_LENGTHS[name], widget=forms.TextInput(attrs=attrs), **asked
    )
