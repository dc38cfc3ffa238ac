"""A few things to sell, for a past to be made of them."""

from __future__ import annotations

from bowerbird.demo import orders
from bowerbird.demo.planning import Goods
from checkout.tests.factories import make_method
from products import stock
from products.models import MovementReason
from products.tests.factories import make_product

# Plenty, few, none, and dearer than anybody buys by the dozen.
ON_HAND = {"CARD": 240, "PRINT": 40, "NOTEBOOK": 25, "FRAMED": 13, "FEW": 2, "GONE": 0, "EYE": 1}
PRICES = {"CARD": "3.20", "FRAMED": "86.00", "EYE": "12500.00"}


def stock_shelves() -> None:
    for code, on_hand in ON_HAND.items():
        make_product(sku=code, price=PRICES.get(code, "24.00"), on_hand=0)
        stock.move(code, on_hand, MovementReason.RECEIVED, reference=orders.OPENING)
    make_method("Post")
    make_method("Courier", "8.50", countries=["GB"], min_days=1, max_days=1)


def some_goods() -> list[Goods]:
    return [Goods(code, 24, on_hand) for code, on_hand in sorted(ON_HAND.items())]


def said_nothing(line: str) -> None:
    """Progress is for people."""
