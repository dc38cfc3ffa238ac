"""What a listing shows of a product, gathered for a whole page of products at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.http import HttpRequest

from content.live_pages import depends_on, name_of
from content.models import Picture
from products.models import Availability, ProductPage, ProductPicture, StockState, Variant
from products.sources import source_ids
from products.traces import stock_names


@dataclass(frozen=True)
class ProductCard:
    """`price` is the lowest of what can be bought; `from_price` says that others cost more."""

    title: str
    url: str
    image: Picture | None
    alt: str
    price: Decimal | None
    compare_at: Decimal | None
    from_price: bool
    availability: Availability
    shows: tuple[str, ...] = ()  # by the names of `content.live_pages`


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
    pages = list(pages)
    sources = source_ids(pages)
    variants = _variants_by_page(sources.values())
    pictures = lead_pictures({*sources.values(), *(page.pk for page in pages)})
    cards = []
    for page in pages:
        offered = variants.get(sources[page.pk])
        if offered:
            picture = pictures.get(page.pk) or pictures.get(sources[page.pk])
            shows = (name_of(page), f"page:{sources[page.pk]}", *stock_names(offered))
            cards.append(replace(_card(page, offered, picture, request), shows=shows))
    return cards


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
