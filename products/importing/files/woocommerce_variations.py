"""The variants of WooCommerce's products: one of a simple product, else one a variation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from products.importing.files import texts
from products.importing.files.addresses import picture_source
from products.importing.files.drafting import Draft, Refusal
from products.importing.files.formats import Layout
from products.importing.files.tables import Row
from products.importing.files.values import yes_or_no
from products.importing.files.woocommerce_attributes import (
    Attribute,
    Combination,
    attributes_of,
    combinations,
    option_attributes,
)
from products.importing.files.woocommerce_offers import (
    price_of,
    shares_stock,
    split_evenly,
    stock_of,
)
from products.importing.records import VariantRecord

NOT_POSTED = frozenset(["virtual", "downloadable"])


@dataclass(frozen=True)
class Made:
    variants: list[VariantRecord]
    options: dict[str, Attribute]  # those of the product's attributes that became options


def kinds_of(row: Row) -> list[str]:
    """["simple", "downloadable", "virtual"]; a row without a type is simple."""
    return [kind.strip().lower() for kind in row["type"].split(",") if kind.strip()]


def is_switched_on(row: Row) -> bool:
    return yes_or_no(row["published"], False)


def pictures_of(row: Row) -> list[str]:
    return [picture_source(cell) for cell in texts.split_list(row["images"])]


def simple(row: Row, layout: Layout, draft: Draft) -> Made:
    variant = _variant(row, row, layout, draft)
    if variant is None:
        raise Refusal(_("The product has no price."))
    return Made([variant], {})


def variations(parent: Row, rows: Sequence[Row], layout: Layout, draft: Draft) -> Made:
    """In the order of their positions. Those that cannot be sold are left out, with a note."""
    ordered = sorted(rows, key=lambda row: (_position(row), row.number))
    made = [(row, variant) for row in ordered if (variant := _sold(row, parent, layout, draft))]
    if not made:
        raise Refusal(_("None of its variations can be sold."))
    own = [attributes_of(row, layout, one_value=True) for row, _variant in made]
    options = option_attributes(attributes_of(parent, layout), own)
    found: list[VariantRecord] = []
    for (row, variant), sold_in in zip(made, combinations(own, options), strict=True):
        found += _sold_in(variant, sold_in, row, draft)
    pooled = {row.number for row, _variant in made if shares_stock(row, parent)}
    return Made(_share(parent, found, pooled, draft), options)


def _position(row: Row) -> int:
    digits = row["position"].removeprefix("-")
    return int(row["position"]) if digits.isdecimal() else 0


def _sold(row: Row, parent: Row, layout: Layout, draft: Draft) -> VariantRecord | None:
    reason = ""
    if NOT_POSTED & set(kinds_of(row)):
        reason = _("The variation is not posted but downloaded or a service: left out.")
    elif row["published"] == "0":
        reason = _("The variation is switched off there and was left out.")
    elif not (row["regular_price"] or row["sale_price"]):
        reason = _("The variation has no price and was left out.")
    if reason:
        draft.note(row.number, reason)
        return None
    return _variant(row, parent, layout, draft)


def _variant(row: Row, parent: Row, layout: Layout, draft: Draft) -> VariantRecord | None:
    prices = price_of(row, draft)
    if prices is None:
        return None
    stock = stock_of(row, parent, draft)
    images = pictures_of(row) if row is not parent else []
    return VariantRecord(
        row=row.number,
        price=prices[0],
        sku=draft.sku(row.number, row["sku"]),
        compare_at=prices[1],
        on_hand=stock.on_hand,
        backorders=stock.backorders,
        low_stock_threshold=draft.units(row.number, row["low_stock"] or parent["low_stock"]),
        weight=_weight(row, parent, layout, draft),
        barcode=draft.barcode(row.number, row["barcode"]),
        picture=images[0] if images else "",
    )


def _weight(row: Row, parent: Row, layout: Layout, draft: Draft) -> int | None:
    """A variation weighs what its product does, unless it says otherwise."""
    cell = row["weight"] or parent["weight"]
    return draft.weight(row.number, cell, layout.weight_unit or "kg") or None


def _sold_in(
    variant: VariantRecord, sold_in: Sequence[Combination], row: Row, draft: Draft
) -> list[VariantRecord]:
    """The variation once for each of its combinations, its units shared out among them."""
    named = [tuple(draft.option(row.number, *pair) for pair in combo) for combo in sold_in]
    if len(named) == 1:
        return [replace(variant, options=named[0])]
    if not named:
        draft.note(row.number, _("Other variations cover all that it stands for; it was left out."))
        return []
    message = _("It stands for “any” value there; here it became %(count)d variants.")
    draft.note(row.number, message % {"count": len(named)})
    copies = [
        replace(variant, options=options, sku=_own_sku(variant.sku, options, named))
        for options in named
    ]
    if variant.on_hand is None:
        return copies
    return _shared_out(copies, variant.on_hand, row.number, draft)


def _own_sku(sku: str, options: Combination, others: Sequence[Combination]) -> str:
    """The variation's, and after it the values in which this one differs from the others."""
    differing = [pair[1] for pair in options if any(pair not in other for other in others)]
    return texts.sku_code("-".join([sku, *differing])) if sku else ""


def _share(
    parent: Row, variants: list[VariantRecord], pooled: set[int], draft: Draft
) -> list[VariantRecord]:
    """What the product counts for all its variations together, shared out among them."""
    sharing = [variant for variant in variants if variant.row in pooled]
    units = draft.units(parent.number, parent["stock"]) if sharing else None
    if units is None:
        return variants
    shares = iter(_shared_out(sharing, units, parent.number, draft))
    return [next(shares) if variant.row in pooled else variant for variant in variants]


def _shared_out(
    variants: Sequence[VariantRecord], units: int, row: int, draft: Draft
) -> list[VariantRecord]:
    if units and len(variants) > 1:
        message = _(
            "%(units)d units were counted for %(count)d variants together and shared out "
            "evenly: count them again."
        )
        draft.note(row, message % {"units": units, "count": len(variants)})
    parts = split_evenly(units, len(variants))
    return [replace(variant, on_hand=part) for variant, part in zip(variants, parts, strict=True)]
