"""Columns that several listings of the shop share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from wagtail.admin.ui.tables import Column

from products.models import Sku
from products.money import format_money, shop_currency


class StateColumn(Column):
    """A coloured label. `get_state` gives its colour (a name in static/admin/shop.css) and text."""

    cell_template_name = "products/admin/state_cell.html"

    def __init__(self, name: str, get_state: Callable[[Any], tuple[str, Any]], **kwargs: Any):
        super().__init__(name, **kwargs)
        self.get_state = get_state

    def get_value(self, instance: Any) -> Any:
        return self.get_state(instance)[1]

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        context["colour"] = self.get_state(instance)[0]
        return context


class PageColumn(Column):
    """The title of a page, leading to its editor."""

    cell_template_name = "products/admin/page_cell.html"

    def get_cell_context_data(self, instance: Any, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        page = self.get_value(instance)
        context["url"] = reverse("wagtailadmin_pages:edit", args=[page.pk]) if page else ""
        return context


class MoneyColumn(Column):
    """An amount in its currency, set flush right. The currency is the row's, else the shop's."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, classname="number", **kwargs)

    def get_value(self, instance: Any) -> str:
        amount = super().get_value(instance)
        currency = getattr(instance, "currency", "") or shop_currency()
        return "" if amount is None else format_money(amount, currency)


def stock_state(sku: Sku) -> tuple[str, Any]:
    """Colour and words of the label that a SKU's stock is shown with."""
    if sku.retired:
        return "retired", gettext("Retired")
    state = sku.availability.state
    return state.value, state.label
