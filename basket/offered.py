"""What is read from the database of the things in a basket: no more of each than a line shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.db.models import Q, prefetch_related_objects

from content.locales import active_locale
from content.models import Picture
from products.cards import lead_pictures
from products.models import OptionValue, ProductPage, Variant

# A page's text may be long, and no line shows it.
_OF_PAGE = (
    *("title", "slug", "path", "depth", "url_path", "locale_id", "translation_key"),
    *("content_type_id", "alias_of_id", "live_revision_id", "tax_class"),
)
_READ = ("page", "sku", "sort_order", "price", "picture_id", "option_1", "option_2", "option_3")
LARGEST_PAGE_ID = 2**31 - 1


def sellable_variants(codes: Collection[str], page_id: int | None = None) -> list[Variant]:
    """The variants that may be sold of these SKU codes, and those of a product's page.

    With page, SKU, tax class and options at hand.
    """
    wanted = Q(sku_id__in=codes)
    if page_id is not None and page_id <= LARGEST_PAGE_ID:
        wanted = wanted | Q(page_id=page_id) if codes else Q(page_id=page_id)
    elif not codes:
        return []
    variants = list(
        Variant.objects.sellable()
        .filter(wanted)
        .select_related("sku", "page__tax_class")
        .only(*_READ, *(f"page__{name}" for name in _OF_PAGE), "page__tax_class__code")
    )
    _add_options(variants)
    return variants


def _add_options(variants: Iterable[Variant]) -> None:
    """Most things have none, and a join for each that one might have is dear."""
    ids = {pk for variant in variants for pk in variant.option_ids}
    if not ids:
        return
    values = OptionValue.objects.select_related("option").in_bulk(ids)
    for variant in variants:
        variant.option_1 = values.get(variant.option_1_id)
        variant.option_2 = values.get(variant.option_2_id)
        variant.option_3 = values.get(variant.option_3_id)


def pages_shown(pages: Collection[ProductPage]) -> dict[int, ProductPage]:
    """Each in the language of the request where there is a translation, by its own key."""
    active = active_locale()
    abroad = {page.translation_key for page in pages if page.locale_id != active.pk}
    if not abroad:
        return {page.pk: page for page in pages}
    translations = (
        ProductPage.objects.live().filter(locale=active, translation_key__in=abroad).only(*_OF_PAGE)
    )
    by_key = {page.translation_key: page for page in translations}
    return {page.pk: by_key.get(page.translation_key, page) for page in pages}


def pictures_of(variants: Collection[Variant]) -> dict[int, Picture]:
    """Of the variant itself, else the first of its product; by the variant's key, renditions at
    hand."""
    own = {variant.picture_id for variant in variants if variant.picture_id}
    pictures = Picture.objects.in_bulk(own) if own else {}
    prefetch_related_objects(list(pictures.values()), "renditions")
    leads = lead_pictures({variant.page_id for variant in variants if not variant.picture_id})
    found = {}
    for variant in variants:
        lead = leads.get(variant.page_id)
        picture = pictures.get(variant.picture_id) or (lead.picture if lead else None)
        if picture:
            found[variant.pk] = picture
    return found
