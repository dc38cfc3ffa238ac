"""What people order: baskets of what the shop sells now, priced by the shop's own functions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import Any

from django.utils import timezone
from wagtail.models import Site

from basket.basket import Basket, BasketLine, Shown
from basket.contents import HeldLine
from basket.models import Coupon
from bowerbird.demo.planning import DEAREST, HOW_OFTEN_LINES, LINES, MOST_UNITS_UNDER
from checkout.models import ShippingMethod
from checkout.placing import revision_shown
from checkout.quote import Quote, parcel_of
from checkout.refund_shares import Pot, Share, Wish, everything, give_back
from checkout.tariff import Tariff
from checkout.tax import Destination
from checkout.totals import NOTHING, Amount, Totals
from content.models import ShopSettings
from products.cards import lead_pictures
from products.models import Variant

MOST_GOODS = 2000  # different things that are ordered, of however many there are
BASKETS_A_HOME = 40
WITH_COUPON, EXPRESS = 0.04, 0.2
MANY_LINES = 0.03  # five of them
TRIES = 20


@dataclass(frozen=True)
class Goods:
    """A variant on sale, with what an order keeps of it."""

    variant: Variant
    picture: Any
    revision_id: int

    @property
    def price(self) -> Decimal:
        return Decimal(self.variant.price)


@dataclass(frozen=True)
class Sold:
    """A basket as it was ordered. `goods` and `totals.lines` go together."""

    goods: tuple[Goods, ...]
    quantities: tuple[int, ...]
    totals: Totals
    method: ShippingMethod
    coupon: Coupon | None

    @cached_property
    def units(self) -> dict[str, int]:
        """By SKU code, in their order."""
        codes = (one.variant.sku_id for one in self.goods)
        return dict(sorted(zip(codes, self.quantities, strict=True)))

    @cached_property
    def all_given_back(self) -> list[Share]:
        """`line` of a share is the line's place in the order."""
        return self._given_back(everything(self._pots))

    @cached_property
    def part_given_back(self) -> list[Share]:
        """One unit of what stands first, or a little goodwill where it is all there is."""
        if sum(self.quantities) > 1:
            return self._given_back(Wish(units={0: 1}))
        return self._given_back(Wish(goodwill=min(Decimal(1), self.totals.total / 2)))

    def _given_back(self, wish: Wish) -> list[Share]:
        return give_back(self._pots, wish, self.totals.currency)

    @cached_property
    def _pots(self) -> list[Pot]:
        goods = [
            Pot(place, line.rate, line.amount, units)
            for place, (line, units) in enumerate(
                zip(self.totals.lines, self.quantities, strict=True)
            )
        ]
        delivery = []
        for tax in self.totals.taxes:
            carried = [pot.amount for pot in goods if pot.rate == tax.rate]
            goods_of_it = sum(carried, NOTHING)
            rest = Amount(
                tax.amount.net - goods_of_it.net,
                tax.amount.tax - goods_of_it.tax,
                tax.amount.gross - goods_of_it.gross,
            )
            delivery += [Pot(None, tax.rate, rest)] if rest.gross else []
        return [*goods, *delivery]


class Baskets:
    """A few dozen different baskets for each place that people live in, priced once."""

    def __init__(self, site: Site, die: Random) -> None:
        self.shop = ShopSettings.for_site(site)
        self.tariff = Tariff()
        self.goods = _goods(die)
        self._weights = [die.choice((1, 1, 2, 3, 6, 20)) for _ in self.goods]
        self._coupons = list(Coupon.objects.usable().filter(max_uses=None).order_by("pk"))
        self._kept: dict[tuple[int, int], Sold] = {}

    def drawn(self, home: int, address: dict[str, Any], die: Random) -> Sold:
        """For somebody who lives in home number `home`."""
        key = home, die.randrange(BASKETS_A_HOME)
        if key not in self._kept:
            self._kept[key] = self._priced(address, die)
        return self._kept[key]

    def _priced(self, address: dict[str, Any], die: Random) -> Sold:
        for _try in range(TRIES):
            sold = self._offered(address, die)
            if sold:
                return sold
        raise LookupError(f"Nothing is delivered to {address['country']}.")

    def _offered(self, address: dict[str, Any], die: Random) -> Sold | None:
        goods, quantities = self._chosen(die)
        basket = Basket(tuple(map(_line, goods, quantities)))
        if self._coupons and die.random() < WITH_COUPON:
            coupon = die.choice(self._coupons)
            if basket.subtotal >= coupon.minimum:
                basket = Basket(basket.lines, coupon)
        method = self._method(address["country"], basket, die)
        if method is None:
            return None
        destination = Destination(address["country"], address.get("postcode", ""))
        totals = Quote(basket, self.shop, destination).totals(method)
        used = basket.coupon if totals.discount else None
        return Sold(tuple(goods), tuple(quantities), totals, method, used)

    def _chosen(self, die: Random) -> tuple[list[Goods], list[int]]:
        [lines] = die.choices(LINES, HOW_OFTEN_LINES)
        wanted = 5 if die.random() < MANY_LINES else lines
        drawn = die.choices(self.goods, self._weights, k=wanted)
        chosen = list({one.variant.sku_id: one for one in drawn}.values())
        return chosen, [_units(one, die) for one in chosen]

    def _method(self, country: str, basket: Basket, die: Random) -> ShippingMethod | None:
        """None where the parcel is too heavy."""
        offers = self.tariff.offers(country, parcel_of(basket, self.shop))
        methods = [offer.method for offer in offers if not offer.method.pick_up]
        if die.random() < EXPRESS:
            return min(methods, key=lambda method: method.max_days, default=None)
        return methods[0] if methods else None


def _goods(die: Random) -> list[Goods]:
    """What can be bought, or a sample where there is much of it; with a price, so that all pay."""
    found = Variant.objects.sellable().filter(price__gt=0, price__lte=DEAREST)
    ids = list(found.order_by("pk").values_list("pk", flat=True))
    sample = sorted(die.sample(ids, min(len(ids), MOST_GOODS)))
    variants = list(
        Variant.objects.with_details()
        .select_related("page__tax_class")
        .filter(pk__in=sample)
        .order_by("pk")
    )
    leads = lead_pictures({variant.page_id for variant in variants})
    return [_kept(variant, leads.get(variant.page_id)) for variant in variants]


def _kept(variant: Variant, lead: Any) -> Goods:
    page = variant.page
    picture = variant.picture or (lead.picture if lead else None)
    return Goods(variant, picture, revision_shown(page))


def _line(goods: Goods, quantity: int) -> BasketLine:
    held = HeldLine(quantity, goods.price, timezone.now())
    return BasketLine(goods.variant, Shown([goods.variant]), quantity, goods.price, held)


def _units(goods: Goods, die: Random) -> int:
    if goods.price < MOST_UNITS_UNDER:
        return die.choice((2, 3, 4, 6))
    return 2 if die.random() < 0.12 else 1
