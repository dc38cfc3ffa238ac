"""Whose export is it? A file is recognised by its header, whatever the case and the language.

Readers call a column by our own name for it, whatever stands above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from products.importing.files.headings import BOWERBIRD, SHOPIFY, WOOCOMMERCE, Headings
from products.importing.records import FileRefused

_WEIGHT = re.compile(r"(?:weight|gewicht) \((\w+)\)")
_ATTRIBUTES = {
    "name": re.compile(r"attribut(?:e)? (\d+) name"),
    "values": re.compile(r"attribut(?:e)? (\d+) (?:value\(s\)|wert\(e\)|werte?)"),
    "visible": re.compile(r"attribut(?:e)? (\d+) (?:visible|sichtbar)"),
}
_MARKET_PRICE = re.compile(r"(?:variant )?(?:price|compare[ -]at price) / .+")


@dataclass(frozen=True)
class Format:
    """`needed`: without these columns there is nothing to read."""

    name: str
    label: str
    columns: Headings
    needed: tuple[str, ...]

    def heading(self, column: str) -> str:
        return self.columns[column][0]


FORMATS = (
    Format("bowerbird", "Bowerbird", BOWERBIRD, ("key", "title", "price")),
    Format("shopify", "Shopify", SHOPIFY, ("handle", "title", "price")),
    Format("woocommerce", "WooCommerce", WOOCOMMERCE, ("name", "regular_price")),
)


@dataclass(frozen=True)
class Layout:
    """Which column of a file holds what. WooCommerce's header names its `weight_unit`."""

    format: str
    columns: Mapping[int, str]
    weight_unit: str = ""

    def __contains__(self, column: str) -> bool:
        return column in self.columns.values()


def recognise(header: Sequence[str], wanted: str = "") -> Layout:
    """Raises FileRefused, naming the columns that were looked for."""
    known = [known for known in FORMATS if wanted in ("", known.name)]
    if not known:
        raise FileRefused(_("There is no format called “%(name)s”.") % {"name": wanted})
    names = [" ".join(name.split()).casefold() for name in header]
    found = {known.name: _columns(known, names) for known in known}
    for candidate in known:
        if set(candidate.needed) <= set(found[candidate.name].values()):
            return _layout(candidate, found[candidate.name], names)
    raise FileRefused(_refusal(known, found, header))


def _columns(known: Format, names: Sequence[str]) -> dict[int, str]:
    by_heading = {
        heading.casefold(): column
        for column, headings in known.columns.items()
        for heading in headings
    }
    columns = {}
    for index, name in enumerate(names):
        if column := by_heading.get(name) or _special(known.name, name):
            columns[index] = column
    return columns


def _special(format_name: str, name: str) -> str:
    """Shopify's prices by market; WooCommerce's numbered columns, and the one that has a unit."""
    if format_name == "shopify":
        return "market_price" if _MARKET_PRICE.fullmatch(name) else ""
    if format_name != "woocommerce":
        return ""
    if _WEIGHT.fullmatch(name):
        return "weight"
    for part, pattern in _ATTRIBUTES.items():
        if match := pattern.fullmatch(name):
            return f"attribute_{int(match[1])}_{part}"
    return ""


def _layout(known: Format, columns: Mapping[int, str], names: Sequence[str]) -> Layout:
    units = [match[1] for name in names if (match := _WEIGHT.fullmatch(name))]
    return Layout(known.name, columns, units[0] if units else "")


def _refusal(
    known: Iterable[Format], found: Mapping[str, Mapping[int, str]], header: Sequence[str]
) -> str:
    """What is missing of the format that the file is likeliest to be, or what all would need."""
    nearest = max(known, key=lambda known: len(set(found[known.name].values())))
    matched = set(found[nearest.name].values())
    if len(matched) >= 4:
        missing = [nearest.heading(name) for name in nearest.needed if name not in matched]
        message = _("This looks like an export of %(shop)s, but it has no column %(missing)s.")
        return message % {"shop": nearest.label, "missing": _quoted(missing)}
    looked_for = "; ".join(
        f"{each.label}: {_quoted(each.heading(name) for name in each.needed)}" for each in known
    )
    message = _(
        "The first row does not name the columns of a product file. It names %(found)s. "
        "We looked for %(wanted)s."
    )
    return message % {"found": _quoted([name for name in header if name][:8]), "wanted": looked_for}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names) or "—"
