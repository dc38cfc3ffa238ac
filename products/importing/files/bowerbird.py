"""Our own format, both ways: a row a variant, made to be edited in a spreadsheet.

What is the product's need stand in its first row only. Lists are written with commas, pictures
one a line ("address | description"); a backslash keeps a mark that is meant as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from products.importing.files import texts
from products.importing.files.drafting import (
    BRAND_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    Draft,
    Refusal,
    slug_of,
)
from products.importing.files.figures import Numbers
from products.importing.files.formats import Layout
from products.importing.files.headings import BOWERBIRD
from products.importing.files.richtext import clean
from products.importing.files.tables import Row, first_of, guarded
from products.importing.files.values import yes_or_no
from products.importing.records import PictureRecord, ProductRecord, Rejected, VariantRecord

OPTION_NUMBERS = (1, 2, 3)
SAFETY_LENGTH = 400

COLUMNS = tuple(headings[0] for headings in BOWERBIRD.values())


# --- Writing --------------------------------------------------------------------------------


def rows_of(record: ProductRecord) -> list[dict[str, str]]:
    """A row for each variant, by the names in COLUMNS, safe to open in a spreadsheet."""
    rows = [_variant_cells(variant) for variant in record.variants]
    for row in rows[:1]:
        row |= _product_cells(record)
    for row in rows:
        row["key"] = record.key
    return [
        {heading[0]: guarded(row.get(name, "")) for name, heading in BOWERBIRD.items()}
        for row in rows
    ]


def _product_cells(record: ProductRecord) -> dict[str, str]:
    paths = [texts.join_list(path, ">") for path in record.categories]
    pictures = [_picture_line(picture) for picture in record.pictures]
    return {
        "title": record.title,
        "slug": record.slug,
        "published": _word(record.published),
        "summary": record.summary,
        "body": record.body,
        "brand": record.brand,
        "categories": texts.join_list(paths, ","),
        "tags": texts.join_list(record.tags, ","),
        "tax_class": record.tax_class,
        "pictures": "\n".join(pictures),
        "seo_title": record.seo_title,
        "seo_description": record.seo_description,
        "manufacturer": record.manufacturer,
        "responsible_person": record.responsible_person,
        "safety_information": record.safety_information,
    }


def _variant_cells(variant: VariantRecord) -> dict[str, str]:
    cells = {
        "sku": variant.sku,
        "price": _amount(variant.price),
        "compare_at": _amount(variant.compare_at),
        "on_hand": _whole(variant.on_hand),
        "backorders": _word(variant.backorders),
        "low_at": _whole(variant.low_stock_threshold),
        "weight": _whole(variant.weight),
        "barcode": variant.barcode,
        "picture": variant.picture,
    }
    for number, (name, value) in enumerate(variant.options, start=1):
        cells |= {f"option_{number}_name": name, f"option_{number}_value": value}
    return cells


def _picture_line(picture: PictureRecord) -> str:
    return texts.join_list([picture.source, picture.alt][: 2 if picture.alt else 1], "|")


def _word(yes: bool) -> str:
    return "yes" if yes else "no"


def _whole(number: int | None) -> str:
    return "" if number is None else str(number)


def _amount(amount: Decimal | None) -> str:
    """ "24.00", and "1.234" where the currency has thousandths."""
    if amount is None:
        return ""
    return f"{amount:.3f}" if amount != round(amount, 2) else f"{amount:.2f}"


# --- Reading --------------------------------------------------------------------------------


def read(rows: Sequence[Row], layout: Layout, currency: str) -> Iterator[ProductRecord | Rejected]:
    numbers = Numbers.of((row[name] for row in rows for name in ("price", "compare_at")), currency)
    if not (numbers.decimal or numbers.mixed):
        numbers = Numbers(".")  # as we write them
    for key, group in _groups(rows):
        row_numbers = tuple(row.number for row in group)
        try:
            yield _product(key, group, Draft(currency, numbers))
        except Refusal as refusal:
            yield Rejected(row_numbers, first_of(group, "title") or key, str(refusal))


def _groups(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """By key, wherever the rows stand. A row without key and title continues the one above."""
    groups: list[tuple[str, list[Row]]] = []
    latest: dict[str, list[Row]] = {}
    above = ""
    for row in rows:
        key = row["key"] or row["slug"] or slug_of(row["title"]) or above
        group = latest.get(key)
        if group is None or (row["title"] and row["title"] != first_of(group, "title")):
            group = latest[key] = []
            groups.append((key, group))
        group.append(row)
        above = key
    return groups


def _product(key: str, rows: Sequence[Row], draft: Draft) -> ProductRecord:
    first = rows[0].number
    if not key:
        raise Refusal(_("The row has neither a product key nor a title."))
    if not first_of(rows, "title"):
        raise Refusal(_("The product has no title."))
    variants = draft.variants([_variant(row, rows, draft) for row in rows])
    cleaned = clean(first_of(rows, "body"), keep_relative=True)
    draft.note_all(first, cleaned.left_out)

    def short(column: str, length: int) -> str:
        return draft.cut(first, first_of(rows, column), length, f"“{BOWERBIRD[column][0]}”")

    return ProductRecord(
        key=key,
        rows=tuple(row.number for row in rows),
        title=short("title", TITLE_LENGTH),
        variants=variants,
        slug=_slug(first_of(rows, "slug")),
        summary=short("summary", SUMMARY_LENGTH),
        body=cleaned.body,
        brand=short("brand", BRAND_LENGTH),
        tags=draft.tags(first, _parts(first_of(rows, "tags"), ",")),
        categories=_categories(first_of(rows, "categories")),
        tax_class=first_of(rows, "tax_class"),
        published=yes_or_no(first_of(rows, "published"), True),
        pictures=_pictures(first_of(rows, "pictures")),
        seo_title=short("seo_title", TITLE_LENGTH),
        seo_description=first_of(rows, "seo_description"),
        manufacturer=short("manufacturer", SAFETY_LENGTH),
        responsible_person=short("responsible_person", SAFETY_LENGTH),
        safety_information=first_of(rows, "safety_information"),
        notes=draft.told(),
    )


def _variant(row: Row, rows: Sequence[Row], draft: Draft) -> VariantRecord:
    price = draft.price(row.number, row["price"])
    if price is None:
        raise Refusal(_("Row %(row)d has no price.") % {"row": row.number})
    return VariantRecord(
        row=row.number,
        price=price,
        sku=draft.sku(row.number, row["sku"]),
        options=_options(row, rows, draft),
        compare_at=draft.compare_at(row.number, row["compare_at"], price),
        on_hand=draft.units(row.number, row["on_hand"]),
        backorders=yes_or_no(row["backorders"], False),
        low_stock_threshold=draft.units(row.number, row["low_at"]),
        weight=draft.weight(row.number, row["weight"], "g"),
        barcode=draft.barcode(row.number, row["barcode"]),
        picture=row["picture"],
    )


def _options(row: Row, rows: Sequence[Row], draft: Draft) -> tuple[tuple[str, str], ...]:
    """An option that is not named in its row is called as in the product's first."""
    pairs = []
    for number in OPTION_NUMBERS:
        value = row[f"option_{number}_value"]
        name = row[f"option_{number}_name"] or first_of(rows, f"option_{number}_name")
        if value and not name:
            message = _("Row %(row)d has an option without a name: “%(value)s”.")
            raise Refusal(message % {"row": row.number, "value": value})
        if value:
            pairs.append(draft.option(row.number, name, value))
    return tuple(pairs)


def _slug(cell: str) -> str:
    return cell if re.fullmatch(r"[-\w]{1,255}", cell) else slug_of(cell)


def _parts(cell: str, mark: str) -> list[str]:
    return [part for part in texts.part_list(cell, mark) if part]


def _categories(cell: str) -> tuple[tuple[str, ...], ...]:
    paths = (tuple(_parts(path, ">")) for path in _parts(cell, ","))
    return tuple(dict.fromkeys(path for path in paths if path))


def _pictures(cell: str) -> tuple[PictureRecord, ...]:
    lines = (texts.part_list(line, "|") for line in cell.splitlines() if line.strip())
    found: dict[str, PictureRecord] = {}
    for source, *words in lines:
        if source:
            found.setdefault(source, PictureRecord(source, " | ".join(words)))
    return tuple(found.values())
