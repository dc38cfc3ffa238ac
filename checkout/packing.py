"""Paper for those who pack: a list of what to take from the shelves, and a slip for each parcel.

Printing marks nothing: an order stays as it is until it is sent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import segno
from django.template.loader import render_to_string
from django.utils import timezone, translation

from checkout.models import Order, OrderLine
from checkout.status import HANDED_OVER
from content.models import ShopSettings

STYLES = ("paper.css", "packing.css")


@dataclass(frozen=True)
class Pick:
    """Units of one SKU, and which orders they are for: pairs of order number and units."""

    sku: str
    title: str
    options: str
    orders: tuple[tuple[str, int], ...]

    @property
    def units(self) -> int:
        return sum(units for _, units in self.orders)


@dataclass(frozen=True)
class Slip:
    """What goes into one parcel."""

    order: Order
    lines: Sequence[OrderLine]
    qr: str
    shop: ShopSettings


def printable(orders: Iterable[Order]) -> tuple[list[Order], list[Order]]:
    """Those to be packed, or packed already and printed once more; and those to be left alone."""
    chosen = list(orders)
    to_pack = set(
        Order.objects.to_pack().filter(pk__in=[o.pk for o in chosen]).values_list("pk", flat=True)
    )
    good = [order for order in chosen if order.pk in to_pack or order.status in HANDED_OVER]
    return good, [order for order in chosen if order not in good]


def pick_list(slips: Iterable[Slip]) -> list[Pick]:
    """In order of SKU, as shelves are."""
    wanted: dict[str, list[tuple[str, OrderLine]]] = defaultdict(list)
    for slip in slips:
        for line in slip.lines:
            wanted[line.sku_id].append((slip.order.number, line))
    return [_pick(sku, wanted[sku]) for sku in sorted(wanted)]


def render(orders: Sequence[Order], left_out: Sequence[Order] = ()) -> bytes:
    """One PDF: the pick list in the reader's language, then each slip in its customer's."""
    from checkout import pdf

    slips = _slips(orders)
    context = {
        "picks": pick_list(slips),
        "slips": [_slip_html(slip) for slip in slips],
        "left_out": left_out,
        "orders": orders,
        "printed_at": timezone.now(),
    }
    return pdf.render(render_to_string("checkout/packing.html", context), *STYLES)


def file_name(at: datetime) -> str:
    return f"packing-{timezone.localtime(at):%Y-%m-%d-%H%M}.pdf"


def _slips(orders: Iterable[Order]) -> list[Slip]:
    shops: dict[int, ShopSettings] = {}
    slips = []
    for order in orders:
        if order.site_id not in shops:
            shops[order.site_id] = ShopSettings.for_site(order.site)
        left = [line for line in order.lines.all() if line.units_left]
        slips.append(Slip(order, left, _qr(order.number), shops[order.site_id]))
    return slips


def _slip_html(slip: Slip) -> str:
    with translation.override(slip.order.language):
        return render_to_string("checkout/packing_slip.html", {"slip": slip, "order": slip.order})


def _qr(number: str) -> str:
    """As a picture that the document holds."""
    return str(segno.make_qr(number, error="m").png_data_uri(scale=6, border=0))


def _pick(sku: str, wanted: Sequence[tuple[str, OrderLine]]) -> Pick:
    line = wanted[0][1]
    orders = tuple((number, one.units_left) for number, one in wanted)
    return Pick(sku, line.title, line.options, orders)
