"""Writes what was planned: pages by publishing, as an editor would, and stock as a movement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wagtail.models import Page

from products.importing.pages import late, publishing, stocking
from products.importing.pages.laying import Layer, Row, gallery_with
from products.importing.pages.merging import VARIANT_FIELDS, VariantChange, identity
from products.importing.pages.planning import Plan
from products.importing.pages.shelves import Shelves, free_slug
from products.importing.pages.words import Words
from products.importing.records import ProductRecord, VariantRecord
from products.models import CategoryPage, ProductPage
from products.sku_codes import make_sku_code

_NAMES = {"seo_description": "search_description"}
_AS_THEY_ARE = (
    "title",
    "summary",
    "seo_title",
    "seo_description",
    "manufacturer",
    "responsible_person",
    "safety_information",
)


@dataclass
class Written:
    """`codes` are the SKUs by what names the variants in the file, those just made included."""

    codes: dict[str, str]
    page: ProductPage | None = None
    has_late_pictures: bool = False


class Writer:
    """`reference` is how movements name the run; `user` is who asked, None for the command."""

    def __init__(self, words: Words, shelves: Shelves, *, user: Any, reference: str) -> None:
        self.words, self.shelves = words, shelves
        self.user, self.reference = user, reference

    def write(self, plan: Plan, pictures: Mapping[str, int]) -> Written:
        """Must run in a transaction."""
        written = Written(codes=plan.codes)
        if plan.page is None:
            written.page = self._create(plan.record, pictures, written)
        else:
            written.page = plan.page
            self._change(plan, plan.page, pictures, written)
        return written

    # --- New --------------------------------------------------------------------------------------

    def _create(
        self, record: ProductRecord, pictures: Mapping[str, int], written: Written
    ) -> ProductPage:
        path = record.categories[0] if record.categories else self.shelves.default_path()
        parent = Page.objects.get(pk=self.shelves.find_or_make(path))
        page = ProductPage(
            slug=free_slug(parent, record.slug or record.title), locale=self.words.locale
        )
        all_of_it = frozenset(_AS_THEY_ARE) | {"body", "brand", "tags", "categories"}
        values = self._values(record, all_of_it | {"tax_class", "pictures"}, pictures)
        changes = [
            VariantChange(v, v.sku, True, frozenset(VARIANT_FIELDS)) for v in record.variants
        ]
        rows = self._rows(changes, record, pictures, written)
        Layer(values, rows, pictures.get).lay(page)
        stocking.bring(changes, written.codes, self.reference, self.user)
        publishing.add(parent, page, live=record.published, user=self.user)
        return page

    # --- Changed ----------------------------------------------------------------------------------

    def _change(
        self, plan: Plan, page: ProductPage, pictures: Mapping[str, int], written: Written
    ) -> None:
        record, changed = plan.record, plan.changes.fields
        values = self._values(record, changed, pictures)
        arrived = plan.late & pictures.keys()
        values |= late.values(page, record, changed, pictures, arrived)
        if "slug" in changed and record.slug:
            values["slug"] = free_slug(page.get_parent(), record.slug, page.pk)
        rows = self._rows(plan.changes.variants, record, pictures, written)
        rows += late.rows(page, plan, pictures, arrived)
        stocking.bring(plan.changes.variants, written.codes, self.reference, self.user)
        if values or rows:
            publishing.save(page, Layer(values, rows, pictures.get), self.user)
        written.has_late_pictures = bool(values or rows) and not plan.changes
        if "published" in changed:
            publishing.publish_or_not(page, live=record.published, user=self.user)
        if "categories" in changed and record.categories:
            self._move(page, record.categories[0])

    def _move(self, page: ProductPage, path: Iterable[str]) -> None:
        parent = Page.objects.get(pk=self.shelves.find_or_make(tuple(path)))
        page.refresh_from_db()
        if page.get_parent() != parent:
            slug = free_slug(parent, page.slug, page.pk)
            if slug != page.slug:
                publishing.save(page, Layer({"slug": slug}), self.user)
                page.refresh_from_db()
            page.move(parent, pos="last-child", user=self.user)

    # --- Values -----------------------------------------------------------------------------------

    def _values(
        self, record: ProductRecord, wanted: Iterable[str], pictures: Mapping[str, int]
    ) -> dict[str, Any]:
        """By attribute of the page."""
        wanted = set(wanted)
        values = {
            _NAMES.get(name, name): getattr(record, name) for name in _AS_THEY_ARE if name in wanted
        }
        if "body" in wanted:
            values["body"] = record.body
        if "brand" in wanted:
            values["brand"] = self.words.brand(record.brand)
        if "tax_class" in wanted and (tax_class := self.words.tax_class(record.tax_class)):
            values["tax_class"] = tax_class
        if "tags" in wanted:
            values["tags"] = self.words.tags(record.tags)
        if "categories" in wanted:
            ids = [self.shelves.find_or_make(path) for path in record.categories[1:]]
            values["categories"] = list(CategoryPage.objects.filter(pk__in=ids))
        if "pictures" in wanted:
            values["gallery"] = gallery_with(record, pictures)
        return values

    def _rows(
        self,
        changes: Iterable[VariantChange],
        record: ProductRecord,
        pictures: Mapping[str, int],
        written: Written,
    ) -> tuple[Row, ...]:
        rows = []
        for change in changes:
            code = change.code or written.codes.get(identity(change.record)) or ""
            if not code:
                words = [record.title, *(value for _kind, value in change.record.options)]
                code = make_sku_code(words, written.codes.values())
            written.codes[identity(change.record)] = code
            values = self._row_values(change.record, change.fields, pictures)
            if values or change.is_new:
                rows.append(Row(code, values, change.is_new))
        return tuple(rows)

    def _row_values(
        self, variant: VariantRecord, wanted: frozenset[str], pictures: Mapping[str, int]
    ) -> dict[str, Any]:
        """By attribute of `Variant`."""
        values: dict[str, Any] = {}
        for name in ("price", "compare_at"):
            if name in wanted:
                values[name] = getattr(variant, name)
        if "picture" in wanted and (pictures.get(variant.picture) or not variant.picture):
            values["picture_id"] = pictures.get(variant.picture)
        if "options" in wanted:
            chosen = [self.words.option(kind, value) for kind, value in variant.options]
            for number in range(3):
                values[f"option_{number + 1}"] = chosen[number] if number < len(chosen) else None
        return values
