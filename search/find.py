"""The site's own search, over what is published in the reader's language."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from wagtail.models import Page, get_page_models

from content.locales import active_locale
from home.models import HomePage
from products.models import ProductPage, Sku, Variant
from products.querysets import ProductQuerySet
from search.words import best_by_words

MOST_PRODUCTS = 240
MOST_PAGES = 10
# A barcode may be that of several things.
MOST_SKUS = 20


def find_products(query: str) -> list[int]:
    """Their ids: those with this very SKU or barcode, then those whose words match, best first.

    No more than `MOST_PRODUCTS`: who finds so many has to say more.
    """
    shelf = ProductPage.objects.live().public().in_active_locale()
    by_words = best_by_words(query, shelf, [ProductPage], MOST_PRODUCTS)
    return list(dict.fromkeys([*_with_code(query, shelf), *by_words]))[:MOST_PRODUCTS]


def find_pages(query: str) -> list[Page]:
    """Categories, landing pages and whatever else is not a product."""
    others = [model for model in get_page_models() if model not in (ProductPage, HomePage)]
    here = Page.objects.live().public().filter(locale=active_locale())
    ids = best_by_words(query, here.not_type(ProductPage, HomePage), others, MOST_PAGES)
    found = Page.objects.in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _with_code(code: str, shelf: ProductQuerySet) -> list[int]:
    """In the reader's language where there is a translation."""
    codes = list(skus_called(code).values_list("code", flat=True)[:MOST_SKUS])
    if not codes:
        return []
    sellers = Variant.objects.sellable().filter(sku__in=codes).values("page")
    offering = ProductPage.objects.filter(pk__in=sellers).order_by("pk")
    pages = list(offering.values_list("pk", "translation_key"))
    translations = shelf.filter(translation_key__in=[key for _pk, key in pages]).order_by("pk")
    here = dict(translations.values_list("translation_key", "pk"))
    return [here.get(key, pk) for pk, key in pages]


def skus_called(code: str) -> QuerySet[Sku]:
    """In no order: in that of their codes, all of them might be read."""
    return Sku.objects.filter(Q(code__iexact=code) | Q(barcode=code)).order_by()
