"""Everything that a shopper may do to a basket. Each takes the request's basket under its lock."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from basket import basket, store
from basket.contents import Contents, HeldLine
from basket.models import Coupon
from basket.offered import labels_of, sellable_variants
from products import stock
from products.models import ProductPage, Sku, Variant


class BasketError(Exception):
    """Nothing was changed. `message` is for the shopper, `status` for the response."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def parse_quantity(raw: str, *, least: int = 1) -> int:
    """A whole number of units from `least` to the limit. Raises BasketError."""
    most = settings.BASKET_MAX_QUANTITY
    text = raw.strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        message = _("Choose a quantity from %(least)d to %(most)d.")
        raise BasketError(message % {"least": least, "most": most})
    return int(text)


def add(request: HttpRequest, page_id: int, code: str, quantity: int) -> None:
    """Add units to what is there. Beyond stock or limit, as many as there may be, with a word.

    Raises BasketError; Http404 where the product is not sold.
    """
    with store.changing(request) as contents:
        variants = sellable_variants(contents.lines.keys(), page_id)
        variant = _choose(variants, page_id, code)
        held = contents.lines.get(variant.sku_id)
        _call_in(variant, quantity + (held.quantity if held else 0))
        notices = basket.settle(contents, variants)
        line = contents.lines.get(variant.sku_id)
        wanted = quantity + (line.quantity if line else 0)
        quantity_now = _within_reach(variant, wanted, line.quantity if line else 0)
        price = line.price if line else variant.price
        added_at = line.added_at if line else timezone.now()
        contents.lines[variant.sku_id] = HeldLine(quantity_now, price, added_at)
    _tell(request, notices)
    if quantity_now < wanted:
        _tell_no_more(request, variant, quantity_now)
    else:
        said = _("“%(title)s” is in your basket.") % {"title": _name(variant)}
        messages.success(request, said, extra_tags="basket")


def _choose(variants: list[Variant], page_id: int, code: str) -> Variant:
    """The variant of this product that is asked for.

    Raises BasketError where there is a choice and none was made, Http404 where nothing is sold.
    """
    offered = [variant for variant in variants if variant.page_id == page_id]
    if not offered:
        return _choose_at_source(page_id, code)
    if not code and len(offered) > 1:
        raise BasketError(_("Choose one of the options first."))
    matching = [variant for variant in offered if not code or variant.sku_id == code]
    if not matching:
        raise BasketError(_("This choice is not on offer. Choose another."))
    return matching[0]


def _choose_at_source(page_id: int, code: str) -> Variant:
    """Of a translation or an alias, which show the variants of another page."""
    page = ProductPage.objects.filter(id=page_id).first()
    if page is None or page.source.pk == page.pk:
        raise Http404
    source = page.source.pk
    variants = sellable_variants((), source)
    if not variants:
        raise Http404
    return _choose(variants, source, code)


def _call_in(variant: Variant, wanted: int) -> None:
    """Where units are short, have those back that others were promised and did not take in time."""
    sku = variant.known_sku
    if sku and stock.call_in([(sku, wanted)]):
        sku.refresh_from_db()


def set_quantity(request: HttpRequest, sku: Sku, quantity: int) -> None:
    """Set the units of a line; zero removes it. A line that is not there is not made."""
    code = sku.code
    if quantity == 0:
        return remove(request, code)
    with store.changing(request) as contents:
        variants = sellable_variants(contents.lines.keys())
        variant = basket.by_sku(variants).get(code)
        if variant:
            _call_in(variant, quantity)
        notices = basket.settle(contents, variants)
        line = contents.lines.get(code)
        reached = quantity
        if line and variant:
            reached = _within_reach(variant, quantity, line.quantity)
            contents.lines[code] = HeldLine(reached, line.price, line.added_at)
    _tell(request, notices)
    if reached < quantity and variant:
        _tell_no_more(request, variant, reached)
    return None


def remove(request: HttpRequest, code: str) -> None:
    with store.changing(request) as contents:
        notices = basket.settle(contents)
        gone = contents.lines.pop(code, None)
    _tell(request, notices)
    if gone:
        messages.success(request, _("Removed from your basket."))


def empty(request: HttpRequest) -> None:
    with store.changing(request) as contents:
        contents.lines.clear()
        contents.coupon = ""
    basket.forget(request)


def put_back(request: HttpRequest, quantities: dict[str, int]) -> None:
    """Return the units of an order that was not paid; the larger quantity wins."""
    with store.changing(request) as contents:
        for code, variant in basket.by_sku(sellable_variants(quantities.keys())).items():
            held = HeldLine(quantities[code], variant.price, timezone.now())
            contents.lines = contents.merged_with(Contents({code: held})).lines
    basket.forget(request)


def use_coupon(request: HttpRequest, code: str) -> None:
    code = code.strip()
    may_be_one = code and "\x00" not in code  # PostgreSQL cannot even be asked for NUL
    coupon = Coupon.objects.usable().filter(code__iexact=code).first() if may_be_one else None
    if coupon is None:
        raise BasketError(_("We do not know this coupon, or its time is over."))
    with store.changing(request) as contents:
        contents.coupon = coupon.code
    basket.forget(request)
    messages.success(request, _("Coupon %(code)s is in use.") % {"code": coupon.code})


def drop_coupon(request: HttpRequest) -> None:
    with store.changing(request) as contents:
        contents.coupon = ""
    basket.forget(request)


def _within_reach(variant: Variant, wanted: int, already: int) -> int:
    """As many of the wanted units as there may be. Raises BasketError where not one is left."""
    reach = variant.can_supply(min(wanted, settings.BASKET_MAX_QUANTITY))
    if reach == 0:
        text = _("“%(title)s” is sold out.")
        raise BasketError(text % {"title": _name(variant)}, status=409)
    return max(reach, min(already, reach))


def _name(variant: Variant) -> str:
    label = labels_of([variant])[variant.pk].text
    return f"{variant.page.title} ({label})" if label else variant.page.title


def _tell_no_more(request: HttpRequest, variant: Variant, n: int) -> None:
    text = _("There are no more than %(n)d of “%(title)s” to be had, so your basket holds these.")
    messages.warning(request, text % {"n": n, "title": _name(variant)})


def _tell(request: HttpRequest, notices: tuple[str, ...]) -> None:
    basket.forget(request)
    for notice in notices:
        messages.warning(request, notice)
