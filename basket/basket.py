"""The basket as it stands now: what is kept, held against what may be sold and at which price."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from basket import store
from basket.contents import Contents, HeldLine
from basket.models import Coupon
from basket.offered import Label, Look, labels_of, looks_of, sellable_variants
from content.models import Picture
from products.models import ProductPage, Variant
from products.money import ZERO, format_money, shop_currency


class Shown:
    """How all lines look, found when the first is asked for: who changes a basket, or counts what
    is in it, shows none.
    """

    def __init__(self, variants: Collection[Variant]) -> None:
        self._variants, self._language = variants, get_language()

    @cached_property
    def labels(self) -> dict[int, Label]:
        return labels_of(self._variants)

    @cached_property
    def looks(self) -> dict[int, Look]:
        with override(self._language):
            return looks_of(self._variants)


@dataclass(frozen=True)
class BasketLine:
    """One SKU in the basket. `page` is in the shopper's language, `variant.page` holds the price.

    `was_price` and `wanted` are set where the shop had to change them.
    """

    variant: Variant
    shown: Shown
    quantity: int
    unit_price: Decimal
    held: HeldLine
    was_price: Decimal | None = None
    wanted: int | None = None

    @property
    def look(self) -> Look:
        return self.shown.looks[self.variant.pk]

    @property
    def page(self) -> ProductPage:
        return self.look.translation or self.variant.page

    @property
    def title(self) -> str:
        return self.page.title

    @property
    def sku(self) -> str:
        return self.variant.sku_id

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def picture(self) -> Picture | None:
        """Of the variant, else the first of its product."""
        return self.look.picture

    @property
    def options(self) -> str:
        return self.shown.labels[self.variant.pk].text

    @property
    def as_read(self) -> tuple[Hashable, ...]:
        """All that a line says and that was read from the database for this basket."""
        variant = self.variant
        thing = (variant.pk, variant.sku_id, variant.picture_id, variant.option_ids)
        page = (variant.page_id, variant.page.title, variant.page.url_path)
        return (*thing, *page, self.quantity, self.max_quantity, self.unit_price, self.notice)

    @property
    def shows(self) -> tuple[str, ...]:
        """By the names of `content.live_pages`: all but its price and its units."""
        return (*self.look.shows, *self.shown.labels[self.variant.pk].shows)

    @property
    def notice(self) -> str:
        """What the shop had to change, as its shopper reads it beside the line."""
        return " ".join(_line_notices(self))

    @property
    def max_quantity(self) -> int:
        return self.variant.can_supply(settings.BASKET_MAX_QUANTITY)

    @property
    def name(self) -> str:
        """With the options, as a message or an e-mail names it."""
        return f"{self.title} ({self.options})" if self.options else self.title


@dataclass(frozen=True)
class Basket:
    """Read-only. `notices` say what changed since the shopper last looked."""

    lines: tuple[BasketLine, ...] = ()
    coupon: Coupon | None = None
    notices: tuple[str, ...] = ()
    contents: Contents = field(default_factory=Contents)

    def __bool__(self) -> bool:
        return bool(self.lines)

    @property
    def other_notices(self) -> list[str]:
        """Those that stand beside no line: what has left the basket, what became of a coupon."""
        beside_a_line = {notice for line in self.lines for notice in _line_notices(line)}
        return [notice for notice in self.notices if notice not in beside_a_line]

    @property
    def count(self) -> int:
        """Units, not lines."""
        return sum(line.quantity for line in self.lines)

    @property
    def subtotal(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        if self.coupon is None:
            return ZERO
        return self.coupon.discount_on(self.subtotal, shop_currency())

    @property
    def total(self) -> Decimal:
        """The goods less the coupon; delivery is added at the checkout."""
        return self.subtotal - self.discount


def of_request(request: HttpRequest) -> Basket:
    """The visitor's basket, computed once a request and again after a change."""
    cached: Basket | None = getattr(request, "_basket", None)
    if cached is None:
        cached = compute(store.read(request))
        request._basket = cached  # type: ignore[attr-defined]
    return cached


def units_of(request: HttpRequest) -> int:
    """What the badge says: as this request found it, else as the visitor left it. No query."""
    cached: Basket | None = getattr(request, "_basket", None)
    if cached is not None:
        return cached.count
    return sum(line.quantity for line in store.read(request).lines.values())


def forget(request: HttpRequest) -> None:
    """Let the next reader of this request compute the basket anew."""
    request._basket = None  # type: ignore[attr-defined]


