"""Delivery zones and methods, in the menu "Shop"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import BooleanColumn, Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from checkout.admin.deleting import ExplainingDeleteView
from checkout.bands import first_gap, first_overlap
from checkout.models import ShippingMethod, ShippingZone
from checkout.models.zones import names_of
from products.admin.columns import MoneyColumn
from products.money import format_money, shop_currency

COUNTRIES_NAMED = 4


class ShippingMethodForm(WagtailAdminModelForm):
    """Refuses prices that contradict each other, or leave something out between them."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        prices = self.formsets["rates"]
        if prices.is_valid():
            self._check_bands([row for row in prices.forms if self._counts(row)])
        return cleaned

    def _counts(self, row: Any) -> bool:
        return bool(row.cleaned_data) and not row.cleaned_data.get("DELETE")

    def _check_bands(self, rows: Sequence[Any]) -> None:
        bands = [row.instance.band for row in rows]
        overlap = first_overlap(bands)
        if overlap:
            earlier, later = overlap
            text = _("“%(one)s” and “%(other)s” overlap: one basket would have two prices.")
            names = {"one": bands[earlier], "other": bands[later]}
            rows[later].add_error(None, text % names)
            self.add_error(None, text % names)
            return
        gap = first_gap(bands)
        if gap:
            text = _("There is no price for %(gap)s.")
            self.add_error(None, text % {"gap": gap})


def _prices(method: ShippingMethod) -> str:
    """The lowest and the highest."""
    prices = sorted({rate.price for rate in method.rates.all()})
    ends = prices if len(prices) < 2 else [prices[0], prices[-1]]
    return " – ".join(format_money(price, shop_currency()) for price in ends)


class ShippingMethodIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[ShippingMethod]:
        return super().get_base_queryset().with_rates()


class ShippingMethodViewSet(ModelViewSet):
    model = ShippingMethod
    name = "delivery"
    icon = "redirect"
    menu_label = gettext_lazy("Delivery")
    index_view_class = ShippingMethodIndexView
    delete_view_class = ExplainingDeleteView
    copy_view_enabled = False
    edit_handler = ObjectList(ShippingMethod.panels, base_form_class=ShippingMethodForm)
    search_fields = ["name", "description"]
    sort_order_field = "position"
    ordering = "position"
    list_filter = ["zone", "active", "pick_up"]
    list_display = [
        "name",
        Column(
            "zone",
            label=gettext_lazy("Zone"),
            accessor=lambda method: method.zone or _("Collected by the customer"),
        ),
        Column("price", label=gettext_lazy("Price"), accessor=_prices, classname="number"),
        MoneyColumn("free_over", label=gettext_lazy("Free from")),
        Column("estimate", label=gettext_lazy("Takes")),
        BooleanColumn("active", label=gettext_lazy("Offered"), sort_key="active"),
    ]


def _countries(zone: ShippingZone) -> str:
    if zone.everywhere_else:
        return _("All others")
    names = names_of(zone.codes)
    more = len(names) - COUNTRIES_NAMED
    text = ", ".join(names[:COUNTRIES_NAMED])
    return _("%(names)s and %(more)d more") % {"names": text, "more": more} if more > 0 else text


class ShippingZoneIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[ShippingZone]:
        methods = Prefetch("methods", ShippingMethod.objects.filter(active=True))
        return super().get_base_queryset().prefetch_related(methods)


class ShippingZoneViewSet(ModelViewSet):
    model = ShippingZone
    name = "delivery_zones"
    icon = "globe"
    menu_label = gettext_lazy("Delivery zones")
    index_view_class = ShippingZoneIndexView
    delete_view_class = ExplainingDeleteView
    copy_view_enabled = False
    search_fields = ["name"]
    list_display = [
        "name",
        Column("countries", label=gettext_lazy("Countries"), accessor=_countries),
        Column(
            "methods",
            label=gettext_lazy("Ways to deliver"),
            accessor=lambda zone: (
                ", ".join(method.name for method in zone.methods.all())
                or _("None: nothing is delivered there")
            ),
        ),
    ]
