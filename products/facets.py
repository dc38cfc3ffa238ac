"""The links that narrow a shelf: each says how many products one would see behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from content.live_pages import depends_on
from content.locales import active_locale
from products.models.vocabulary import Brand, OptionType, OptionValue
from products.shelf import SORTS, Shelf, Wanted

MOST_VALUES = 40


@dataclass(frozen=True)
class FacetValue:
    """`address` chooses it, or takes the choice off again."""

    label: str
    count: int
    address: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    label: str
    values: tuple[FacetValue, ...]

    @property
    def helps(self) -> bool:
        """A single value that nobody chose narrows nothing."""
        return len(self.values) > 1 or any(value.chosen for value in self.values)


@dataclass(frozen=True)
class Facets:
    """All that a template shows above and beside a shelf."""

    facets: list[Facet]
    sorts: list[tuple[str, str, bool]]
    everything: str

    @property
    def chosen(self) -> list[FacetValue]:
        return [value for facet in self.facets for value in facet.values if value.chosen]


def facets_of(shelf: Shelf) -> Facets:
    wanted, here = shelf.wanted, active_locale().pk
    facets = [facet for facet in (*_options(shelf, here), _brands(shelf, here)) if facet.helps]
    return Facets(
        facets=[*facets, *_availability(shelf)],
        sorts=[
            (str(label), replace(wanted, sort=sort).address, sort == wanted.sort)
            for sort, label in SORTS.items()
        ],
        everything=Wanted(sort=wanted.sort).address,
    )


def _options(shelf: Shelf, locale_id: int) -> list[Facet]:
    values = shelf.option_values
    names = _names(OptionValue, values.values(), locale_id)
    by_option: dict[OptionType, list[FacetValue]] = {}
    for pk, value in values.items():
        of_others = {
            other for other in shelf.wanted.options if values[other].option_id != value.option_id
        }
        entry = _entry(
            shelf,
            names[pk],
            alone=replace(shelf.wanted, options=frozenset({pk, *of_others})),
            toggled=replace(shelf.wanted, options=shelf.wanted.options ^ {pk}),
            chosen=pk in shelf.wanted.options,
        )
        by_option.setdefault(value.option, []).append(entry)
    titles = _names(OptionType, by_option, locale_id)
    return [Facet(titles[option.pk], _worth_showing(by_option[option])) for option in by_option]


def _brands(shelf: Shelf, locale_id: int) -> Facet:
    used = {thing.brand for thing in shelf.things if thing.brand}
    brands = list(Brand.objects.filter(pk__in=used)) if used else []
    names = _names(Brand, brands, locale_id)
    entries = [
        _entry(
            shelf,
            names[brand.pk],
            alone=replace(shelf.wanted, brands=frozenset({brand.pk})),
            toggled=replace(shelf.wanted, brands=shelf.wanted.brands ^ {brand.pk}),
            chosen=brand.pk in shelf.wanted.brands,
        )
        for brand in brands
    ]
    return Facet(_("Maker"), _worth_showing(entries))


def _availability(shelf: Shelf) -> list[Facet]:
    """Offered where something is sold out."""
    in_stock = replace(shelf.wanted, in_stock=True)
    everything = replace(shelf.wanted, in_stock=False)
    entry = _entry(
        shelf,
        _("In stock only"),
        alone=in_stock,
        toggled=everything if shelf.wanted.in_stock else in_stock,
        chosen=shelf.wanted.in_stock,
    )
    narrows = entry.count < len(shelf.matching(everything))
    return [Facet(_("Availability"), (entry,))] if narrows or entry.chosen else []


def _entry(shelf: Shelf, label: str, *, alone: Wanted, toggled: Wanted, chosen: bool) -> FacetValue:
    return FacetValue(label, len(shelf.matching(alone)), toggled.address, chosen)


def _worth_showing(entries: Iterable[FacetValue]) -> tuple[FacetValue, ...]:
    """Where there are very many, those that most products have, still in the editor's order."""
    entries = [entry for entry in entries if entry.count or entry.chosen]
    ranked = sorted(entries, key=lambda entry: (entry.chosen, entry.count), reverse=True)
    kept = set(ranked[:MOST_VALUES])
    return tuple(entry for entry in entries if entry in kept)


def _names(model: Any, things: Iterable[Any], locale_id: int) -> dict[int, str]:
    """In the language of that locale where there is a translation."""
    things = list(things)
    depends_on(*things)
    names = {thing.pk: thing.name for thing in things}
    foreign = {thing.translation_key: thing.pk for thing in things if thing.locale_id != locale_id}
    if foreign:
        translated = model.objects.filter(translation_key__in=foreign, locale_id=locale_id)
        names |= {foreign[thing.translation_key]: thing.name for thing in translated}
    return names
