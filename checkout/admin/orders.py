"""The orders, for those who pack them and answer for them: found, read, moved on."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView
from wagtail.admin.widgets.button import Button, HeaderButton

from checkout.admin.bookkeeping import BookkeepingView
from checkout.admin.documents import DocumentView
from checkout.admin.in_bulk import BulkAction, DeliverManyView, bulk_actions_for
from checkout.admin.order_actions import CHANGE_ORDERS, OrderActionView
from checkout.admin.order_delivery import DeliveryView
from checkout.admin.order_emails import AddressView, EmailAgainView
from checkout.admin.order_exports import LineExportMixin, OrderExportMixin
from checkout.admin.order_filters import OrderFilterSet, ToDo
from checkout.admin.order_inspect import OrderInspectView, as_sold
from checkout.admin.order_labels import note_facts, order_state, payment_label
from checkout.admin.order_notes import NoteView, TagsView
from checkout.admin.order_search import matching
from checkout.admin.packing import print_packing
from checkout.admin.payments import PaymentView
from checkout.admin.periods import SEE_BOOKS
from checkout.admin.refund_parts import RefundPartView
from checkout.admin.refunds import RefundView
from checkout.admin.returns import ReturnRefundView, ReturnView
from checkout.admin.revenue import RevenueView
from checkout.admin.sending_many import SendManyView
from checkout.admin.shipments import ShipmentView
from checkout.admin.tracking_upload import TrackingUploadView
from checkout.backorders import note_missing
from checkout.models import Order, OrderAddress
from products.admin.columns import MoneyColumn, StateColumn
from products.admin.records import RecordViewSet


class TickColumn(BaseColumn):
    """Chooses orders for what is done to many at once. All of them at once needs JavaScript."""

    header_template_name = "checkout/admin/tick_header.html"
    cell_template_name = "checkout/admin/tick_cell.html"


class OrderIndexView(OrderExportMixin, IndexView):
    results_template_name = "checkout/admin/orders_results.html"

    def get_base_queryset(self) -> QuerySet[Order]:
        return Order.objects.prefetch_related("addresses")

    @cached_property
    def is_searchable(self) -> bool:
        return True

    def search_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        if self.is_searching:
            return queryset.filter(matching(self.search_query.strip()))
        return queryset.none() if self.request.GET.get("q", "").strip() else queryset

    def filter_queryset(self, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """A filter that makes no sense finds nothing: an export of everything would surprise."""
        if not self.filters.is_valid():
            return queryset.none()
        return super().filter_queryset(queryset)

    @cached_property
    def header_buttons(self) -> list[Any]:
        buttons = [HeaderButton(_("To pack"), url=listing_of(ToDo.PACK), icon_name="tasks")]
        if self.request.user.has_perm(CHANGE_ORDERS):
            url = reverse("orders:tracking")
            buttons.append(HeaderButton(_("Tracking numbers"), url=url, icon_name="upload"))
        return buttons

    @cached_property
    def bulk_actions(self) -> list[BulkAction]:
        return bulk_actions_for(self.request.user)

    @cached_property
    def columns(self) -> list[Any]:
        columns = list(super().columns)
        return [TickColumn("tick", label=""), *columns] if self.bulk_actions else columns

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if not self.is_export:
            note_facts(context["object_list"])
            note_missing(context["object_list"])
        return context | {"bulk_actions": self.bulk_actions}

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        query = self.request.GET.copy()
        buttons = list(super().header_more_buttons)
        if self.request.user.has_perm(SEE_BOOKS):
            url = reverse("orders:bookkeeping")
            buttons.append(Button(_("Bookkeeping"), url=url, icon_name="table", priority=120))
        for kind in self.FORMATS:
            query["export"] = kind
            label = _("Download the lines as %(kind)s") % {"kind": kind.upper()}
            url = f"{reverse('orders:lines')}?{query.urlencode()}"
            buttons.append(Button(label, url=url, icon_name="download", priority=110))
        return buttons


class OrderLinesView(LineExportMixin, OrderIndexView):
    """The same listing, by lines, as a spreadsheet only."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.is_export:
            return redirect("orders:index")
        return super().get(request, *args, **kwargs)


