"""Which page holds a product's variants: translations and aliases show those of another page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.apps import apps

from content.locales import default_locale

if TYPE_CHECKING:
    from products.models import ProductPage


def source_ids(pages: Iterable[ProductPage]) -> dict[int, int]:
    """Page id to the id of its source, in as many queries for a shelf as for one product.

    An alias leads to the page it repeats; a translation to the page in the shop's own language,
    or where there is none to the first that was written.
    """
    default = default_locale().pk
    written = _without_aliases({page.pk: page for page in pages})
    keys = {page.translation_key for page in written.values() if page.locale_id != default}
    originals = _originals(keys, default) if keys else {}
    return {pk: originals.get(page.translation_key) or int(page.pk) for pk, page in written.items()}


def _without_aliases(pages: dict[int, ProductPage]) -> dict[int, ProductPage]:
    while repeated := {page.alias_of_id for page in pages.values() if page.alias_of_id}:
        found = apps.get_model("products", "ProductPage").objects.in_bulk(repeated)
        pages = {
            pk: found[page.alias_of_id] if page.alias_of_id else page for pk, page in pages.items()
        }
    return pages


def _originals(keys: set[object], default_locale: int) -> dict[object, int]:
    """By translation key. The last one wins: the default locale's, else the lowest id."""
    family = apps.get_model("products", "ProductPage").objects.filter(
        translation_key__in=keys, alias_of__isnull=True
    )
    rows = family.values_list("translation_key", "locale_id", "pk")
    ordered = sorted(rows, key=lambda row: (row[1] == default_locale, -row[2]))
    return {key: pk for key, _, pk in ordered}
