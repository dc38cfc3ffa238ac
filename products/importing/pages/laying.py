"""Words, pictures and variants laid onto a page in memory. What is saved is the caller's choice.

The same change is laid onto the live page and onto a draft that waits on it: there, only where
the draft's author had left alone what the live page said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from products.importing.pages import story
from products.importing.records import ProductRecord
from products.models import ProductPage, ProductPicture, Variant

Values = Mapping[str, Any]
_ROW_FIELDS = ("price", "compare_at", "picture_id", "option_1", "option_2", "option_3")


@dataclass(frozen=True)
class Row:
    """What becomes of one variant: `values` by attribute of `Variant`."""

    code: str
    values: Values
    is_new: bool = False


@dataclass(frozen=True)
class Before:
    """`rows` by SKU and attribute."""

    values: Values
    rows: Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class Layer:
    """`values` by attribute of the page; `gallery` as (picture, alt), `body` as rich text."""

    values: Values
    rows: tuple[Row, ...] = ()
    picture_of: Callable[[str], int | None] = lambda source: None

    def lay(self, page: ProductPage) -> None:
        for name, value in self.values.items():
            self._write(page, name, value)
        self._lay_rows(page, lambda row, code, name: True)

    def before(self, page: ProductPage) -> Before:
        """What the page says of all that this changes. Not to be asked once it is laid."""
        fresh = ProductPage.objects.get(pk=page.pk)
        values = {name: read(fresh, name) for name in self.values}
        rows = {
            (row.sku_id, name): getattr(row, name)
            for row in fresh.variants.all()
            for name in _ROW_FIELDS
        }
        return Before(values, rows)

    def lay_on_draft(self, draft: ProductPage, before: Before) -> None:
        """What the draft has otherwise than the live page had is its author's."""
        for name, value in self.values.items():
            if read(draft, name) == before.values[name]:
                self._write(draft, name, value)
        missing = object()
        self._lay_rows(
            draft,
            lambda row, code, name: getattr(row, name) == before.rows.get((code, name), missing),
        )

    def _write(self, page: ProductPage, name: str, value: Any) -> None:
        if name == "body":
            blocks = story.to_blocks(value, self.picture_of, [*page.body.raw_data])
            page.body = json.dumps(blocks)
        elif name == "gallery":
            page.gallery = [
                ProductPicture(picture_id=pk, alt=alt, sort_order=order)
                for order, (pk, alt) in enumerate(value)
            ]
        elif name == "tags":
            page.tags.set(value)
        else:
            setattr(page, name, value)

    def _lay_rows(self, page: ProductPage, may_change: Callable[[Variant, str, str], bool]) -> None:
        if not self.rows:
            return
        rows = list(page.variants.all())
        by_code = {row.sku_id: row for row in rows}
        for change in self.rows:
            row = by_code.get(change.code)
            if row is not None:
                for name, value in change.values.items():
                    if may_change(row, change.code, name):
                        setattr(row, name, value)
            elif change.is_new:
                rows.append(Variant(sku_id=change.code, sort_order=len(rows), **change.values))
        page.variants = rows


def read(page: ProductPage, name: str) -> Any:
    """In a form that can be compared."""
    if name == "body":
        return [(block["type"], block["value"]) for block in page.body.raw_data]
    if name == "gallery":
        return gallery_of(page.gallery.all())
    if name in ("tags", "categories"):
        return sorted(thing.pk for thing in getattr(page, name).all())
    return getattr(page, name)


def gallery_with(record: ProductRecord, pictures: Mapping[str, int]) -> list[tuple[int, str]]:
    """Each picture once, those left out that are not there."""
    found = {
        pictures[one.source]: one.alt[:255]
        for one in record.pictures[::-1]
        if one.source in pictures
    }
    return list(found.items())[::-1]


def gallery_of(entries: Iterable[ProductPicture]) -> list[tuple[int | None, str]]:
    return [(entry.picture_id, entry.alt) for entry in entries]
