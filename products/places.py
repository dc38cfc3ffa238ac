"""Keeps `Place` right: whoever reads it catches up first with what the database has noted.

So a reader is never behind what was committed before it began to read, whoever committed it. Who
finds notes takes them all, in the order of their ids, and locks them until the places are right;
who comes meanwhile waits for that, and finds nothing left to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from content.live_pages import out_of_sight, watched_elsewhere
from content.live_pages.names import paths_above
from products import assortments, openings
from products.assortments import Kind
from products.models import (
    Assortment,
    CategoryPage,
    Opening,
    Place,
    ProductPage,
    Unplaced,
    Variant,
)
from products.openings import compared
from products.sources import source_ids

# Products a transaction.
BATCH = 500
# What was never published the usual way is older than anything.
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = (
    "pk",
    "title",
    "brand_id",
    "path",
    "first_published_at",
    "alias_of_id",
    "locale_id",
    "translation_key",
)
_FIELDS = ("assortment_id", "brand_id", "published", "price", "name", "buyable", "reduced")

# What changes a place changes a page, a variant or the stock, and these are told.
watched_elsewhere(Assortment, Opening, Place, Unplaced)


class Offered(NamedTuple):
    """What one page sells, on whatever shelf."""

    kinds: str
    price: Decimal
    buyable: bool
    reduced: bool


def catch_up() -> None:
    """Put right what was noted up to now."""
    with out_of_sight():
        while Unplaced.objects.exists():
            _put_right_some()


def note_everything() -> None:
    """For a shop whose places are to be made anew."""
    pks = ProductPage.objects.values_list("pk", flat=True).iterator(chunk_size=5_000)
    Unplaced.objects.bulk_create((Unplaced(page_id=pk) for pk in pks), batch_size=5_000)


def _put_right_some() -> None:
    with transaction.atomic():
        notes = Unplaced.objects.select_for_update().order_by("pk")[:BATCH]
        noted = {note.pk: note.page_id for note in notes}
        _put_right(_with_family(set(noted.values())))
        Unplaced.objects.filter(pk__in=noted).delete()


def _with_family(page_ids: set[int]) -> set[int]:
    """They and all that show the same variants: translations, and aliases of any of them."""
    keys = ProductPage.objects.filter(pk__in=page_ids).values("translation_key")
    relatives = ProductPage.objects.filter(translation_key__in=keys)
    found = page_ids | set(relatives.values_list("pk", flat=True))
    newest = found
    while newest:
        aliases = ProductPage.objects.filter(alias_of__in=newest)
        newest = set(aliases.values_list("pk", flat=True)) - found
        found = found | newest
    return found


def _put_right(page_ids: set[int]) -> None:
    sold = _sold(page_ids)
    openings.put_right((page for page, _offer in sold), page_ids)
    right = {(place.category_id, place.page_id): place for place in _places_of(sold)}
    rows = Place.objects.filter(page__in=page_ids)
    stand = {(place.category_id, place.page_id): place for place in rows}
    wrong = {
        key
        for key, place in stand.items()
        if key not in right or _facts(right[key]) != _facts(place)
    }
    # Anew, not changed: nothing refers to a place, and many are written faster so.
    Place.objects.filter(pk__in=[stand[key].pk for key in wrong]).delete()
    Place.objects.bulk_create(right[key] for key in sorted(right.keys() - (stand.keys() - wrong)))


def _facts(place: Place) -> tuple[Any, ...]:
    return tuple(getattr(place, field) for field in _FIELDS)


def _sold(page_ids: set[int]) -> list[tuple[Any, Offered]]:
    """Those of these pages that are published and have something to sell."""
    live = ProductPage.objects.live().filter(pk__in=page_ids)
    pages = list(live.values_list(*_COLUMNS, named=True))
    sources = source_ids(pages)
    offered = _offered(set(sources.values()))
    return [(page, offered[sources[page.pk]]) for page in pages if sources[page.pk] in offered]


def _places_of(sold: list[tuple[Any, Offered]]) -> list[Place]:
    """As they should be; unsaved."""
    categories = _categories(page for page, _offer in sold)
    numbers = assortments.numbered({offer.kinds for _page, offer in sold})
    return [
        Place(
            page_id=page.pk,
            category_id=category,
            assortment_id=numbers[offer.kinds],
            brand_id=page.brand_id,
            published=page.first_published_at or _LONG_AGO,
            price=offer.price,
            buyable=offer.buyable,
            reduced=offer.reduced,
            name=compared(page.title)[:255],
        )
        for page, offer in sold
        for category in categories[page.pk]
    ]


def _offered(page_ids: set[int]) -> dict[int, Offered]:
    """By the page that holds the variants; what has none does not stand anywhere."""
    live = set(ProductPage.objects.live().filter(pk__in=page_ids).values_list("pk", flat=True))
    by_page: dict[int, list[Variant]] = {}
    for variant in Variant.objects.filter(page_id__in=page_ids).select_related("sku"):
        by_page.setdefault(variant.page_id, []).append(variant)
    return {pk: _offer(variants, is_live=pk in live) for pk, variants in by_page.items()}


def _offer(variants: list[Variant], *, is_live: bool) -> Offered:
    """At the lowest price of what can be bought, as its card says it. What nobody published is not
    to be bought, though a translation may show it."""
    kinds = [
        Kind(frozenset(variant.option_ids), variant.availability.can_be_bought)
        for variant in variants
    ]
    buyable = [one for one, kind in zip(variants, kinds, strict=True) if kind.buyable]
    return Offered(
        kinds=assortments.written(kinds),
        price=min(variant.price for variant in buyable or variants),
        buyable=is_live and bool(buyable),
        reduced=is_live and any(variant.on_sale for variant in buyable),
    )


def _categories(pages: Iterable[Any]) -> dict[int, set[int]]:
    """The ids of the categories in which each page stands."""
    paths = {page.pk: set(paths_above(page.path)) for page in pages}
    named = ProductPage.categories.through.objects.filter(productpage__in=paths)
    for pk, path in named.values_list("productpage_id", "categorypage__path"):
        paths[pk] |= {path, *paths_above(path)}
    above = {path for some in paths.values() for path in some}
    ids = dict(CategoryPage.objects.filter(path__in=above).values_list("path", "pk"))
    return {pk: {ids[path] for path in some if path in ids} for pk, some in paths.items()}