def listing_of(what: ToDo) -> str:
    """Those that wait longest come first."""
    return f"{reverse('orders:index')}?todo={what.value}&ordering=placed_at"


class RecipientColumn(Column):
    """Who it goes to, and where."""

    cell_template_name = "checkout/admin/recipient_cell.html"

    def get_value(self, instance: Order) -> OrderAddress:
        return instance.delivery_address


class OrderStateColumn(StateColumn):
    """With what a paid order still waits for."""

    cell_template_name = "checkout/admin/state_cell.html"


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
            "number",
            label=gettext_lazy("Number"),
            url_name="orders:inspect",
            sort_key="number",
            classname="order-number",
        ),
        DateColumn("placed_at", label=gettext_lazy("Placed"), sort_key="placed_at"),
        OrderStateColumn("status", order_state, label=gettext_lazy("Status"), sort_key="status"),
        RecipientColumn("recipient", label=gettext_lazy("To")),
        Column("units", label=gettext_lazy("Units"), classname="number"),
        Column("shipping_method", label=gettext_lazy("Delivery method")),
        Column("payment", label=gettext_lazy("Payment"), accessor=payment_label),
        MoneyColumn("total", label=gettext_lazy("Total"), sort_key="total"),
    ]

    # The view's own; a viewset hands its empty list down otherwise.
    list_export = OrderExportMixin.list_export
    export_headings = OrderExportMixin.export_headings
    export_filename = OrderExportMixin.export_filename

    def get_urlpatterns(self) -> list[URLPattern]:
        by_line = self.get_index_view_kwargs() | {
            "list_export": LineExportMixin.list_export,
            "export_headings": LineExportMixin.export_headings,
            "export_filename": LineExportMixin.export_filename,
        }
        lines = self.construct_view(OrderLinesView, **by_line)
        action = self.construct_view(OrderActionView)
        refund = self.construct_view(RefundView)
        refund_return = self.construct_view(ReturnRefundView)
        payment = self.construct_view(PaymentView)
        shipment = self.construct_view(ShipmentView)
        return [
            *super().get_urlpatterns(),
            path("lines/", lines, name="lines"),
            path("send/", self.construct_view(SendManyView), name="send_many"),
            path("packing/", print_packing, name="packing"),
            path("deliver/", self.construct_view(DeliverManyView), name="deliver_many"),
            path("revenue/", self.construct_view(RevenueView), name="revenue"),
            path("bookkeeping/", self.construct_view(BookkeepingView), name="bookkeeping"),
            path("tracking/", self.construct_view(TrackingUploadView), name="tracking"),
            path("<int:pk>/as-sold/<int:line>/", as_sold, name="as_sold"),
            path("<int:pk>/emails/<int:email>/", self.construct_view(EmailAgainView), name="email"),
            path("<int:pk>/address/", self.construct_view(AddressView), name="address"),
            path("<int:pk>/shipments/<int:shipment>/", shipment, name="shipment"),
            path("<int:pk>/payments/<int:payment>/<slug:step>/", payment, name="payment"),
            path("<int:pk>/refunds/<int:refund>/<slug:step>/", refund, name="refund"),
            path(
                "<int:pk>/documents/<slug:number>/",
                self.construct_view(DocumentView),
                name="document",
            ),
            path("<int:pk>/refund-part/", self.construct_view(RefundPartView), name="refund_part"),
            path("<int:pk>/returns/<int:asked>/refund/", refund_return, name="return_refund"),
            path(
                "<int:pk>/returns/<int:asked>/<slug:step>/",
                self.construct_view(ReturnView),
                name="return",
            ),
            path("<int:pk>/note/", self.construct_view(NoteView), name="note"),
            path("<int:pk>/tags/", self.construct_view(TagsView), name="tags"),
            path("<int:pk>/delivery/", self.construct_view(DeliveryView), name="delivery"),
            path("<int:pk>/<slug:action>/", action, name="action"),
        ]
