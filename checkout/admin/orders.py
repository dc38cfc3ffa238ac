"""The orders, for those who pack them and answer for them: found, read, moved on."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView

from checkout import payments
from checkout.admin.order_actions import OrderActionView, actions_for
from checkout.admin.order_history import history_of
from checkout.models import Invoice, Order, OrderAddress, OrderLine, Refund
from checkout.status import OrderStatus
from products.admin.columns import MoneyColumn, StateColumn
from products.admin.records import RecordViewSet

VIEW_ORDERS = "checkout.view_order"


class OrderFilterSet(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Status"),
        choices=OrderStatus.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    placed_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Placed"), widget=DateRangePickerWidget
    )

    class Meta:
        model = Order
        fields = ["status", "placed_at"]


class OrderIndexView(IndexView):
    def get_base_queryset(self) -> QuerySet[Order]:
        delivery = OrderAddress.objects.filter(kind=OrderAddress.Kind.DELIVERY)
        return Order.objects.prefetch_related(
            Prefetch("addresses", delivery, to_attr="delivered_to")
        )

    @cached_property
    def is_searchable(self) -> bool:
        return True

    def search_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """By number, e-mail, a name on an address, or a SKU."""
        if not self.is_searching:
            return queryset
        words = self.search_query.strip()
        named = OrderAddress.objects.filter(name__icontains=words).values("order_id")
        with_sku = OrderLine.objects.filter(sku__code__iexact=words).values("order_id")
        return queryset.filter(
            Q(number__icontains=words)
            | Q(email__icontains=words)
            | Q(pk__in=named)
            | Q(pk__in=with_sku)
        )


class OrderInspectView(InspectView):
    template_name = "checkout/admin/order.html"
    header_icon = "form"

    def get_page_title(self) -> str:
        return str(gettext_lazy("Order"))

    def get_object(self, queryset: Any = None) -> Order:
        orders = Order.objects.select_related("user", "coupon").prefetch_related(
            "lines__picture", "taxes", "addresses", "payments__refunds", "emails", "events__actor"
        )
        return get_object_or_404(orders, pk=self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.object
        return super().get_context_data(**kwargs) | {
            "order": order,
            "state": order_state(order),
            "provider": payment_label(order),
            "payments": [(payment, payment_label(payment)) for payment in order.payments.all()],
            "refunds": Refund.objects.filter(payment__order=order).select_related("payment"),
            "invoice": Invoice.objects.filter(order=order).select_related("series").first(),
            "history": history_of(order),
            "actions": actions_for(order, self.request.user),
        }


@never_cache
def as_sold(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """The product's page, word for word as it was when the order was placed.

    Wagtail's own view of a revision asks for a right to edit the page, which packers lack.
    """
    if not request.user.has_perm(VIEW_ORDERS):
        raise PermissionDenied
    sold = get_object_or_404(OrderLine.objects.select_related("revision"), order=pk, pk=line)
    page = sold.revision.as_object()
    response = page.make_preview_request(request, page.default_preview_mode)
    response["X-Robots-Tag"] = "noindex"
    return response


def payment_label(thing: Any) -> Any:
    """Of an order or of a payment: how its provider is called."""
    name = getattr(thing, "provider", "") or getattr(thing, "payment_provider", "")
    try:
        return payments.get(name).label
    except KeyError:
        return name


_COLOURS = {
    OrderStatus.PENDING: "waiting",
    OrderStatus.PAID: "good",
    OrderStatus.SENT: "info",
    OrderStatus.DELIVERED: "muted",
    OrderStatus.CANCELLED: "muted",
    OrderStatus.EXPIRED: "muted",
    OrderStatus.FAILED: "bad",
    OrderStatus.PARTIALLY_REFUNDED: "info",
    OrderStatus.REFUNDED: "bad",
}


def order_state(order: Order) -> tuple[str, Any]:
    return _COLOURS[OrderStatus(order.status)], order.get_status_display()


def _recipient(order: Order) -> str:
    return order.delivered_to[0].name if order.delivered_to else ""  # type: ignore[attr-defined]


class OrderViewSet(RecordViewSet):
    name = "orders"
    model = Order
    icon = "form"
    menu_label = gettext_lazy("Orders")
    menu_order = 110
    index_view_class = OrderIndexView
    inspect_view_class = OrderInspectView
    add_to_reference_index = False
    list_per_page = 50
    ordering = "-placed_at"
    filterset_class = OrderFilterSet
    list_display = [
        TitleColumn(
            "number", label=gettext_lazy("Number"), url_name="orders:inspect", sort_key="number"
        ),
        DateColumn("placed_at", label=gettext_lazy("Placed"), sort_key="placed_at"),
        StateColumn("status", order_state, label=gettext_lazy("Status"), sort_key="status"),
        Column("recipient", label=gettext_lazy("Name"), accessor=_recipient),
        Column("email", label=gettext_lazy("E-mail"), sort_key="email"),
        Column("payment", label=gettext_lazy("Payment"), accessor=payment_label),
        MoneyColumn("total", label=gettext_lazy("Total"), sort_key="total"),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        action = self.construct_view(OrderActionView)
        return [
            *super().get_urlpatterns(),
            path("<int:pk>/as-sold/<int:line>/", as_sold, name="as_sold"),
            path("<int:pk>/<slug:action>/", action, name="action"),
        ]
