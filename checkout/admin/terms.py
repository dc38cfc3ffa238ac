"""On which terms the shop sells: coupons, delivery and VAT rates, in the menu "Shop"."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from basket.models import Coupon
from checkout.admin.deleting import ExplainingDeleteView
from checkout.admin.delivery import ShippingMethodViewSet, ShippingZoneViewSet
from checkout.models import TaxRate
from products.admin.columns import MoneyColumn, StateColumn
from products.money import format_money, shop_currency

# --- Coupons --------------------------------------------------------------------------------------


class CouponFilterSet(WagtailFilterSet):
    usable = django_filters.BooleanFilter(label=gettext_lazy("Usable now"), method="usable_now")

    class Meta:
        model = Coupon
        fields = ["kind", "active"]

    def usable_now(self, queryset: QuerySet[Coupon], name: str, value: bool) -> QuerySet[Coupon]:
        usable = Coupon.objects.usable().values("pk")
        return queryset.filter(pk__in=usable) if value else queryset.exclude(pk__in=usable)


def _coupon_value(coupon: Coupon) -> str:
    if coupon.kind == Coupon.Kind.PERCENT:
        return f"{coupon.value.normalize():f} %"
    return format_money(coupon.value, shop_currency())


def _coupon_state(coupon: Coupon) -> tuple[str, Any]:
    now = timezone.now()
    if not coupon.active:
        return "muted", _("Switched off")
    if coupon.max_uses is not None and coupon.uses >= coupon.max_uses:
        return "bad", _("Used up")
    if coupon.valid_until and coupon.valid_until <= now:
        return "muted", _("Over")
    if coupon.valid_from and coupon.valid_from > now:
        return "waiting", _("Not yet")
    return "good", _("Usable")


class CouponViewSet(ModelViewSet):
    model = Coupon
    icon = "thumbtack"
    menu_label = gettext_lazy("Coupons")
    delete_view_class = ExplainingDeleteView
    copy_view_enabled = False
    search_fields = ["code"]
    filterset_class = CouponFilterSet
    list_display = [
        "code",
        Column("value", label=gettext_lazy("Takes off"), accessor=_coupon_value),
        MoneyColumn("minimum", label=gettext_lazy("From")),
        DateColumn("valid_from", label=gettext_lazy("Valid from"), sort_key="valid_from"),
        DateColumn("valid_until", label=gettext_lazy("Valid until"), sort_key="valid_until"),
        Column(
            "uses",
            label=gettext_lazy("Used"),
            accessor=lambda coupon: f"{coupon.uses} / {coupon.max_uses or '∞'}",
            sort_key="uses",
            classname="number",
        ),
        StateColumn("state", _coupon_state, label=gettext_lazy("State")),
    ]


# --- Tax ------------------------------------------------------------------------------------------


class TaxRateFilterSet(WagtailFilterSet):
    in_force = django_filters.BooleanFilter(label=gettext_lazy("In force today"), method="today")

    class Meta:
        model = TaxRate
        fields = ["country", "tax_class"]

    def today(self, queryset: QuerySet[TaxRate], name: str, value: bool) -> QuerySet[TaxRate]:
        valid = TaxRate.objects.valid_on(timezone.localdate()).values("pk")
        return queryset.filter(pk__in=valid) if value else queryset.exclude(pk__in=valid)


class TaxRateViewSet(ModelViewSet):
    model = TaxRate
    icon = "clipboard-list"
    menu_label = gettext_lazy("VAT rates")
    delete_view_class = ExplainingDeleteView
    search_fields = ["country", "tax_class"]
    filterset_class = TaxRateFilterSet
    list_per_page = 50
    list_display = [
        Column("country", label=gettext_lazy("Country"), sort_key="country"),
        Column("tax_class", label=gettext_lazy("Tax class"), sort_key="tax_class"),
        Column(
            "rate",
            label=gettext_lazy("Rate"),
            accessor=lambda rate: f"{rate.rate.normalize():f} %",
            sort_key="rate",
            classname="number",
        ),
        DateColumn("valid_from", label=gettext_lazy("From"), sort_key="valid_from"),
        DateColumn("valid_until", label=gettext_lazy("Until"), sort_key="valid_until"),
    ]


class ShopGroup(ModelViewSetGroup):
    items = (CouponViewSet, ShippingMethodViewSet, ShippingZoneViewSet, TaxRateViewSet)
    menu_label = gettext_lazy("Shop")
    menu_icon = "cog"
    menu_order = 150
