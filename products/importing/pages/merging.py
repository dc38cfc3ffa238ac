"""What a file changes: only what it says otherwise than last time, and than the page does.

Three records of one product are laid side by side: what the file said last (`base`), what it says
now (`new`), and what the page says (`current`). Whatever editors changed and the file did not
stays as they left it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from products.importing.pages import story
from products.importing.records import ProductRecord, VariantRecord

PRODUCT_FIELDS = tuple(
    field.name
    for field in fields(ProductRecord)
    if field.name not in ("key", "rows", "variants", "notes")
)
VARIANT_FIELDS = (
    "options",
    "price",
    "compare_at",
    "picture",
    "weight",
    "barcode",
    "backorders",
    "low_stock_threshold",
)
# What a page that was here before keeps, where another shop's file meets it for the first time.
_KEPT_AT_FIRST = ("slug", "categories", "published")

Same = Callable[[Any], Any]


@dataclass(frozen=True)
class VariantChange:
    """`code` is the SKU; empty where one is to be made. `fields` are all of them for a new one."""

    record: VariantRecord
    code: str
    is_new: bool
    fields: frozenset[str]


@dataclass(frozen=True)
class Changes:
    fields: frozenset[str]
    variants: tuple[VariantChange, ...]

    def __bool__(self) -> bool:
        return bool(self.fields or self.variants)


class Comparison:
    """What counts as the same. `same` holds, by field, what is compared instead of the value."""

    def __init__(self, same: Mapping[str, Same]) -> None:
        self.same: dict[str, Same] = {
            "body": story.canonical,
            "brand": _plain,
            "categories": _paths,
            "options": lambda pairs: frozenset(map(_pair, pairs)),
            "tags": lambda names: frozenset(map(_plain, names)),
            **same,
        }

    def differs(self, field: str, one: Any, other: Any) -> bool:
        form = self.same.get(field, _spaced)
        return bool(form(getattr(one, field)) != form(getattr(other, field)))

    def changed(self, field: str, base: Any, new: Any, current: Any) -> bool:
        return self.differs(field, base, new) and self.differs(field, new, current)


def first_meeting(new: ProductRecord, current: ProductRecord) -> ProductRecord:
    """`new`, where another shop's file meets a page of ours: what it leaves empty stays."""
    kept = {
        name: getattr(current, name)
        for name in PRODUCT_FIELDS
        if name in _KEPT_AT_FIRST or not getattr(new, name)
    }
    variants = tuple(
        _filled(variant, variant_here(variant, current, {})) for variant in new.variants
    )
    return replace(new, **kept, variants=variants)


def _filled(new: VariantRecord, ours: VariantRecord | None) -> VariantRecord:
    if ours is None:
        return new
    empty = [name for name in VARIANT_FIELDS if not getattr(new, name) and name != "price"]
    return replace(new, **{name: getattr(ours, name) for name in empty})


def unspoken(
    new: ProductRecord, last: ProductRecord | None, silent_on: frozenset[str]
) -> ProductRecord:
    """A file without a column for something does not empty it: it says what was said `last`."""
    if last is None:
        return new
    kept = {name: getattr(last, name) for name in PRODUCT_FIELDS if name in silent_on}
    names = [name for name in (*VARIANT_FIELDS, "on_hand") if name in silent_on]
    variants = []
    for variant in new.variants:
        before = variant_here(variant, last, {})
        same = {name: getattr(before, name) for name in names} if before else {}
        variants.append(replace(variant, **same))
    return replace(new, **kept, variants=tuple(variants))


def changed_fields(
    base: ProductRecord, new: ProductRecord, current: ProductRecord, comparison: Comparison
) -> frozenset[str]:
    return frozenset(
        name for name in PRODUCT_FIELDS if comparison.changed(name, base, new, current)
    )


# --- Variants -------------------------------------------------------------------------------------


def identity(variant: VariantRecord) -> str:
    """What names a variant within its product, from one file to the next."""
    return variant.sku or options_key(variant)


def options_key(variant: VariantRecord) -> str:
    pairs = sorted(map(_pair, variant.options))
    return "; ".join(f"{kind}: {value}" for kind, value in pairs)


def changed_variants(
    base: ProductRecord,
    new: ProductRecord,
    current: ProductRecord,
    codes: Mapping[str, str],
    comparison: Comparison,
) -> tuple[VariantChange, ...]:
    """Those of the file that are new here, or that the file changes.

    One that editors took off the page since the last import stays off. `codes` are the SKUs that
    this product's variants were given here.
    """
    before = {identity(variant): variant for variant in base.variants}
    changes = []
    for variant in new.variants:
        here = variant_here(variant, current, codes)
        if here is None and identity(variant) in before:
            continue
        change = _variant_change(variant, before.get(identity(variant)), here, comparison)
        if change.fields:
            changes.append(change)
    return tuple(changes)


def variant_here(
    variant: VariantRecord, current: ProductRecord, codes: Mapping[str, str]
) -> VariantRecord | None:
    """The page's own: by SKU, by the SKU that was made for it, else by its options."""
    by_code = {ours.sku: ours for ours in current.variants}
    found = by_code.get(variant.sku) or by_code.get(codes.get(identity(variant), ""))
    if found:
        return found
    by_options = {options_key(ours): ours for ours in current.variants}
    return by_options.get(options_key(variant))


def _variant_change(
    new: VariantRecord,
    before: VariantRecord | None,
    here: VariantRecord | None,
    comparison: Comparison,
) -> VariantChange:
    if here is None:
        return VariantChange(new, new.sku, True, frozenset(VARIANT_FIELDS))
    base = before or here
    changed = {name for name in VARIANT_FIELDS if comparison.changed(name, base, new, here)}
    if _compares_with_less(new, here, changed):
        new = replace(new, compare_at=None)
        changed = changed - {"compare_at"} | ({"compare_at"} if here.compare_at else set())
    return VariantChange(new, here.sku, False, frozenset(changed))


def _compares_with_less(new: VariantRecord, here: VariantRecord, changed: set[str]) -> bool:
    """The file's price and an editor's compare-at price, or the other way round, may not fit."""
    price = (new if "price" in changed else here).price
    compare_at = (new if "compare_at" in changed else here).compare_at
    return compare_at is not None and compare_at <= price


# --- Forms to compare -----------------------------------------------------------------------------


def _spaced(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _pair(pair: tuple[str, str]) -> tuple[str, str]:
    return _plain(pair[0]), _plain(pair[1])


def _paths(paths: tuple[tuple[str, ...], ...]) -> Any:
    """The first is where the product stands, the order of the others means nothing."""
    plain = [tuple(map(_plain, path)) for path in paths]
    return plain[:1], frozenset(plain[1:])
