"""What the blocks of a page name, looked up together.

Wagtail asks for the pages and pictures of each kind of block by itself, and for the links of each
text. Here the page's raw blocks are read first, and all that they name is at hand when they ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import copy
from typing import Any

from wagtail import blocks
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.images.models import ImageQuerySet
from wagtail.models import Page

from content.at_hand import recall, remember

PAGES, PICTURES = "pages", "pictures"
_LINKED = re.compile(r'<a\b[^>]*\blinktype="page"[^>]*>')
_ID = re.compile(r'\bid="(\d+)"')


def gather(page: Any, *pictures: str) -> None:
    """Look up what the blocks of a page's `body` name, and these fields of it that are pictures:
    in three queries, however many they are."""
    named = set(_named(page.body.stream_block, list(page.body.raw_data)))
    look_up_pages({pk for kind, pk in named if kind == PAGES})
    own = {name: pk for name in pictures if (pk := getattr(page, f"{name}_id"))}
    look_up_pictures({*own.values(), *(pk for kind, pk in named if kind == PICTURES)})
    for name, pk in own.items():
        found = (recall(PICTURES, [pk]) or {}).get(pk)
        if found:
            setattr(page, name, copy(found))


def look_up_pages(ids: set[int]) -> None:
    if ids:
        found = Page.objects.in_bulk(ids)
        remember(PAGES, {pk: found.get(pk) for pk in ids})


def look_up_pictures(ids: set[int]) -> None:
    if ids:
        pictures = get_image_model()._base_manager.filter(pk__in=ids)
        found = {one.pk: one for one in pictures.prefetch_related("renditions")}
        remember(PICTURES, {pk: found.get(pk) for pk in ids})


class PageChooser(blocks.PageChooserBlock):
    """Gives the page as `Page`, whatever its type, where it is at hand: what links to it, or looks
    for its translations, needs no more."""

    def bulk_to_python(self, values: list[Any]) -> list[Any]:
        found = recall(PAGES, values)
        if found is None:
            pages: list[Any] = super().bulk_to_python(values)
            return pages
        return [found.get(pk) for pk in values]

    def deconstruct(self) -> Any:
        _, args, kwargs = super().deconstruct()
        return "wagtail.blocks.PageChooserBlock", args, kwargs


class PictureQuerySet(ImageQuerySet):
    def in_bulk(self, id_list: Any = None, **kwargs: Any) -> dict[Any, Any]:
        """What choosers ask. Copies: an `ImageBlock` writes on the picture how it is used."""
        found = recall(PICTURES, id_list) if id_list is not None and not kwargs else None
        if found is None:
            rows: dict[Any, Any] = super().in_bulk(id_list, **kwargs)
            return rows
        return {pk: copy(picture) for pk, picture in found.items()}


def _named(block: Any, raw: Any) -> Iterator[tuple[str, int]]:
    if isinstance(block, blocks.StreamBlock):
        for item in raw or ():
            if item["type"] in block.child_blocks:
                yield from _named(block.child_blocks[item["type"]], item["value"])
    elif isinstance(block, blocks.ListBlock):
        for item in raw or ():
            in_form = isinstance(item, dict) and item.get("type") == "item"
            yield from _named(block.child_block, item["value"] if in_form else item)
    elif isinstance(block, blocks.StructBlock) and isinstance(raw, dict):
        for name, child in block.child_blocks.items():
            yield from _named(child, raw.get(name))
    elif isinstance(block, blocks.PageChooserBlock) and isinstance(raw, int):
        yield PAGES, raw
    elif isinstance(block, ImageChooserBlock) and isinstance(raw, int):
        yield PICTURES, raw
    elif isinstance(block, blocks.RichTextBlock) and raw:
        for link in _LINKED.findall(raw):
            yield from ((PAGES, int(pk)) for pk in _ID.findall(link))
