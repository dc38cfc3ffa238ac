"""Records by hand, as a reader makes them, and a look at the whole shop to see what changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wagtail.models import PageLogEntry, Revision

from content.models import Picture
from products.importing.apply import Importer, Result
from products.importing.records import PictureRecord, ProductRecord, VariantRecord
from products.models import (
    CategoryPage,
    FetchedPicture,
    ImportedProduct,
    ProductPage,
    Sku,
    StockMovement,
    Variant,
)


def variant(sku: str = "", price: str = "24.00", /, **fields: Any) -> VariantRecord:
    """`options` as a dict: {"Size": "A3"}."""
    options = tuple(fields.pop("options", {}).items())
    return VariantRecord(2, Decimal(price), sku, options, **fields)


def record(key: str = "flow", /, *variants: VariantRecord, **fields: Any) -> ProductRecord:
    pictures = tuple(PictureRecord(source) for source in fields.pop("pictures", ()))
    values = {"title": key.title(), "rows": (2,), "pictures": pictures} | fields
    return ProductRecord(key, variants=variants or (variant(key.upper()),), **values)


def bring(*records: ProductRecord, kind: str = "shopify", **options: Any) -> list[Result]:
    """As one file."""
    importer = Importer(kind, **options)
    return [importer.bring(one) for one in records]


def bring_one(one: ProductRecord, **options: Any) -> Result:
    [result] = bring(one, **options)
    return result


def page_called(title: str) -> Any:
    return ProductPage.objects.get(title=title)


def prices(page: ProductPage) -> dict[str, Decimal]:
    return {row.sku_id: row.price for row in page.variants.all()}


WHOLE_SHOP: tuple[Any, ...] = (
    CategoryPage,
    FetchedPicture,
    ImportedProduct,
    PageLogEntry,
    Picture,
    ProductPage,
    Revision,
    Sku,
    StockMovement,
    Variant,
)


def whole_shop() -> dict[str, list[dict[str, Any]]]:
    """Every row of what an import could write."""
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in WHOLE_SHOP}
