"""Shopify's product export: a row a variant, further rows for further pictures.

Rows of a product share their handle; what is the product's stands in its first row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from products.importing.files import texts
from products.importing.files.addresses import picture_source
from products.importing.files.drafting import (
    BRAND_LENGTH,
    THE_BRAND,
    TITLE_LENGTH,
    Draft,
    Refusal,
    slug_of,
)
from products.importing.files.figures import Numbers
from products.importing.files.formats import Layout
from products.importing.files.richtext import clean
from products.importing.files.tables import Row, first_of
from products.importing.files.values import yes_or_no
from products.importing.records import PictureRecord, ProductRecord, Rejected, VariantRecord

OPTION_NUMBERS = (1, 2, 3)
_NO_CATEGORY = frozenset(["uncategorized", "uncategorised"])


@dataclass
class Group:
    """The rows of one product; the first may not be the one that names it."""

    handle: str
    rows: list[Row] = field(default_factory=list)

    def first(self, column: str) -> str:
        return first_of(self.rows, column)


def read(rows: Sequence[Row], layout: Layout, currency: str) -> Iterator[ProductRecord | Rejected]:
    numbers = Numbers.of((row[name] for row in rows for name in ("price", "compare_at")), currency)
    for group in _groups(rows):
        draft = Draft(currency, numbers)
        row_numbers = tuple(row.number for row in group.rows)
        try:
            yield _product(group, layout, draft, row_numbers)
        except Refusal as refusal:
            yield Rejected(row_numbers, group.first("title") or group.handle, str(refusal))


def _groups(rows: Iterable[Row]) -> list[Group]:
    """By handle, wherever the rows stand. Another title begins another product, taken or not."""
    groups: list[Group] = []
    latest: dict[str, Group] = {}
    for row in rows:
        handle = row["handle"].casefold()
        group = latest.get(handle) if handle else None
        if group is None or (row["title"] and group.first("title") not in ("", row["title"])):
            group = Group(row["handle"])
            latest[handle] = group
            groups.append(group)
        group.rows.append(row)
    return groups


def _product(
    group: Group, layout: Layout, draft: Draft, row_numbers: tuple[int, ...]
) -> ProductRecord:
    first = group.rows[0]
    if not group.handle:
        raise Refusal(_("The row has no handle, so it belongs to no product."))
    if any(yes_or_no(row["gift_card"], False) for row in group.rows):
        raise Refusal(_("It is a gift card, which this shop does not sell."))
    title = draft.title(first.number, group.first("title"))
    pictures = _pictures(group.rows)
    variants = draft.variants(_variants(group.rows, layout, draft))
    if not variants:
        raise Refusal(_("No row of the product has a price."))
    cleaned = clean(group.first("body"))
    draft.note_all(first.number, cleaned.left_out)
    _note_what_differs(group.rows, draft)
    return ProductRecord(
        key=group.handle,
        rows=row_numbers,
        title=title,
        variants=variants,
        slug=slug_of(group.handle),
        body=cleaned.body,
        brand=draft.cut(first.number, group.first("vendor"), BRAND_LENGTH, THE_BRAND),
        tags=draft.tags(first.number, texts.split_list(group.first("tags"))),
        categories=_categories(group.first("type"), group.first("category")),
        published=_is_published(group, draft),
        pictures=pictures,
        seo_title=texts.cut(texts.plain(group.first("seo_title")), TITLE_LENGTH),
        seo_description=texts.plain(group.first("seo_description")),
        notes=draft.told(),
    )


def _pictures(rows: Iterable[Row]) -> tuple[PictureRecord, ...]:
    """In the order of their positions; rows without one come after those before them."""
    placed: dict[str, tuple[tuple[int, int], PictureRecord]] = {}
    for row in rows:
        if not row["image"]:
            continue
        source = picture_source(row["image"])
        place = int(row["image_position"]) if row["image_position"].isdecimal() else 0
        picture = PictureRecord(source, texts.cut(texts.plain(row["image_alt"]), TITLE_LENGTH))
        placed.setdefault(source, ((place or len(placed) + 1, row.number), picture))
    return tuple(picture for _place, picture in sorted(placed.values(), key=lambda item: item[0]))


def _categories(kind: str, category: str) -> tuple[tuple[str, ...], ...]:
    """The shop's own type; Shopify's taxonomy is long, so only its last word counts."""
    path = texts.split_path(kind)
    if not path and not category.isdecimal() and "://" not in category:
        path = texts.split_path(category)[-1:]
    known = tuple(texts.cut(part, TITLE_LENGTH) for part in path)
    return (known,) if known and known[0].casefold() not in _NO_CATEGORY else ()


def _is_published(group: Group, draft: Draft) -> bool:
    status = group.first("status").lower()
    if status not in ("", "active", "draft", "archived"):
        message = _("Its status is “%(status)s” there; it is not published here.")
        draft.note(group.rows[0].number, message % {"status": status})
    return status in ("", "active") and yes_or_no(group.first("published"), True)


# --- Variants -----------------------------------------------------------------------------------


def _variants(rows: Sequence[Row], layout: Layout, draft: Draft) -> list[VariantRecord]:
    names = _option_names(rows)
    found = []
    for row in rows:
        if not _is_variant(row):
            continue
        variant = _variant(row, names, layout, draft)
        if variant is None:
            draft.note(row.number, _("The variant has no price and was left out."))
        else:
            found.append(variant)
    return found


def _is_variant(row: Row) -> bool:
    return any(row[name] for name in ("price", "sku", "option_1_value"))


def _option_names(rows: Sequence[Row]) -> list[str]:
    """Named once, in the product's first row. "Title" stands for having no options."""
    names = [first_of(rows, f"option_{number}_name") for number in OPTION_NUMBERS]
    has_none = names[0].casefold() == "title" and all(
        row["option_1_value"].casefold() in ("", "default title") for row in rows
    )
    return ["", *names[1:]] if has_none else names


