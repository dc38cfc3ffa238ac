"""What the shop offers a basket: which methods deliver to a country, and what they ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from checkout.bands import Parcel, begins_above
from checkout.models.delivery import ShippingMethod
from checkout.models.zones import ShippingZone
from checkout.selecting import country_codes
from content.live_pages import depends_on
from content.live_pages.parts import kept


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


def tariff() -> Tariff:
    """As it is now, read again only after it has changed."""
    return kept("tariff", Tariff)


class Tariff:
    """The methods that are offered, with their zones and prices: read in two queries, or three
    where it must be known which countries are left for "everywhere else". Never written to.
    """

    def __init__(self) -> None:
        depends_on("delivery")
        self.methods: list[ShippingMethod] = list(ShippingMethod.objects.offered())
        self._named = self._named_by_zones()
        # The codes of those that something is delivered to.
        self.countries = frozenset(
            code
            for code in country_codes()
            if any(self._delivers(method, code) for method in self.methods)
        )

    def _named_by_zones(self) -> frozenset[str]:
        """The countries that are not "everywhere else", where that is asked: of all zones, also of
        those in which nothing is offered."""
        zones = [method.zone for method in self.methods if method.zone]
        if any(zone.everywhere_else for zone in zones):
            zones = list(ShippingZone.objects.all())
        return frozenset().union(*(zone.codes for zone in zones))

    def methods_to(self, country: str) -> list[ShippingMethod]:
        """In the order in which the shop lists them; what is collected is collected by anybody."""
        return [
            method for method in self.methods if method.pick_up or self._delivers(method, country)
        ]

    def _delivers(self, method: ShippingMethod, country: str) -> bool:
        zone = method.zone
        if zone is None or not zone.everywhere_else:
            return zone is not None and country in zone.codes
        return country not in self._named

    def offers(self, country: str, parcel: Parcel) -> list[DeliveryOffer]:
        priced = [(method, method.price_for(parcel)) for method in self.methods_to(country)]
        return [DeliveryOffer(method, price) for method, price in priced if price is not None]

    def refusals(self, country: str, parcel: Parcel) -> list[DeliveryRefusal]:
        """Those that a shopper would miss. What is for heavier things is none, unless for want of
        anything else.
        """
        refused = [
            method for method in self.methods_to(country) if method.price_for(parcel) is None
        ]
        missed = [method for method in refused if not begins_above(method.bands, parcel)]
        shown = missed if self.offers(country, parcel) else refused
        return [DeliveryRefusal(method, method.why_not(parcel)) for method in shown]
