from products.models.pages import CategoryPage, ProductPage, ProductPicture
from products.models.skus import Availability, MovementReason, Sku, StockMovement, StockState
from products.models.variants import Variant
from products.models.vocabulary import Brand, OptionType, OptionValue, TaxClass

__all__ = [
    "Availability",
    "Brand",
    "CategoryPage",
    "MovementReason",
    "OptionType",
    "OptionValue",
    "ProductPage",
    "ProductPicture",
    "Sku",
    "StockMovement",
    "StockState",
    "TaxClass",
    "Variant",
]
