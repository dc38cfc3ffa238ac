"""A record as it is kept between imports: as JSON, and as a digest that says "the same again"."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from products.importing.records import PictureRecord, ProductRecord, VariantRecord


def to_json(record: ProductRecord) -> dict[str, Any]:
    """Without what says where it stood in the file, and what was noted on the way."""
    kept = asdict(record)
    del kept["rows"], kept["notes"]
    for variant in kept["variants"]:
        del variant["row"]
        variant["price"] = _amount(variant["price"])
        variant["compare_at"] = _amount(variant["compare_at"])
    # As the database gives it back: lists, no tuples.
    return dict(json.loads(json.dumps(kept)))


def digest(kept: dict[str, Any]) -> str:
    """Of what `to_json` gives."""
    text = json.dumps(kept, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def from_json(kept: dict[str, Any]) -> ProductRecord:
    """A field that was added since keeps its default; one that is gone is left out."""
    values = {name: value for name, value in kept.items() if name in _PRODUCT_FIELDS}
    values |= {
        "rows": (),
        "variants": tuple(_variant(entry) for entry in kept["variants"]),
        "pictures": tuple(PictureRecord(**entry) for entry in kept["pictures"]),
        "tags": tuple(kept["tags"]),
        "categories": tuple(tuple(path) for path in kept["categories"]),
    }
    return ProductRecord(**values)


_PRODUCT_FIELDS = frozenset(ProductRecord.__dataclass_fields__)
_VARIANT_FIELDS = frozenset(VariantRecord.__dataclass_fields__)


def _amount(amount: Decimal | None) -> str | None:
    """12.00 and 12 are one price."""
    return None if amount is None else format(amount.normalize(), "f")


def _variant(kept: dict[str, Any]) -> VariantRecord:
    values = {name: value for name, value in kept.items() if name in _VARIANT_FIELDS}
    values |= {
        "row": 0,
        "price": Decimal(kept["price"]),
        "compare_at": None if kept["compare_at"] is None else Decimal(kept["compare_at"]),
        "options": tuple((kind, value) for kind, value in kept["options"]),
    }
    return VariantRecord(**values)
