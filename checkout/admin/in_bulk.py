"""One thing done to a selection of orders: each by itself, so that one refusal stops no other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from checkout import status
from checkout.admin.order_actions import CHANGE_ORDERS
from checkout.admin.order_inspect import VIEW_ORDERS
from checkout.admin.order_pages import REFUSALS, explain
from checkout.models import Order
from checkout.status import OrderStatus
from content.admin.permitted import PermittedPage
from products.admin.records import came_from

Words = str | Promise
MAX_ORDERS = 100


@dataclass(frozen=True)
class BulkAction:
    """A button below the listing. Its view gets the orders as `?order=1&order=2`."""

    url_name: str
    label: Words
    icon: str
    permission: str


BULK_ACTIONS = [
    BulkAction(
        "orders:packing",
        gettext_lazy("Print packing slips"),
        icon="doc-full",
        permission=VIEW_ORDERS,
    ),
    BulkAction(
        "orders:send_many", gettext_lazy("Mark as sent"), icon="redirect", permission=CHANGE_ORDERS
    ),
    BulkAction(
        "orders:deliver_many",
        gettext_lazy("Mark as delivered"),
        icon="tick-inverse",
        permission=CHANGE_ORDERS,
    ),
]


def bulk_actions_for(user: Any) -> list[BulkAction]:
    return [action for action in BULK_ACTIONS if user.has_perm(action.permission)]


def chosen_orders(query: QueryDict) -> list[Order]:
    """Those ticked in the listing, the oldest first. What is no order is left out."""
    wanted = {int(pk) for pk in query.getlist("order") if pk.isascii() and pk.isdecimal()}
    wanted = {pk for pk in wanted if pk < 2**63}
    orders = Order.objects.filter(pk__in=sorted(wanted)[: MAX_ORDERS + 1])
    return list(orders.prefetch_related("addresses", "lines").order_by("placed_at", "pk"))


def selection_problem(orders: Sequence[Order]) -> str:
    """Why nothing can be done with these; empty where something can."""
    if not orders:
        return _("Choose orders first: tick the boxes beside them.")
    if len(orders) > MAX_ORDERS:
        return _("Choose %(n)d orders at most.") % {"n": MAX_ORDERS}
    return ""


@dataclass(frozen=True)
class Result:
    """What became of one order. `refusal` is empty where it was done."""

    order: Order
    refusal: str = ""


def to_each(orders: Iterable[Order], do: Callable[[Order], object]) -> list[Result]:
    """`do` brings its own transaction. What it refuses is said with the order."""
    return [_result(order, do) for order in orders]


def _result(order: Order, do: Callable[[Order], object]) -> Result:
    try:
        do(order)
    except REFUSALS as refusal:
        return Result(order, explain(refusal, order))
    return Result(order)


class BulkPage(PermittedPage):
    """Shows the selection and asks, then does it. Refused orders are shown again, with the why."""

    template_name = "checkout/admin/bulk_page.html"
    header_icon = "form"
    permission = CHANGE_ORDERS
    question: Words = ""

    def done(self, count: int) -> str:
        """What is said of the orders that went through."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.refuse_others()
        sent = request.POST if request.method == "POST" else request.GET
        self.next = came_from(request, reverse("orders:index"))
        self.orders = chosen_orders(sent)
        if problem := selection_problem(self.orders):
            messages.error(request, problem)
            return redirect(self.next)
        return super().dispatch(request, *args, **kwargs)

    def check(self, order: Order) -> None:
        """Raises what doing it would raise now. Whether it still does is seen under lock."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        results = to_each(self.orders, self.check)
        fitting = [result.order for result in results if not result.refusal]
        return self.ask(fitting, refused=[result for result in results if result.refusal])

    def finish(self, results: Sequence[Result]) -> HttpResponse:
        """Back to the listing; where some were refused, they are named here, one by one."""
        refused = [result for result in results if result.refusal]
        if len(refused) < len(results):
            messages.success(self.request, self.done(len(results) - len(refused)))
        if not refused:
            return redirect(self.next)
        messages.error(
            self.request,
            ngettext(
                "%(n)d order was left as it is: see below.",
                "%(n)d orders were left as they are: see below.",
                len(refused),
            )
            % {"n": len(refused)},
        )
        return self.render_to_response(self.get_context_data(refused=refused), status=409)

    def ask(self, orders: Sequence[Order], code: int = 200, **context: Any) -> HttpResponse:
        context = self.get_context_data(orders=orders, **context)
        return self.render_to_response(context, status=code)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            next=self.next, question=self.question, button=self.page_title, **kwargs
        )

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": "", "label": str(self.get_page_title())},
        ]


class DeliverManyView(BulkPage):
    page_title = gettext_lazy("Mark as delivered")
    question = gettext_lazy("Have these arrived? No e-mail is sent.")

    def check(self, order: Order) -> None:
        status.check(order.status, OrderStatus.DELIVERED)

    def post(self, request: HttpRequest) -> HttpResponse:
        def deliver(order: Order) -> None:
            order.transition_to(OrderStatus.DELIVERED, actor=request.user)

        return self.finish(to_each(self.orders, deliver))

    def done(self, count: int) -> str:
        return ngettext("%(n)d order is delivered.", "%(n)d orders are delivered.", count) % {
            "n": count
        }
