"""Whether a record can be a product of ours at all. Readers see to most of it; this is the door."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from products.fields import SKU_MAX_LENGTH, valid_sku_code
from products.importing.pages.merging import options_key
from products.importing.records import MAX_OPTIONS, ProductRecord, VariantRecord
from products.money import round_money, shop_currency

_BRAND, _OPTION, _TAG, _TITLE, _BARCODE = 100, 60, 100, 255, 64


class Skipped(Exception):
    """The product does not come in, and nothing was written. The message says why."""


def check(record: ProductRecord) -> None:
    """Raises Skipped."""
    for problem in (*_problems(record), *_problems_among(record.variants)):
        raise Skipped(problem)


def _problems(record: ProductRecord) -> Iterator[str]:
    if not record.title.strip():
        yield _("It has no title.")
    if not record.variants:
        yield _("It has no variant with a price.")
    titles = (record.title, *(title for path in record.categories for title in path))
    yield from _too_long(titles, _TITLE)
    yield from _too_long([record.brand], _BRAND)
    yield from _too_long(record.tags, _TAG)
    for variant in record.variants:
        yield from _problems_of(variant)


def _problems_of(variant: VariantRecord) -> Iterator[str]:
    yield from _too_long([word for pair in variant.options for word in pair], _OPTION)
    yield from _too_long([variant.sku], SKU_MAX_LENGTH)
    yield from _too_long([variant.barcode], _BARCODE)
    kinds = {kind.casefold() for kind, _value in variant.options}
    if len(variant.options) > MAX_OPTIONS:
        yield _("It has more than %(n)d options.") % {"n": MAX_OPTIONS}
    elif len(kinds) < len(variant.options):
        yield _("A variant has one option twice.")
    for amount in (variant.price, variant.compare_at):
        if amount is not None and (amount < 0 or amount != round_money(amount, shop_currency())):
            yield _("“%(amount)s” is not a price.") % {"amount": amount}
    if variant.compare_at is not None and variant.compare_at <= variant.price:
        yield _("The compare-at price must be above the price, or empty.")
    try:
        valid_sku_code(variant.sku or "made")
    except ValidationError:
        yield _("“%(sku)s” is not a SKU: it has spaces or signs.") % {"sku": variant.sku}


def _problems_among(variants: tuple[VariantRecord, ...]) -> Iterator[str]:
    codes = [variant.sku for variant in variants if variant.sku]
    if len(set(codes)) < len(codes):
        yield _("Two of its variants have the same SKU.")
    if len({options_key(variant) for variant in variants}) < len(variants):
        yield _("Two of its variants have the same options: shoppers could not choose.")


def _too_long(texts: list[str] | tuple[str, ...], limit: int) -> Iterator[str]:
    for text in texts:
        if len(text) > limit:
            start = f"{text[:40]}…"
            yield _("“%(start)s” is longer than %(limit)d characters.") % {
                "start": start,
                "limit": limit,
            }
