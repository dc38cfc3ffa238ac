"""Which products a block shows: those that an editor chose, or those that a rule finds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from wagtail.models import Page

from content.live_pages import depends_on
from content.locales import active_locale, in_readers_language
from content.privacy import open_to_all
from products.models import ProductPage, Variant
from products.querysets import ProductQuerySet
from products.traces import everywhere, newest_in, sale_in


def as_chosen(pages: Iterable[Page | None]) -> list[ProductPage]:
    """In the editor's order, each once, in the reader's language where it is translated.

    What is not published, or not for everybody, is left out.
    """
    chosen = {page.translation_key: page.pk for page in pages if page}
    depends_on(*(f"family:{key}" for key in chosen))
    found: dict[Any, ProductPage] = {}
    here = active_locale().pk
    for page in open_to_all(ProductPage.objects.live()).filter(translation_key__in=chosen):
        key = page.translation_key
        if page.locale_id == here or (page.pk == chosen[key] and key not in found):
            found[key] = page
    return [found[key] for key in chosen if key in found]


def newest(how_many: int, category: Page | None = None) -> list[ProductPage]:
    """What can be bought now, the newest first."""
    shelf, place = _shelf(category)
    depends_on(newest_in(place))
    return list(with_news(shelf)[:how_many])


def on_sale(how_many: int, category: Page | None = None) -> list[ProductPage]:
    """What can be bought now for less than before, the newest first."""
    shelf, place = _shelf(category)
    depends_on(sale_in(place))
    return list(with_reductions(shelf)[:how_many])


def with_news(shelf: ProductQuerySet) -> ProductQuerySet:
    return shelf.filter(_offered(Variant.objects.in_stock()))


def with_reductions(shelf: ProductQuerySet) -> ProductQuerySet:
    return shelf.filter(_offered(Variant.objects.in_stock().filter(compare_at__isnull=False)))


def _shelf(category: Page | None) -> tuple[ProductQuerySet, str]:
    """The products in question, the newest first, and their place in the names of versions."""
    shelf = open_to_all(ProductPage.objects.live()).in_active_locale().on_the_shelf()
    if category is None:
        return shelf, everywhere(active_locale().pk)
    here = in_readers_language(category)
    return shelf.in_category(here), here.path


def _offered(variants: Any) -> Exists:
    """Variants stand on the page that a translation was made from, so the key is compared."""
    return Exists(
        variants.filter(
            page__translation_key=OuterRef("translation_key"), page__live=True, sku__retired=False
        )
    )
