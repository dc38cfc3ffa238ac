"""One order in the admin: all that is known of it, and its pages as they were sold."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from wagtail.admin.views.generic import InspectView

from checkout import backorders, packing, payments, refunding
from checkout.admin.order_actions import CHANGE_ORDERS, actions_for
from checkout.admin.order_history import history_of
from checkout.admin.order_labels import order_state, payment_label
from checkout.admin.order_notes import NoteForm
from checkout.admin.payments import CHANGE_PAYMENTS
from checkout.admin.refunds import REFUND_ORDERS
from checkout.admin.returns import ANSWER_RETURNS, steps_for
from checkout.customers import others_of
from checkout.models import Invoice, Order, OrderLine
from checkout.readdressing import may_readdress

VIEW_ORDERS = "checkout.view_order"


class OrderInspectView(InspectView):
    template_name = "checkout/admin/order.html"
    header_icon = "form"

    def get_page_title(self) -> str:
        return _("Order")

    def get_object(self, queryset: Any = None) -> Order:
        refunded = Order.objects.being_refunded().filter(pk=OuterRef("pk"))
        disputed = Order.objects.disputed().filter(pk=OuterRef("pk"))
        orders = Order.objects.annotate(
            money_goes_back=Exists(refunded), is_in_dispute=Exists(disputed)
        )
        orders = orders.select_related("user", "coupon").prefetch_related(
            "lines__picture__renditions",
            "taxes",
            "addresses",
            "payments",
            "shipments",
            "emails",
            "events__actor",
            "notes__author",
            "tagged__tag",
        )
        return get_object_or_404(orders, pk=self.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.object
        return super().get_context_data(**kwargs) | {
            "order": order,
            "state": order_state(order),
            "provider": payment_label(order),
            "payments": [
                (payment, payment_label(payment), payments.dashboard_url(payment))
                for payment in order.payments.all()
            ],
            "disputes": [(one, payments.dashboard_url(one.payment)) for one in order.disputes],
            "may_accept": self.request.user.has_perm(CHANGE_PAYMENTS),
            "refunds": order.refunds,
            "may_refund": self.request.user.has_perm(REFUND_ORDERS),
            "may_refund_part": refunding.refundable(order) > 0,
            "returns": [
                (asked, steps_for(asked)) for asked in order.returns.prefetch_related("lines__line")
            ],
            "may_answer": self.request.user.has_perm(ANSWER_RETURNS),
            "may_change": self.request.user.has_perm(CHANGE_ORDERS),
            "invoice": Invoice.objects.filter(order=order).select_related("series").first(),
            "history": history_of(order),
            "others": others_of(order),
            "earlier_addresses": order.earlier_addresses,
            "note_form": NoteForm(order=order, auto_id="note_%s"),
            "may_readdress": may_readdress(order),
            "can_be_packed": bool(packing.printable([order])[0]),
            "waits_for": backorders.in_words(backorders.missing().get(order.pk, {})),
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
