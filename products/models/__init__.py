from products.models.alerts import StockAlert
from products.models.imports import (
    FetchedPicture,
    ImportedProduct,
    ImportedRow,
    ImportFormat,
    ImportStatus,
    Outcome,
    ProductImport,
)
from products.models.pages import CategoryPage, ProductPage, ProductPicture, ProductTag
from products.models.places import Assortment, Opening, Place, Unplaced
from products.models.skus import Availability, MovementReason, Sku, StockMovement, StockState
from products.models.variants import Variant
from products.models.vocabulary import Brand, OptionType, OptionValue, TaxClass

__all__ = [
    "Assortment",
    "Availability",
    "Brand",
    "CategoryPage",
    "FetchedPicture",
    "ImportFormat",
    "ImportStatus",
    "ImportedProduct",
    "ImportedRow",
    "MovementReason",
    "Opening",
    "OptionType",
    "OptionValue",
    "Outcome",
    "Place",
    "ProductImport",
    "ProductPage",
    "ProductPicture",
    "ProductTag",
    "Sku",
    "StockAlert",
    "StockMovement",
    "StockState",
    "TaxClass",
    "Unplaced",
    "Variant",
]
