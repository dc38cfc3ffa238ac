"""Everything that a shopper may do to a basket. Each takes the request's basket under its lock."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from basket import basket, store
from basket.contents import Contents, HeldLine
from basket.models import Coupon
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


def find_variant(page_id: int, code: str) -> Variant | None:
    """The variant of this product that is asked for; None where the product is not sold.

    Raises BasketError where there is a choice and none was made.
    """
    # By `id`, a plain number: one beyond what the database counts to then finds nothing.
    variants = list(Variant.objects.sellable().with_details().filter(page__id=page_id))
    if not variants:
        page = ProductPage.objects.filter(id=page_id).first()
        if page is None or page.source.pk == page.pk:
            return None
        return find_variant(page.source.pk, code)
    if not code and len(variants) > 1:
        raise BasketError(_("Choose one of the options first."))
    matching = [variant for variant in variants if not code or variant.sku_id == code]
    if not matching:
        raise BasketError(_("This choice is not on offer. Choose another."))
    return matching[0]


def add(request: HttpRequest, variant: Variant, quantity: int) -> None:
    """Add units to what is there. Beyond stock or limit, as many as there may be, with a word."""
    held = store.read(request).lines.get(variant.sku_id)
    sku = variant.known_sku
    if sku and stock.call_in([(sku, quantity + (held.quantity if held else 0))]):
        sku.refresh_from_db()
    with store.changing(request) as contents:
        notices = basket.settle(contents)
        line = contents.lines.get(variant.sku_id)
        wanted = quantity + (line.quantity if line else 0)
        quantity_now = _within_reach(variant, wanted, line.quantity if line else 0)
        price = line.price if line else variant.price
        added_at = line.added_at if line else timezone.now()
        contents.lines[variant.sku_id] = HeldLine(quantity_now, price, added_at)
    _tell(request, notices)
    name = _name(variant)
    if quantity_now < wanted:
        text = _(
            "There are no more than %(n)d of “%(title)s” to be had, so your basket holds these."
        )
        messages.warning(request, text % {"n": quantity_now, "title": name})
    else:
        said = _("“%(title)s” is in your basket.") % {"title": name}
        messages.success(request, said, extra_tags="basket")


def set_quantity(request: HttpRequest, sku: Sku, quantity: int) -> None:
    """Set the units of a line; zero removes it. A line that is not there is not made."""
    code = sku.code
    if quantity == 0:
        return remove(request, code)
    stock.call_in([(sku, quantity)])
    with store.changing(request) as contents:
        notices = basket.settle(contents)
        line = contents.lines.get(code)
        variant = basket.sellable_variants([code]).get(code)
        reached = quantity
        if line and variant:
            reached = _within_reach(variant, quantity, line.quantity)
            contents.lines[code] = HeldLine(reached, line.price, line.added_at)
    _tell(request, notices)
    if reached < quantity and variant:
        text = _(
            "There are no more than %(n)d of “%(title)s” to be had, so your basket holds these."
        )
        messages.warning(request, text % {"n": reached, "title": _name(variant)})
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
        for code, variant in basket.sellable_variants(quantities).items():
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
    label = variant.options_label
    return f"{variant.page.title} ({label})" if label else variant.page.title


def _tell(request: HttpRequest, notices: tuple[str, ...]) -> None:
    basket.forget(request)
    for notice in notices:
        messages.warning(request, notice)
