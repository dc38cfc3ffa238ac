"""What an order would cost: the basket, delivered in one way."""

from __future__ import annotations

from decimal import Decimal

from basket.basket import Basket
from checkout.bands import Parcel
from checkout.models.delivery import ShippingMethod
from checkout.tax import Destination, rates_for, tax_class_of, taxation
from checkout.totals import PricedLine, Totals, calculate, without_tax
from checkout.working_days import House
from content.models import ShopSettings
from products.models import Sku
from products.money import ZERO, shop_currency


def parcel_of(basket: Basket, shop: ShopSettings) -> Parcel:
    """What is to be carried; a thing whose weight nobody knows weighs what the settings say."""
    weight = sum(line.quantity * weight_of(line.variant.known_sku, shop) for line in basket.lines)
    return Parcel(weight, basket.total)


def weight_of(sku: Sku | None, shop: ShopSettings) -> int:
    return shop.default_weight if sku is None or sku.weight is None else sku.weight


def house_of(shop: ShopSettings) -> House:
    return House(shop.order_cutoff, frozenset(entry.day for entry in shop.closed_days.all()))


def totals_of(
    basket: Basket,
    *,
    shop: ShopSettings,
    destination: Destination,
    method: ShippingMethod | None,
    vat_number: str = "",
) -> Totals:
    """`vat_number`: checked, of the company that buys. `method`: one that carries the basket."""
    home = str(shop.country)
    if method and method.pick_up:
        home, destination = method.tax_country(home), Destination(method.tax_country(home))
    how = taxation(
        home, destination, vat_number=vat_number, at_destination=shop.taxes_at_destination
    )
    classes = [tax_class_of(line.variant.page) for line in basket.lines]
    rates = rates_for(how.country, classes)
    totals = calculate(
        [
            PricedLine(line.unit_price, line.quantity, rates[tax_class])
            for line, tax_class in zip(basket.lines, classes, strict=True)
        ],
        currency=shop_currency(),
        prices_include_tax=shop.prices_include_tax,
        discount=basket.discount,
        shipping=_price(method, parcel_of(basket, shop)) if method else ZERO,
    )
    return totals if how.is_charged else without_tax(totals, how.treatment)


def _price(method: ShippingMethod, parcel: Parcel) -> Decimal:
    price = method.price_for(parcel)
    if price is None:
        raise ValueError(f"{method} does not carry {parcel}")
    return price
