"""What the shelves ask for, on the admin's first page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from wagtail.admin.site_summary import SummaryItem

from products.models import Sku


class StockRunningOut(SummaryItem):
    """In the row of numbers: how many SKUs are low, and how many have nothing left."""

    order = 60
    template_name = "products/admin/running_out.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        on_sale = Sku.objects.in_use().filter(retired=False)
        return {
            "low": on_sale.low().count(),
            "out": on_sale.sold_out().count(),
            "url": reverse("stock:index"),
        }

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm("products.change_sku"))


def add_stock_running_out(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(StockRunningOut(request))
