"""What staff do with an order. Each checks its own right and asks the shop's own functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from checkout import paying, payments, settling
from checkout.models import Order
from checkout.payments.base import ProviderRefused, ProviderUnavailable
from checkout.status import TRANSITIONS, OrderStatus, TransitionNotAllowed
from products.stock import OutOfStock


@dataclass(frozen=True)
class OrderAction:
    """`question` is asked first where the press of a button could not be taken back."""

    name: str
    label: str | Promise
    icon: str
    permission: str
    after: OrderStatus
    run: Callable[[Order, Any], None]
    done: str | Promise
    question: str | Promise = ""
    serious: bool = False

    def may(self, user: Any) -> bool:
        return bool(user.has_perm(self.permission))

    def fits(self, order: Order) -> bool:
        """Whether the order's status allows it; whether it still does is checked under lock."""
        if self.after not in TRANSITIONS[OrderStatus(order.status)]:
            return False
        if self.after == OrderStatus.PAID:
            return awaits_transfer(order)
        return True


def awaits_transfer(order: Order) -> bool:
    payment = order.latest_payment
    return payment is not None and payments.get(payment.provider).confirmed_by_hand


def _send(order: Order, user: Any) -> None:
    order.transition_to(OrderStatus.SENT, actor=user)


def _deliver(order: Order, user: Any) -> None:
    order.transition_to(OrderStatus.DELIVERED, actor=user)


ACTIONS = {
    action.name: action
    for action in (
        OrderAction(
            name="paid",
            label=gettext_lazy("Mark as paid"),
            icon="check",
            permission="checkout.change_payment",
            after=OrderStatus.PAID,
            run=settling.mark_paid_by_hand,
            done=gettext_lazy("Order %(number)s is paid. The invoice is on its way."),
            question=gettext_lazy(
                "Has the money arrived? The order is invoiced and the shopper gets an e-mail."
            ),
        ),
        OrderAction(
            name="sent",
            label=gettext_lazy("Mark as sent"),
            icon="redirect",
            permission="checkout.change_order",
            after=OrderStatus.SENT,
            run=_send,
            done=gettext_lazy("Order %(number)s is sent."),
        ),
        OrderAction(
            name="delivered",
            label=gettext_lazy("Mark as delivered"),
            icon="tick-inverse",
            permission="checkout.change_order",
            after=OrderStatus.DELIVERED,
            run=_deliver,
            done=gettext_lazy("Order %(number)s is delivered."),
        ),
        OrderAction(
            name="cancel",
            label=gettext_lazy("Cancel the order"),
            icon="cross",
            permission="checkout.change_order",
            after=OrderStatus.CANCELLED,
            run=paying.cancel,
            done=gettext_lazy("Order %(number)s is cancelled. Its stock is free again."),
            question=gettext_lazy("Cancel this order? Its stock goes back, and it cannot be paid."),
            serious=True,
        ),
    )
}


def actions_for(order: Order, user: Any) -> list[OrderAction]:
    return [action for action in ACTIONS.values() if action.may(user) and action.fits(order)]


class OrderActionView(WagtailAdminTemplateMixin, View):
    """GET asks where there is a question, POST does it. GET never changes anything."""

    template_name = "checkout/admin/confirm_action.html"
    header_icon = "form"

    def dispatch(self, request: HttpRequest, pk: int, action: str) -> Any:
        if action not in ACTIONS:
            raise Http404
        self.action = ACTIONS[action]
        if not self.action.may(request.user):
            raise PermissionDenied
        self.order = get_object_or_404(Order, pk=pk)
        return super().dispatch(request)

    def get_page_title(self) -> str:
        return str(self.action.label)

    def get_page_subtitle(self) -> str:
        return self.order.number

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return []

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.action.fits(self.order):
            return self._refuse(TransitionNotAllowed(self.order.status, self.action.after))
        context = self.get_context_data(order=self.order, action=self.action)
        return self.render_to_response(context)

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            self.action.run(self.order, request.user)
        except (
            TransitionNotAllowed,
            OutOfStock,
            ProviderUnavailable,
            ProviderRefused,
        ) as error:
            return self._refuse(error)
        messages.success(request, str(self.action.done) % {"number": self.order.number})
        return redirect("orders:inspect", self.order.pk)

    def _refuse(self, error: Exception) -> HttpResponse:
        messages.error(self.request, self._explain(error))
        return redirect("orders:inspect", self.order.pk)

    def _explain(self, error: Exception) -> str:
        if isinstance(error, OutOfStock):
            short = ", ".join(
                _("%(sku)s (%(left)d left)") % {"sku": code, "left": left}
                for code, left in sorted(error.available.items())
            )
            return _("Not enough in stock any more: %(short)s. Nothing was changed.") % {
                "short": short
            }
        if isinstance(error, ProviderUnavailable):
            return _("The payment service did not answer. Nothing was changed: please try again.")
        if isinstance(error, ProviderRefused):
            return _("The payment service refuses: the order may have been paid a moment ago.")
        self.order.refresh_from_db()
        return _("This cannot be done: the order is “%(status)s” now.") % {
            "status": self.order.get_status_display()
        }
