"""The links that narrow a shelf: each says how many products one would see behind it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from content.live_pages import depends_on
from products.models.vocabulary import Brand, OptionType, OptionValue
from products.shelf import Shelf
from products.wanted import SORTS, Wanted

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
    depends_on(*shelf.tally.shows)
    wanted = shelf.wanted
    facets = [facet for facet in (*_options(shelf), _brands(shelf)) if facet.helps]
    return Facets(
        facets=[*facets, *_availability(shelf)],
        sorts=[
            (str(label), replace(wanted, sort=sort).address, sort == wanted.sort)
            for sort, label in SORTS.items()
        ],
        everything=Wanted(sort=wanted.sort).address,
    )


def _options(shelf: Shelf) -> list[Facet]:
    tally, wanted = shelf.tally, shelf.wanted
    by_option: dict[int, list[FacetValue]] = {}
    for pk, value in tally.values.items():
        of_others = {
            other for other in wanted.options if tally.values[other].option_id != value.option_id
        }
        entry = FacetValue(
            label=tally.names[OptionValue, pk],
            count=tally.count(replace(wanted, options=frozenset({pk, *of_others}))),
            address=replace(wanted, options=wanted.options ^ {pk}).address,
            chosen=pk in wanted.options,
        )
        by_option.setdefault(value.option_id, []).append(entry)
    return [
        Facet(tally.names[OptionType, option], _worth_showing(entries))
        for option, entries in by_option.items()
    ]


def _brands(shelf: Shelf) -> Facet:
    tally, wanted = shelf.tally, shelf.wanted
    counts = tally.by_brand(wanted)
    entries = [
        FacetValue(
            label=tally.names[Brand, pk],
            count=counts[pk],
            address=replace(wanted, brands=wanted.brands ^ {pk}).address,
            chosen=pk in wanted.brands,
        )
        for pk in tally.brands
    ]
    return Facet(_("Maker"), _worth_showing(entries))


def _availability(shelf: Shelf) -> list[Facet]:
    """Offered where something is sold out."""
    in_stock = replace(shelf.wanted, in_stock=True)
    everything = replace(shelf.wanted, in_stock=False)
    entry = FacetValue(
        label=_("In stock only"),
        count=shelf.tally.count(in_stock),
        address=(everything if shelf.wanted.in_stock else in_stock).address,
        chosen=shelf.wanted.in_stock,
    )
    narrows = entry.count < shelf.tally.count(everything)
    return [Facet(_("Availability"), (entry,))] if narrows or entry.chosen else []


def _worth_showing(entries: Iterable[FacetValue]) -> tuple[FacetValue, ...]:
    """Where there are very many, those that most products have, still in the editor's order."""
    entries = [entry for entry in entries if entry.count or entry.chosen]
    ranked = sorted(entries, key=lambda entry: (entry.chosen, entry.count), reverse=True)
    kept = set(ranked[:MOST_VALUES])
    return tuple(entry for entry in entries if entry in kept)