def _variant(row: Row, names: Sequence[str], layout: Layout, draft: Draft) -> VariantRecord | None:
    price = draft.price(row.number, row["price"])
    if price is None:
        return None
    on_hand, backorders = _stock(row, layout, draft)
    return VariantRecord(
        row=row.number,
        price=price,
        sku=draft.sku(row.number, row["sku"]),
        options=_options(row, names, draft),
        compare_at=draft.compare_at(row.number, row["compare_at"], price),
        on_hand=on_hand,
        backorders=backorders,
        weight=draft.weight(row.number, row["grams"], "g") or None,
        barcode=draft.barcode(row.number, row["barcode"].split(",")[0]),
        picture=picture_source(row["variant_image"]),
    )


def _options(row: Row, names: Sequence[str], draft: Draft) -> tuple[tuple[str, str], ...]:
    pairs = []
    for number, name in zip(OPTION_NUMBERS, names, strict=True):
        value = row[f"option_{number}_value"]
        if value and (name or value.casefold() != "default title"):
            name = name or _("Option %(number)d") % {"number": number}
            pairs.append(draft.option(row.number, name, value))
    return tuple(pairs)


def _stock(row: Row, layout: Layout, draft: Draft) -> tuple[int | None, bool]:
    """On hand, and whether it sells beyond that. What Shopify does not count, it always sells."""
    if not row["quantity"]:
        uncounted = "tracker" in layout and not row["tracker"]
        return None, uncounted or yes_or_no(row["policy"], False)
    on_hand = draft.units(row.number, row["quantity"])
    backorders = yes_or_no(row["policy"], False)
    if on_hand == 0 and not backorders and "tracker" in layout and not row["tracker"]:
        message = _("Shopify did not count this stock: it is sold out here until you count it.")
        draft.note(row.number, message)
    return on_hand, backorders


def _note_what_differs(rows: Iterable[Row], draft: Draft) -> None:
    for row in rows:
        if not yes_or_no(row["requires_shipping"], True):
            draft.note(row.number, _("It is not posted there; here it is, as everything."))
        if not yes_or_no(row["taxable"], True):
            draft.note(row.number, _("It is not taxed there; choose its tax class here."))
