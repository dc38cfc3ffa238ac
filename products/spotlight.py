"""One product, shown by itself."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from wagtail.models import Page

from content.live_pages.parts import kept
from content.locales import snippet_in_readers_language
from content.navigation import seen_from
from products.cards import ProductCard, cards_for
from products.chosen import as_chosen


@dataclass(frozen=True)
class Spotlight:
    """`sku` is what goes into the basket: empty where there is a choice, or nothing to be bought.
    `product` is the id of the page that holds its variants."""

    card: ProductCard
    maker: str
    summary: str
    product: int
    sku: str = ""


def spotlight_on(page: Page, request: HttpRequest | None = None) -> Spotlight | None:
    """In the reader's language; None of what is not published or has nothing to sell."""
    key = ("spotlight", *seen_from(request), page.pk)
    return kept(key, lambda: _spotlight(page, request))


def _spotlight(page: Page, request: HttpRequest | None) -> Spotlight | None:
    pages = as_chosen([page])
    cards = cards_for(pages, request)
    if not cards:
        return None
    (product,) = pages
    offers = product.offers()
    only = offers[0] if len(offers) == 1 and offers[0].availability.can_be_bought else None
    return Spotlight(
        card=cards[0],
        maker=snippet_in_readers_language(product.brand).name if product.brand else "",
        summary=product.summary,
        product=product.source.pk,
        sku=only.sku_id if only else "",
    )
