"""What an order would cost: the basket, delivered to a country in one way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from basket.basket import Basket
from checkout.models.terms import ShippingMethod
from checkout.tax import Destination, rates_for, tax_class_of, taxation
from checkout.totals import PricedLine, Totals, calculate, without_tax
from content.models import ShopSettings
from products.money import ZERO, shop_currency


@dataclass(frozen=True)
class ShippingChoice:
    """A delivery method with its price for this basket, in the mode of entry."""

    method: ShippingMethod
    price: Decimal

    @property
    def id(self) -> int:
        return int(self.method.pk)


def shipping_choices(basket: Basket, country: str) -> list[ShippingChoice]:
    """The methods that deliver to the country, cheapest-positioned first."""
    return [
        ShippingChoice(method, method.price_for(basket.total))
        for method in ShippingMethod.objects.offered()
        if method.delivers_to(country)
    ]


def countries_served() -> Sequence[str] | None:
    """Codes of the countries that some method delivers to; None where one delivers everywhere."""
    served: set[str] = set()
    for method in ShippingMethod.objects.offered():
        if not method.countries:
            return None
        served |= {str(country) for country in method.countries}
    return sorted(served)


def totals_of(
    basket: Basket,
    *,
    shop: ShopSettings,
    destination: Destination,
    method: ShippingMethod | None,
    vat_number: str = "",
) -> Totals:
    """`vat_number`: checked, of the company that buys."""
    how = taxation(
        str(shop.country),
        destination,
        vat_number=vat_number,
        at_destination=shop.taxes_at_destination,
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
        shipping=method.price_for(basket.total) if method else ZERO,
    )
    return totals if how.is_charged else without_tax(totals, how.treatment)
