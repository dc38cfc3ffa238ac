"""What is read of the things in a basket: no more of each than a line shows. What decides what may
be sold, and at which price, is asked each time; how it looks is kept between requests.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import get_language

from content.live_pages import name_of
from content.live_pages.names import SITE, family_of
from content.live_pages.parts import Part, kept_many
from content.locales import active_locale
from content.models import Picture
from content.prepared import Prepared
from products.cards import lead_pictures
from products.models import OptionValue, ProductPage, Variant
from products.models.vocabulary import in_words

K = TypeVar("K", bound=Hashable)

# A page's text may be long, and no line shows it.
_OF_PAGE = (
    *("title", "slug", "path", "depth", "url_path", "locale_id", "translation_key"),
    *("content_type_id", "alias_of_id", "live_revision_id", "tax_class"),
)
_READ = ("page", "sku", "sort_order", "price", "picture_id", "option_1", "option_2", "option_3")
LARGEST_PAGE_ID = 2**31 - 1


def sellable_variants(codes: Collection[str], page_id: int | None = None) -> list[Variant]:
    """The variants that may be sold of these SKU codes, and those of a product's page.

    With page, SKU and tax class at hand; `labels_of` and `looks_of` know the rest.
    """
    of_page = page_id is not None and page_id <= LARGEST_PAGE_ID
    if not codes and not of_page:
        return []
    values: dict[Any, Any] = {_code(number): code for number, code in enumerate(codes)}
    values |= {_NOW: timezone.now(), _PAGE_ID: page_id}
    return _sellable(len(codes), of_page)(values)


# What stands in the prepared query for what is asked.
_NOW, _PAGE_ID = datetime(1970, 1, 1, tzinfo=UTC), -1


def _code(number: int) -> str:
    return f"\x00{number}"


@lru_cache(maxsize=128)
def _sellable(codes: int, of_page: bool) -> Prepared[Variant]:
    stand_ins = [_code(number) for number in range(codes)]
    wanted = Q(sku_id__in=stand_ins) if codes else Q()
    if of_page:
        wanted |= Q(page_id=_PAGE_ID)
    variants = (
        Variant.objects.sellable(_NOW)
        .filter(wanted)
        .select_related("sku", "page__tax_class")
        .only(*_READ, *(f"page__{name}" for name in _OF_PAGE), "page__tax_class__code")
    )
    return Prepared(variants, _NOW, *stand_ins, *([_PAGE_ID] if of_page else []))


@dataclass(frozen=True)
class Label:
    """The options of a variant in words: "Size: A3, Frame: Oak"."""

    text: str
    shows: tuple[str, ...] = ()  # by the names of `content.live_pages`


@dataclass(frozen=True)
class Look:
    """What else a line shows of a variant, beside its price. `translation`: of its page, into the
    language of the request, where there is one."""

    picture: Picture | None
    translation: ProductPage | None
    shows: tuple[str, ...]


def labels_of(variants: Iterable[Variant]) -> dict[int, Label]:
    """By the variants' keys."""
    by_pk = {variant.pk: ("options", *variant.option_ids) for variant in variants}
    found = kept_many((key for key in by_pk.values() if len(key) > 1), _labels)
    return {pk: found.get(key) or Label("") for pk, key in by_pk.items()}


def looks_of(variants: Iterable[Variant]) -> dict[int, Look]:
    """By the variants' keys. What a variant's own row says of its look is in the key."""
    by_key = {
        ("look", get_language(), variant.pk, variant.page_id, variant.picture_id): variant
        for variant in variants
    }
    found = kept_many(by_key, lambda keys: _looks({key: by_key[key] for key in keys}))
    return {variant.pk: found[key] for key, variant in by_key.items()}


def _labels(keys: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], Part]:
    """A join for each option that a variant might have is dear; most things have none."""
    values = OptionValue.objects.select_related("option").in_bulk(
        {pk for _, *pks in keys for pk in pks}
    )
    made = {}
    for key in keys:
        chosen = [values[pk] for pk in key[1:] if pk in values]
        shows = [name_of(thing) for value in chosen for thing in (value, value.option)]
        label = Label(in_words(chosen), (SITE, *dict.fromkeys(shows)))
        made[key] = Part(label, label.shows)
    return made


def _looks(variants: Mapping[K, Variant]) -> dict[K, Part]:
    pictures = _pictures_of(variants.values())
    translations = _translations_of([variant.page for variant in variants.values()])
    made = {}
    for key, variant in variants.items():
        page, picture = variant.page, pictures.get(variant.pk)
        translation = translations.get(page.translation_key)
        shown = [name_of(thing) for thing in (page, picture, translation) if thing]
        look = Look(picture, translation, (SITE, family_of(page), *shown))
        made[key] = Part(look, look.shows)
    return made


def _translations_of(pages: Iterable[ProductPage]) -> dict[UUID, ProductPage]:
    """In the language of the request, by the key that they share with the pages."""
    active = active_locale()
    abroad = {page.translation_key for page in pages if page.locale_id != active.pk}
    if not abroad:
        return {}
    translations = (
        ProductPage.objects.live().filter(locale=active, translation_key__in=abroad).only(*_OF_PAGE)
    )
    return {page.translation_key: page for page in translations}


def _pictures_of(variants: Collection[Variant]) -> dict[int, Picture]:
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
