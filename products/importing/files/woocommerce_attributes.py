"""WooCommerce's numbered attributes: options where variations name them, facts elsewhere.

A variation may leave an attribute open: it stands, then, for each value that its product lists.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from django.utils.translation import gettext as _

from products.importing.files import texts
from products.importing.files.drafting import Refusal
from products.importing.files.formats import Layout
from products.importing.files.tables import Row
from products.importing.files.values import yes_or_no
from products.importing.records import MAX_OPTIONS

MAX_COMBINATIONS = 50


@dataclass(frozen=True)
class Attribute:
    name: str
    values: tuple[str, ...]
    visible: bool = True

    def spelled(self, value: str) -> str:
        """As the product writes it, where a variation has but the slug "navy-blue"."""
        same = (own for own in self.values if _slug(own) == _slug(value))
        return next(same, value)


Attributes = Mapping[str, Attribute]


def attributes_of(row: Row, layout: Layout, *, one_value: bool = False) -> dict[str, Attribute]:
    """By slug of the name, in the order of the columns. A variation has one value of each."""
    found: dict[str, Attribute] = {}
    for number in _numbers(layout):
        name = html.unescape(row[f"attribute_{number}_name"])
        if not name:
            continue
        cell = html.unescape(row[f"attribute_{number}_values"])
        single = (cell.replace("\\,", ","),) if cell else ()
        found[_slug(name)] = Attribute(
            _label(name),
            single if one_value else texts.unique(texts.split_list(cell)),
            yes_or_no(row[f"attribute_{number}_visible"], True),
        )
    return found


def _numbers(layout: Layout) -> list[int]:
    names = {name for name in layout.columns.values() if name.startswith("attribute_")}
    return sorted({int(name.split("_")[1]) for name in names})


def _slug(text: str) -> str:
    text = text.removeprefix("pa_")
    return "-".join(text.replace("_", " ").replace("-", " ").casefold().split())


def _label(name: str) -> str:
    """ "Colour" of "pa_colour"; other names as they are."""
    if not name.startswith("pa_"):
        return name
    return name.removeprefix("pa_").replace("-", " ").replace("_", " ").capitalize()


def option_attributes(parent: Attributes, variations: Iterable[Attributes]) -> dict[str, Attribute]:
    """Those that a variation names, in the order of the product. Raises Refusal for too many."""
    named: dict[str, Attribute] = {}
    for variation in variations:
        for slug, attribute in variation.items():
            named.setdefault(slug, attribute)
    chosen = {slug: parent[slug] for slug in parent if slug in named}
    chosen |= {slug: named[slug] for slug in named if slug not in parent}
    if len(chosen) > MAX_OPTIONS:
        names = ", ".join(attribute.name for attribute in chosen.values())
        message = _("Its variations differ in more than three options: %(names)s.")
        raise Refusal(message % {"names": names})
    return chosen


def facts_of(attributes: Attributes, options: Mapping[str, Attribute]) -> list[tuple[str, str]]:
    """What the product page told beside the options: ("Material", "Cotton, Linen")."""
    return [
        (attribute.name, ", ".join(attribute.values))
        for slug, attribute in attributes.items()
        if slug not in options and attribute.visible and attribute.values
    ]


Combination = tuple[tuple[str, str], ...]


def combinations(
    variations: Sequence[Attributes], options: Mapping[str, Attribute]
) -> list[list[Combination]]:
    """For each variation the options it is sold in. The more exact one has a combination first."""
    wanted = [_combinations(variation, options) for variation in variations]
    _refuse_too_many(sum(len(each) for each in wanted if len(each) > 1))
    taken = {each[0] for each in wanted if len(each) == 1}
    left = []
    for each in wanted:
        own = each if len(each) == 1 else [combo for combo in each if combo not in taken]
        taken.update(own)
        left.append(own)
    return left


def _combinations(variation: Attributes, options: Mapping[str, Attribute]) -> list[Combination]:
    choices = []
    for slug, option in options.items():
        own = variation[slug].values if slug in variation else ()
        values = [option.spelled(own[0])] if own else list(option.values)
        if values:
            choices.append([(option.name, value) for value in values])
    _refuse_too_many(prod(len(values) for values in choices))
    return list(product(*choices))


def _refuse_too_many(count: int) -> None:
    if count > MAX_COMBINATIONS:
        message = _("Variations for “any” value would make more than %(limit)d variants.")
        raise Refusal(message % {"limit": MAX_COMBINATIONS})
