"""What an order would cost: the basket, delivered in one way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from basket.basket import Basket
from checkout.bands import Parcel
from checkout.models.delivery import ShippingMethod
from checkout.tax import Destination, Taxation, rates_for, tax_class_of, taxation
from checkout.totals import PricedLine, Totals, calculate, without_tax
from checkout.working_days import House
from content.live_pages import depends_on
from content.live_pages.names import SITE
from content.live_pages.parts import kept
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
    return House(shop.order_cutoff, kept(("days off", shop.pk), lambda: _days_off(shop)))


def _days_off(shop: ShopSettings) -> frozenset[date]:
    depends_on(SITE)
    return frozenset(shop.closed_days.values_list("day", flat=True))


class Quote:
    """A basket that goes somewhere: what it comes to, by the way in which it is delivered.

    `vat_number`: checked, of the company that buys.
    """

    def __init__(
        self, basket: Basket, shop: ShopSettings, destination: Destination, vat_number: str = ""
    ) -> None:
        self.basket, self.shop = basket, shop
        self.destination, self.vat_number = destination, vat_number
        self._rates: dict[str, dict[str, Decimal]] = {}

    def sent_to(self, destination: Destination, vat_number: str) -> Quote:
        """The same basket on its way elsewhere, with the tax rates that are known already."""
        quote = Quote(self.basket, self.shop, destination, vat_number)
        quote._rates = self._rates
        return quote

    def totals(self, method: ShippingMethod | None) -> Totals:
        """`method`: one that carries the basket."""
        how = self._taxation(method)
        totals = calculate(
            self._lines(self._rates_of(how.country)),
            currency=shop_currency(),
            prices_include_tax=self.shop.prices_include_tax,
            discount=self.basket.discount,
            shipping=_price(method, parcel_of(self.basket, self.shop)) if method else ZERO,
        )
        return totals if how.is_charged else without_tax(totals, how.treatment)

    def _taxation(self, method: ShippingMethod | None) -> Taxation:
        home, destination = str(self.shop.country), self.destination
        if method and method.pick_up:
            home = method.tax_country(home)
            destination = Destination(home)
        return taxation(
            home,
            destination,
            vat_number=self.vat_number,
            at_destination=self.shop.taxes_at_destination,
        )

    def _lines(self, rates: Mapping[str, Decimal]) -> list[PricedLine]:
        return [
            PricedLine(line.unit_price, line.quantity, rates[tax_class_of(line.variant.page)])
            for line in self.basket.lines
        ]

    def _rates_of(self, country: str) -> Mapping[str, Decimal]:
        if country not in self._rates:
            classes = [tax_class_of(line.variant.page) for line in self.basket.lines]
            self._rates[country] = rates_for(country, classes)
        return self._rates[country]


def _price(method: ShippingMethod, parcel: Parcel) -> Decimal:
    price = method.price_for(parcel)
    if price is None:
        raise ValueError(f"{method} does not carry {parcel}")
    return price
