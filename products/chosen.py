"""Which products a block shows: those that an editor chose, or those that a rule finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from wagtail.models import Page

from content.live_pages import depends_on
from content.locales import active_locale, in_readers_language
from content.privacy import open_to_all
from products.leading import Rule, leading
from products.models import ProductPage
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
    return _leading(Rule.NEWS, newest_in, how_many, category)


def on_sale(how_many: int, category: Page | None = None) -> list[ProductPage]:
    """What can be bought now for less than before, the newest first."""
    return _leading(Rule.REDUCTIONS, sale_in, how_many, category)


def _leading(
    rule: Rule, name_of: Callable[[str], str], how_many: int, category: Page | None
) -> list[ProductPage]:
    pages = open_to_all(ProductPage.objects.live()).in_active_locale()
    here = in_readers_language(category) if category else None
    depends_on(name_of(here.path if here else everywhere(active_locale().pk)))
    return list(leading(rule, pages, how_many, here.pk if here else None))
