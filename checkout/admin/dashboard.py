"""What waits for somebody, on the admin's first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.components import Component

from checkout.admin.order_actions import CHANGE_ORDERS
from checkout.admin.order_filters import ToDo, waiting_for
from checkout.admin.order_inspect import VIEW_ORDERS
from checkout.admin.orders import listing_of
from checkout.admin.payments import CHANGE_PAYMENTS
from checkout.admin.refunds import REFUND_ORDERS
from checkout.backorders import note_missing
from checkout.models import Order

SHOWN = 5

# What is shown to those who can do something about it.
_FOR = {
    ToDo.PAYMENT_HELD: CHANGE_PAYMENTS,
    ToDo.DISPUTED: CHANGE_PAYMENTS,
    ToDo.REFUND_REFUSED: REFUND_ORDERS,
    ToDo.REFUND_BY_HAND: REFUND_ORDERS,
    ToDo.EMAIL_TROUBLE: CHANGE_ORDERS,
    ToDo.DOCUMENT_DAMAGED: REFUND_ORDERS,
}


class OrdersToPack(SummaryItem):
    """In the row of numbers: how many paid orders wait to be packed."""

    order = 50
    template_name = "checkout/admin/to_pack.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"to_pack": Order.objects.to_pack().count(), "url": listing_of(ToDo.PACK)}

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(VIEW_ORDERS))


class OrdersPanel(Component):
    """The orders that wait longest, and those that went wrong."""

    name = "orders"
    order = 90
    template_name = "checkout/admin/orders_panel.html"

    def __init__(self, user: Any) -> None:
        self.user = user

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        may = [what for what, permission in _FOR.items() if self.user.has_perm(permission)]
        waiting = [_waiting(what) for what in [ToDo.PACK, *may]]
        return {"waiting": [one for one in waiting if one["orders"]]}


def _waiting(what: ToDo) -> dict[str, Any]:
    orders = waiting_for(what)
    oldest = orders.prefetch_related("addresses", "lines").order_by("placed_at", "pk")[:SHOWN]
    if what == ToDo.PACK:
        note_missing(oldest)
    return {
        "what": what,
        "is_trouble": what != ToDo.PACK,
        "orders": list(oldest),
        "count": orders.count(),
        "url": listing_of(what),
    }


def add_orders_to_pack(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(OrdersToPack(request))


def add_orders_panel(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm(VIEW_ORDERS):
        panels.append(OrdersPanel(request.user))