def compute(
    contents: Contents, now: datetime | None = None, variants: Iterable[Variant] | None = None
) -> Basket:
    """Hold the kept lines against today's prices, pages and stock. Reads only.

    `variants`: as `sellable_variants` gives them, where they have been read already.
    """
    if not contents.lines and not contents.coupon:
        return Basket(contents=contents)
    now = now or timezone.now()
    if variants is None:
        variants = sellable_variants(contents.lines.keys())
    by_code = by_sku(variants)
    shown = Shown([by_code[code] for code in contents.lines if code in by_code])
    lines, notices = [], []
    for code, held in contents.lines.items():
        variant = by_code.get(code)
        if variant is None:
            notices.append(_gone_notice(code))
            continue
        line = _line(variant, shown, held, now)
        notices += _line_notices(line)
        if line.quantity:
            lines.append(line)
    coupon, coupon_notices = _coupon(contents.coupon, lines)
    return Basket(tuple(lines), coupon, (*notices, *coupon_notices), contents)


def by_sku(variants: Iterable[Variant]) -> dict[str, Variant]:
    """By SKU code; of two that name the same, the one that was there first."""
    return {variant.sku_id: variant for variant in sorted(variants, key=lambda one: -one.pk)}


def settle(contents: Contents, variants: Iterable[Variant] | None = None) -> tuple[str, ...]:
    """Take over what `compute` found: new prices, smaller quantities, lines that left."""
    basket = compute(contents, variants=variants)
    now = timezone.now()
    contents.lines = {
        line.sku: replace(
            line.held,
            quantity=line.quantity,
            price=line.unit_price,
            added_at=line.held.added_at if line.was_price is None else now,
        )
        for line in basket.lines
    }
    if basket.lines:  # of an empty basket nobody asked whether its coupon is still good
        contents.coupon = basket.coupon.code if basket.coupon else ""
    return basket.notices


def _line(variant: Variant, shown: Shown, held: HeldLine, now: datetime) -> BasketLine:
    price = price_for(held, variant.price, now)
    quantity = min(held.quantity, variant.can_supply(settings.BASKET_MAX_QUANTITY))
    return BasketLine(
        variant=variant,
        shown=shown,
        quantity=quantity,
        unit_price=price,
        held=held,
        was_price=held.price if price != held.price else None,
        wanted=held.quantity if quantity != held.quantity else None,
    )


def price_for(held: HeldLine, current: Decimal, now: datetime) -> Decimal:
    """The price at which the line was added, for as long as it is held; a lower one at once."""
    hold_ends = held.added_at + timedelta(seconds=settings.BASKET_PRICE_HOLD)
    return held.price if current > held.price and now < hold_ends else current


def _gone_notice(code: str) -> str:
    title = (
        Variant.objects.filter(sku_id=code).values_list("page__title", flat=True).first() or code
    )
    return _("“%(title)s” is no longer sold and has left your basket.") % {"title": title}


def _line_notices(line: BasketLine) -> list[str]:
    notices = []
    if line.wanted is not None:
        notices.append(_short_notice(line))
    if line.quantity and line.was_price is not None:
        notices.append(
            _("The price of “%(title)s” changed from %(was)s to %(now)s.")
            % {
                "title": line.name,
                "was": format_money(line.was_price, shop_currency()),
                "now": format_money(line.unit_price, shop_currency()),
            }
        )
    return notices


def _short_notice(line: BasketLine) -> str:
    if not line.quantity:
        return _("“%(title)s” has sold out and has left your basket.") % {"title": line.name}
    return ngettext(
        "Only %(n)d of “%(title)s” is left, so your basket holds that one.",
        "Only %(n)d of “%(title)s” are left, so your basket holds those.",
        line.quantity,
    ) % {"n": line.quantity, "title": line.name}


def _coupon(code: str, lines: list[BasketLine]) -> tuple[Coupon | None, list[str]]:
    if not code or not lines:
        return None, []
    coupon = Coupon.objects.usable().filter(code__iexact=code).first()
    if coupon is None:
        return None, [_("The coupon %(code)s can no longer be used.") % {"code": code}]
    goods = sum((line.total for line in lines), ZERO)
    if goods < coupon.minimum:
        minimum = format_money(coupon.minimum, shop_currency())
        text = _("The coupon %(code)s counts from %(minimum)s on.")
        return coupon, [text % {"code": coupon.code, "minimum": minimum}]
    return coupon, []
