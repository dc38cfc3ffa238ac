from typing import Any

from django.http import HttpRequest
from wagtail.admin.site_summary import SummaryItem

from checkout.admin.orders import VIEW_ORDERS
from checkout.models import Order


class OrdersToPack(SummaryItem):
    """On the admin's first page: how many paid orders wait to be packed."""

    order = 50
    template_name = "checkout/admin/to_pack.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {"to_pack": Order.objects.to_pack().count()}

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(VIEW_ORDERS))


def add_orders_to_pack(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(OrdersToPack(request))
