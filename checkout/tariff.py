"""What the shop offers a basket: which methods deliver to a country, and what they ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django_countries import countries as all_countries

from checkout.bands import Parcel
from checkout.models.delivery import ShippingMethod, ShippingZone


@dataclass(frozen=True)
class DeliveryOffer:
    """A method with its price for a parcel, in the mode of entry."""

    method: ShippingMethod
    price: Decimal

    @property
    def id(self) -> int:
        return int(self.method.pk)


@dataclass(frozen=True)
class DeliveryRefusal:
    """A method that cannot carry a parcel."""

    method: ShippingMethod
    why: str


class Tariff:
    """All zones, and the methods that are offered with their prices, read in three queries."""

    def __init__(self, zones: Sequence[ShippingZone], methods: Sequence[ShippingMethod]) -> None:
        self.zones, self.methods = zones, methods

    @classmethod
    def load(cls) -> Tariff:
        return cls(list(ShippingZone.objects.all()), list(ShippingMethod.objects.offered()))

    @cached_property
    def countries(self) -> frozenset[str]:
        """The codes of those that something is delivered to."""
        busy = {method.zone_id for method in self.methods}
        codes = {code for code, _name in all_countries}
        return frozenset(code for code in codes if (self.zone_of(code) or 0) in busy)

    def zone_of(self, country: str) -> int | None:
        """The id of the zone that a country is in."""
        return self._zones_by_country.get(country, self._everywhere_else)

    @cached_property
    def _zones_by_country(self) -> dict[str, int]:
        return {code: int(zone.pk) for zone in self.zones for code in zone.codes}

    @cached_property
    def _everywhere_else(self) -> int | None:
        return next((int(zone.pk) for zone in self.zones if zone.everywhere_else), None)

    def methods_to(self, country: str) -> list[ShippingMethod]:
        """In the order in which the shop lists them; what is collected is collected anywhere."""
        zone = self.zone_of(country) or 0
        return [method for method in self.methods if method.pick_up or method.zone_id == zone]

    def offers(self, country: str, parcel: Parcel) -> list[DeliveryOffer]:
        priced = [(method, method.price_for(parcel)) for method in self.methods_to(country)]
        return [DeliveryOffer(method, price) for method, price in priced if price is not None]

    def refusals(self, country: str, parcel: Parcel) -> list[DeliveryRefusal]:
        return [
            DeliveryRefusal(method, method.why_not(parcel))
            for method in self.methods_to(country)
            if method.price_for(parcel) is None
        ]
