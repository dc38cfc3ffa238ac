"""How many products of a category can be had in what: all that its filters count.

Products that come in the same choices are counted together, so a category of a hundred thousand is
some hundred numbers, and what remains of it under any choice is said without asking the database.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Q
from wagtail.models import PageViewRestriction

from content.live_pages import below, name_of
from content.live_pages.names import SITE
from content.locales import active_locale
from products import assortments
from products.assortments import Kind
from products.models import Assortment, Brand, CategoryPage, OptionType, OptionValue, Place
from products.wanted import Wanted


@dataclass(frozen=True)
class Tally:
    """`counts`: products by the id of their assortment, then by brand.

    `values` are all option values that some variant has, with their options, in the editor's order;
    `names` are in the reader's language. `hidden` are the paths of private pages.
    """

    kinds: Mapping[int, tuple[Kind, ...]]
    counts: Mapping[int, Mapping[int | None, int]]
    values: Mapping[int, OptionValue]
    brands: Mapping[int, Brand]
    names: Mapping[tuple[type, int], str]
    hidden: tuple[str, ...]
    shows: tuple[str, ...]  # by the names of `content.live_pages`

    @cached_property
    def total(self) -> int:
        return sum(sum(by_brand.values()) for by_brand in self.counts.values())

    def count(self, wanted: Wanted) -> int:
        counts = self._all_brands if not wanted.brands else self._these_brands(wanted.brands)
        fits = self._mask(wanted)
        return sum(count for pk, count in counts.items() if self._masks[pk] & fits)

    def by_brand(self, wanted: Wanted) -> Counter[int | None]:
        """With whatever else is wanted than brands."""
        found: Counter[int | None] = Counter()
        for pk in self.fitting(wanted):
            found.update(self.counts[pk])
        return found

    def fitting(self, wanted: Wanted) -> list[int]:
        """The assortments with a variant that is all that is wanted at once."""
        fits = self._mask(wanted)
        return [pk for pk, mask in self._masks.items() if mask & fits]

    # --- Each different kind is a bit ---------------------------------------------------------

    @cached_property
    def _bits(self) -> dict[Kind, int]:
        different = dict.fromkeys(kind for kinds in self.kinds.values() for kind in kinds)
        return {kind: 1 << place for place, kind in enumerate(different)}

    @cached_property
    def _masks(self) -> dict[int, int]:
        return {pk: sum(self._bits[kind] for kind in kinds) for pk, kinds in self.kinds.items()}

    @cached_property
    def _all_brands(self) -> dict[int, int]:
        return {pk: sum(by_brand.values()) for pk, by_brand in self.counts.items()}

    def _these_brands(self, brands: frozenset[int]) -> dict[int, int]:
        return {
            pk: sum(by_brand.get(brand, 0) for brand in brands)
            for pk, by_brand in self.counts.items()
        }

    def _mask(self, wanted: Wanted) -> int:
        groups: dict[int, set[int]] = {}
        for pk in wanted.options:
            groups.setdefault(self.values[pk].option_id, set()).add(pk)
        return sum(
            bit
            for kind, bit in self._bits.items()
            if (kind.buyable or not wanted.in_stock)
            and all(kind.options & group for group in groups.values())
        )


def places_in(category: CategoryPage, hidden: Iterable[str]) -> Any:
    """Without what stands on, or below, a private page."""
    private = Q()
    for path in hidden:
        private |= Q(page__path__startswith=path)
    places = Place.objects.filter(category_id=category.pk)
    return places.exclude(private) if private else places


def take(category: CategoryPage) -> Tally:
    """From the database, as it is now."""
    hidden = tuple(PageViewRestriction.objects.values_list("page__path", flat=True))
    counts: dict[int, dict[int | None, int]] = {}
    rows = places_in(category, hidden).order_by().values_list("assortment_id", "brand_id")
    for assortment, brand, count in rows.annotate(products=Count("*")):
        counts.setdefault(assortment, {})[brand] = count
    written = Assortment.objects.filter(pk__in=counts).values_list("pk", "kinds")
    kinds = {pk: assortments.read(text) for pk, text in written}
    values = _rows(OptionValue.objects.select_related("option"), _options_of(kinds.values()))
    brands = _rows(Brand.objects.all(), {pk for some in counts.values() for pk in some if pk})
    options = {value.option_id: value.option for value in values.values()}
    named = ((OptionValue, values), (OptionType, options), (Brand, brands))
    return Tally(
        kinds=kinds,
        counts=counts,
        values=values,
        brands=brands,
        names={
            (model, pk): name for model, rows in named for pk, name in _names(model, rows).items()
        },
        hidden=hidden,
        shows=(
            SITE,
            below(category.path),
            *(name_of(row) for _model, rows in named for row in rows.values()),
        ),
    )


def _options_of(kinds: Iterable[tuple[Kind, ...]]) -> set[int]:
    return {pk for some in kinds for kind in some for pk in kind.options}


def _rows(model: Any, pks: set[int]) -> dict[int, Any]:
    return {row.pk: row for row in model.filter(pk__in=pks)} if pks else {}


def _names(model: Any, things: Mapping[int, Any]) -> dict[int, str]:
    """In the reader's language where there is a translation."""
    here = active_locale().pk
    names = {pk: thing.name for pk, thing in things.items()}
    foreign = {thing.translation_key: pk for pk, thing in things.items() if thing.locale_id != here}
    if foreign:
        translated = model.objects.filter(translation_key__in=foreign, locale_id=here)
        names |= {foreign[thing.translation_key]: thing.name for thing in translated}
    return names
