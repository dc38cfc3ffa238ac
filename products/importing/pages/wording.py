"""What an import does to a product, in words for the person who runs it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products.importing.pages.merging import Changes, VariantChange, variant_here
from products.importing.records import ProductRecord, VariantRecord
from products.money import format_money, shop_currency

FIELDS = {
    "title": gettext_lazy("title"),
    "slug": gettext_lazy("slug"),
    "summary": gettext_lazy("summary"),
    "body": gettext_lazy("story"),
    "brand": gettext_lazy("brand"),
    "tags": gettext_lazy("tags"),
    "categories": gettext_lazy("categories"),
    "tax_class": gettext_lazy("tax class"),
    "published": gettext_lazy("published or not"),
    "pictures": gettext_lazy("pictures"),
    "seo_title": gettext_lazy("title for search engines"),
    "seo_description": gettext_lazy("description for search engines"),
    "manufacturer": gettext_lazy("manufacturer"),
    "responsible_person": gettext_lazy("responsible person"),
    "safety_information": gettext_lazy("safety information"),
    "options": gettext_lazy("options"),
    "price": gettext_lazy("price"),
    "compare_at": gettext_lazy("compare-at price"),
    "picture": gettext_lazy("picture"),
    "weight": gettext_lazy("weight"),
    "barcode": gettext_lazy("barcode"),
    "backorders": gettext_lazy("sell beyond stock"),
    "low_stock_threshold": gettext_lazy("low at"),
}


def describe(changes: Changes, current: ProductRecord) -> list[str]:
    """["title", "FLOW-A3: price £24.00 → £26.00", "new variant Size: A2"]."""
    texts = [str(label) for name, label in FIELDS.items() if name in changes.fields]
    return texts + [_describe_variant(change, current) for change in changes.variants]


def _describe_variant(change: VariantChange, current: ProductRecord) -> str:
    if change.is_new:
        return _("new variant %(name)s") % {"name": name_of(change.record)}
    here = variant_here(change.record, current, {change.record.sku: change.code})
    words = ", ".join(_difference(name, change.record, here) for name in _ordered(change.fields))
    return f"{change.code}: {words}"


def _difference(name: str, new: VariantRecord, here: VariantRecord | None) -> str:
    label = str(FIELDS[name])
    if name not in ("price", "compare_at") or here is None:
        return label
    return f"{label} {_amount(getattr(here, name))} → {_amount(getattr(new, name))}"


def _amount(amount: Decimal | None) -> str:
    return _("none") if amount is None else format_money(amount, shop_currency())


def _ordered(names: Iterable[str]) -> list[str]:
    return [name for name in FIELDS if name in names]


def name_of(variant: VariantRecord) -> str:
    options = ", ".join(f"{kind}: {value}" for kind, value in variant.options)
    return " ".join(part for part in (variant.sku, options) if part) or _("without options")


def rows_in_words(rows: Iterable[int]) -> str:
    """ "2–5, 9", however many there are."""
    ranges: list[list[int]] = []
    for row in sorted(set(rows)):
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    parts = [str(first) if first == last else f"{first}–{last}" for first, last in ranges]
    text = ", ".join(parts)
    return text if len(text) <= 120 else f"{text[:118].rpartition(',')[0]} …"
