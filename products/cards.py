"""What a listing shows of a product, gathered for a whole page of products at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from content.live_pages import depends_on, name_of, out_of_sight
from content.live_pages.names import SITE, family_of
from content.live_pages.parts import Part, kept_many
from content.models import Picture
from content.navigation import seen_from
from products.models import Availability, ProductPage, ProductPicture, StockState, Variant
from products.sources import source_ids
from products.traces import stock_names

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True)
class ProductCard:
    """`price` is the lowest of what can be bought; `from_price` says that others cost more.

    Cards are kept between requests, together with the `markup` that was made of them.
    """

    title: str
    url: str
    image: Picture | None
    alt: str
    price: Decimal | None
    compare_at: Decimal | None
    from_price: bool
    availability: Availability
    shows: tuple[str, ...] = ()  # by the names of `content.live_pages`
    markup: dict[Hashable, str] = field(default_factory=dict, compare=False, repr=False)


def cards_for(
    pages: Iterable[ProductPage], request: HttpRequest | None = None
) -> list[ProductCard]:
    """A card for each page that has something to sell, in the given order."""
    pages = list(pages)
    depends_on(*pages)
    cards = cards_to_choose_from(pages, request)
    for card in cards:
        depends_on(*card.shows)
    return cards


def cards_to_choose_from(
    pages: Iterable[ProductPage], request: HttpRequest | None = None
) -> list[ProductCard]:
    """The same for who shows only some of them, and says of which the page depends."""
    place = seen_from(request)
    by_key = {("card", *place, page.pk): page for page in pages}
    with out_of_sight():
        found: dict[Any, ProductCard] = kept_many(
            by_key, lambda keys: _made({key: by_key[key] for key in keys}, request)
        )
    return [found[key] for key in by_key if key in found]


def _made(pages: Mapping[K, ProductPage], request: HttpRequest | None) -> dict[K, Part]:
    """Of those that have something to sell."""
    sources = source_ids(pages.values())
    variants = _variants_by_page(sources.values())
    pictures = lead_pictures({*sources.values(), *(page.pk for page in pages.values())})
    made = {}
    for key, page in pages.items():
        offered = variants.get(sources[page.pk])
        if offered:
            lead = pictures.get(page.pk) or pictures.get(sources[page.pk])
            shows = (SITE, name_of(page), f"page:{sources[page.pk]}", *stock_names(offered))
            if lead and lead.picture:
                shows += (name_of(lead.picture),)
            if sources[page.pk] != page.pk:
                shows += (family_of(page),)
            made[key] = Part(replace(_card(page, offered, lead, request), shows=shows), shows)
    return made


def _variants_by_page(page_ids: Iterable[int]) -> dict[int, list[Variant]]:
    by_page: dict[int, list[Variant]] = {}
    for variant in Variant.objects.filter(page_id__in=set(page_ids)).select_related("sku"):
        by_page.setdefault(variant.page_id, []).append(variant)
    return by_page


def lead_pictures(page_ids: set[int]) -> dict[int, ProductPicture]:
    """The first picture of each page, with its renditions at hand."""
    entries = list(
        ProductPicture.objects.filter(page_id__in=page_ids, picture__isnull=False)
        .select_related("picture")
        .order_by("page_id", "-sort_order", "-pk")
    )
    leads = {entry.page_id: entry for entry in entries}  # the last one wins: the lowest order
    prefetch_related_objects([lead.picture for lead in leads.values()], "renditions")
    return leads


def _card(
    page: ProductPage,
    variants: list[Variant],
    lead: ProductPicture | None,
    request: HttpRequest | None,
) -> ProductCard:
    buyable = [variant for variant in variants if variant.availability.can_be_bought]
    shown = min(buyable or variants, key=lambda variant: variant.price)
    return ProductCard(
        title=page.title,
        url=page.get_url(request) or "",
        image=lead.picture if lead else None,
        alt=lead.alt_text if lead else "",
        price=shown.price,
        compare_at=shown.compare_at,
        from_price=any(variant.price > shown.price for variant in buyable),
        availability=_best(buyable),
    )


def _best(buyable: list[Variant]) -> Availability:
    """The most hopeful state of a product's variants; the units of several low ones add up."""
    states = [variant.availability for variant in buyable]
    for state in (StockState.IN_STOCK, StockState.LOW, StockState.BACKORDER):
        matching = [availability for availability in states if availability.state == state]
        if matching:
            left = sum(availability.left or 0 for availability in matching)
            return Availability(state, left or None)
    return Availability(StockState.SOLD_OUT)
