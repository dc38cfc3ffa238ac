"""The site's own search, over what is published in the reader's language."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from wagtail.models import Page
from wagtail.query import PageQuerySet

from content.locales import active_locale
from home.models import HomePage
from products.models import ProductPage, Variant
from products.querysets import ProductQuerySet

MOST_PRODUCTS = 240
MOST_PAGES = 10


def find_products(query: str) -> list[ProductPage]:
    """Those with this very SKU or barcode, then those whose words match, best first."""
    shelf = ProductPage.objects.live().public().in_active_locale()
    by_words = _by_words(query, shelf, MOST_PRODUCTS)
    found = {page.pk: page for page in [*_with_code(query, shelf), *by_words]}
    return list(found.values())


def find_pages(query: str) -> list[Page]:
    """Categories, landing pages and whatever else is not a product."""
    here = Page.objects.live().public().filter(locale=active_locale())
    pages = here.not_type(ProductPage, HomePage)
    return _by_words(query, pages, MOST_PAGES)


def _with_code(code: str, shelf: ProductQuerySet) -> list[ProductPage]:
    """In the reader's language where there is a translation."""
    exact = Variant.objects.sellable().filter(Q(sku__code__iexact=code) | Q(sku__barcode=code))
    pages = list(ProductPage.objects.filter(pk__in=exact.values("page")))
    if not pages:
        return []
    translations = shelf.filter(translation_key__in=[page.translation_key for page in pages])
    here = {page.translation_key: page for page in translations}
    return [here.get(page.translation_key, page) for page in pages]


def _by_words(query: str, pages: PageQuerySet, most: int) -> list[Any]:
    """Quotation marks aside: SQLite's search takes one that is not closed for a mistake."""
    words = query.replace('"', " ").strip()
    return list(pages.search(words)[:most]) if words else []
