"""Products as records again: what an export writes, and what an import compares a file with."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator

from wagtail.models import Locale, Page

from content.models import Picture
from products.importing.files import bowerbird
from products.importing.pages import story
from products.importing.pages.pictures import source_of
from products.importing.pages.shelves import front_page
from products.importing.records import PictureRecord, ProductRecord, VariantRecord
from products.models import CategoryPage, ProductPage, ProductPicture, ProductTag, Variant
from products.querysets import ProductQuerySet

PAGES_AT_A_TIME = 200


def exported() -> ProductQuerySet:
    """Those that hold variants of their own, in the order of the tree."""
    ours = ProductPage.objects.filter(locale=Locale.get_default(), alias_of__isnull=True)
    return ours.select_related("brand", "tax_class").order_by("path")


def records() -> Iterator[ProductRecord]:
    """All products, a few in memory at a time."""
    last = ""
    while pages := list(exported().filter(path__gt=last)[:PAGES_AT_A_TIME]):
        yield from (record for record in records_of(pages) if record.variants)
        last = pages[-1].path


def records_of(pages: Iterable[ProductPage], below: Page | None = None) -> list[ProductRecord]:
    """As the database holds them, so without what waits in drafts.

    Categories are named from `below` down, else from the front page.
    """
    pages = list(pages)
    shelves = _Shelves(below or front_page(), pages)
    pictures = _Pictures(pages)
    tags = _tags(pages)
    variants = _variants(pages)
    return [
        ProductRecord(
            key=str(page.translation_key),
            rows=(),
            title=page.title,
            variants=tuple(_variant(row, pictures) for row in variants[page.pk]),
            slug=page.slug,
            summary=page.summary,
            body=story.to_html(page.body.raw_data, pictures.source),
            brand=page.brand.name if page.brand else "",
            tags=tuple(tags[page.pk]),
            categories=shelves.of(page),
            tax_class=page.tax_class.code if page.tax_class else "",
            published=page.live,
            pictures=tuple(pictures.gallery[page.pk]),
            seo_title=page.seo_title,
            seo_description=page.search_description,
            manufacturer=page.manufacturer,
            responsible_person=page.responsible_person,
            safety_information=page.safety_information,
        )
        for page in pages
    ]


def _variant(row: Variant, pictures: _Pictures) -> VariantRecord:
    sku = row.known_sku
    return VariantRecord(
        row=0,
        price=row.price,
        sku=row.sku_id or "",
        options=tuple((option.option.name, option.name) for option in row.options),
        compare_at=row.compare_at,
        on_hand=sku.on_hand if sku else None,
        backorders=bool(sku and sku.backorders_allowed),
        low_stock_threshold=sku.low_stock_threshold if sku else None,
        weight=sku.weight if sku else None,
        barcode=sku.barcode if sku else "",
        picture=pictures.source(row.picture_id) if row.picture_id else "",
    )


def _variants(pages: Iterable[ProductPage]) -> dict[int, list[Variant]]:
    found: dict[int, list[Variant]] = defaultdict(list)
    for row in Variant.objects.filter(page__in=pages).with_details():
        found[row.page_id].append(row)
    return found


def _tags(pages: Iterable[ProductPage]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = ProductTag.objects.filter(content_object__in=pages).order_by("tag__name")
    for page, name in rows.values_list("content_object_id", "tag__name"):
        found[page].append(name)
    return found


class _Pictures:
    """The galleries of some pages, and how their pictures are called."""

    def __init__(self, pages: Iterable[ProductPage]) -> None:
        pages = list(pages)
        entries = list(ProductPicture.objects.filter(page__in=pages).select_related("picture"))
        self._sources = {
            entry.picture_id: source_of(entry.picture) for entry in entries if entry.picture
        }
        self.gallery: dict[int, list[PictureRecord]] = defaultdict(list)
        for entry in entries:
            if entry.picture_id:
                source = self._sources[entry.picture_id]
                self.gallery[entry.page_id].append(PictureRecord(source, entry.alt))

    def source(self, pk: int) -> str:
        if pk not in self._sources:
            picture = Picture.objects.filter(pk=pk).first()
            self._sources[pk] = source_of(picture) if picture else ""
        return self._sources[pk]


class _Shelves:
    """Categories by path: where a page stands is written in its own."""

    def __init__(self, root: Page, pages: Iterable[ProductPage]) -> None:
        rows = CategoryPage.objects.descendant_of(root).values_list("pk", "path", "title")
        self._titles = {path: title for _pk, path, title in rows}
        path_of = {pk: path for pk, path, _title in rows}
        named = ProductPage.categories.through.objects.filter(productpage__in=pages).order_by("pk")
        self._others: dict[int, list[str]] = defaultdict(list)
        for page, category in named.values_list("productpage_id", "categorypage_id"):
            self._others[page].append(path_of.get(category, ""))

    def of(self, page: ProductPage) -> tuple[tuple[str, ...], ...]:
        """The one it stands in first, then those that it names."""
        paths = (page.path[: -Page.steplen], *self._others[page.pk])
        return tuple(named for path in paths if (named := self._named(path)))

    def _named(self, path: str) -> tuple[str, ...]:
        lengths = range(Page.steplen, len(path) + 1, Page.steplen)
        above = (path[:length] for length in lengths)
        return tuple(self._titles[part] for part in above if part in self._titles)


# --- The file -------------------------------------------------------------------------------------


class _Line:
    """What `csv` writes to, to be taken up again at once."""

    def write(self, text: str) -> str:
        return text


def lines() -> Iterator[str]:
    """The bowerbird file, line by line; the first begins with the mark that spreadsheets expect."""
    writer = csv.DictWriter(_Line(), bowerbird.COLUMNS)
    yield "\ufeff" + str(writer.writeheader())
    for record in records():
        for row in bowerbird.rows_of(record):
            yield str(writer.writerow(row))
