from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django import template
from django.utils.translation import get_language
from django_countries import countries

from basket.basket import Basket
from checkout.bands import Parcel
from checkout.models import ShippingMethod
from checkout.quote import Quote
from checkout.tariff import tariff
from checkout.tax import Destination
from checkout.totals import Totals
from checkout.working_days import Arrival, House
from content.live_pages.parts import kept
from content.models import ShopSettings

register = template.Library()


@dataclass(frozen=True)
class Delivery:
    """What a product page says of delivery; amounts in the mode in which prices are shown."""

    country: str
    method: ShippingMethod
    price: Decimal

    @property
    def depends(self) -> bool:
        """Whether more, or something heavier, is delivered at another price."""
        return len({rate.price for rate in self.method.rates.all()}) > 1


@register.simple_tag
def home_delivery(shop: ShopSettings, price: Decimal, weight: int | None) -> Delivery | None:
    """Of one unit within the shop's own country, in days and not as a date: the page is kept.

    By the first method that carries it; None where none does.
    """
    country = str(shop.country)
    parcel = Parcel(shop.default_weight if weight is None else weight, price)
    key = ("delivery", get_language(), country, parcel)
    return kept(key, lambda: _first_to_carry(parcel, country))


def _first_to_carry(parcel: Parcel, country: str) -> Delivery | None:
    for offer in tariff().offers(country, parcel):
        if not offer.method.pick_up:
            return Delivery(countries.name(country), offer.method, offer.price)
    return None


@register.simple_tag
def expected_arrival(method: ShippingMethod, house: House) -> Arrival:
    """Of what is ordered now."""
    return house.arrival(method.min_days, method.max_days)


@register.simple_tag
def totals_at_home(basket: Basket, shop: ShopSettings) -> Totals:
    """Of a basket before anybody said where it goes. Delivery is not known yet."""
    home = Destination(str(shop.country))
    return Quote(basket, shop, home).totals(None)
