from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django import template
from django_countries import countries

from checkout.models import ShippingMethod
from content.models import ShopSettings

register = template.Library()


@dataclass(frozen=True)
class Delivery:
    """What a product page says of delivery; amounts in the mode in which prices are shown."""

    country: str
    estimate: str
    price: Decimal
    free_over: Decimal | None


@register.simple_tag
def home_delivery(shop: ShopSettings) -> Delivery | None:
    """By the first method within the shop's own country; None where there is none."""
    for method in ShippingMethod.objects.offered():
        if method.delivers_to(str(shop.country)):
            name = countries.name(shop.country)
            return Delivery(name, method.estimate, method.price, method.free_over)
    return None
