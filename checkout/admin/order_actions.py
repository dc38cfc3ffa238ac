"""What staff do with an order. Each checks its own right and asks the shop's own functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import paying, payments, refunding, sending, settling
from checkout.admin.order_pages import OrderForm, OrderPage, Words
from checkout.admin.refunds import REFUND_ORDERS, RefundForm, refund_facts, refund_in_full
from checkout.admin.shipments import TrackingForm
from checkout.models import Order
from checkout.status import TRANSITIONS, OrderStatus, TransitionNotAllowed

CHANGE_ORDERS = "checkout.change_order"


def _always(order: Order) -> bool:
    return True


def _no_facts(order: Order) -> Sequence[tuple[Words, Words]]:
    return []


@dataclass(frozen=True)
class OrderAction:
    """`question` and `form` are asked first: for what must be known, or cannot be taken back.

    `otherwise` says why, where the status would allow it and it is not `possible`.
    """

    name: str
    label: Words
    icon: str
    permission: str
    after: OrderStatus
    run: Callable[[Order, Any, Any], object]
    done: Words
    question: Words = ""
    form: type[OrderForm] = OrderForm
    facts: Callable[[Order], Sequence[tuple[Words, Words]]] = _no_facts
    possible: Callable[[Order], bool] = _always
    otherwise: Callable[[Order], Exception] | None = None
    serious: bool = False

    @property
    def asks(self) -> bool:
        return bool(self.question) or self.form is not OrderForm

    def may(self, user: Any) -> bool:
        return bool(user.has_perm(self.permission))

    def fits(self, order: Order) -> bool:
        """Whether the order allows it; whether it still does is checked under lock."""
        return self._in_turn(order) and self.possible(order)

    def refusal(self, order: Order) -> Exception:
        if self.otherwise and self._in_turn(order):
            return self.otherwise(order)
        return TransitionNotAllowed(order.status, self.after)

    def _in_turn(self, order: Order) -> bool:
        return self.after in TRANSITIONS[OrderStatus(order.status)]


def awaits_transfer(order: Order) -> bool:
    payment = order.latest_payment
    return payment is not None and payments.get(payment.provider).confirmed_by_hand


def is_to_go(order: Order) -> bool:
    return order.is_to_go and not order.is_disputed and not order.shipments.exists()


def why_it_stays(order: Order) -> Exception:
    return sending.InDispute() if order.is_disputed else sending.BeingRefunded()


def has_money(order: Order) -> bool:
    return bool(refunding.refundable(order))


def _pay(order: Order, user: Any, form: OrderForm) -> None:
    settling.mark_paid_by_hand(order, user)


def _send(order: Order, user: Any, form: Any) -> None:
    sending.send(order, form.tracking(), user)


def _deliver(order: Order, user: Any, form: OrderForm) -> None:
    order.transition_to(OrderStatus.DELIVERED, actor=user)


def _cancel(order: Order, user: Any, form: OrderForm) -> None:
    paying.cancel(order, user)


ACTIONS = {
    action.name: action
    for action in (
        OrderAction(
            name="paid",
            label=gettext_lazy("Mark as paid"),
            icon="check",
            permission="checkout.change_payment",
            after=OrderStatus.PAID,
            run=_pay,
            done=gettext_lazy("Order %(number)s is paid. The invoice is on its way."),
            question=gettext_lazy(
                "Has the money arrived? The order is invoiced and the shopper gets an e-mail."
            ),
            possible=awaits_transfer,
        ),
        OrderAction(
            name="sent",
            label=gettext_lazy("Mark as sent"),
            icon="redirect",
            permission=CHANGE_ORDERS,
            after=OrderStatus.SENT,
            run=_send,
            done=gettext_lazy("Order %(number)s is sent. The customer gets an e-mail."),
            question=gettext_lazy(
                "The customer gets an e-mail that says so. Everything below may stay empty."
            ),
            form=TrackingForm,
            possible=is_to_go,
            otherwise=why_it_stays,
        ),
        OrderAction(
            name="delivered",
            label=gettext_lazy("Mark as delivered"),
            icon="tick-inverse",
            permission=CHANGE_ORDERS,
            after=OrderStatus.DELIVERED,
            run=_deliver,
            done=gettext_lazy("Order %(number)s is delivered."),
        ),
        OrderAction(
            name="cancel",
            label=gettext_lazy("Cancel the order"),
            icon="cross",
            permission=CHANGE_ORDERS,
            after=OrderStatus.CANCELLED,
            run=_cancel,
            done=gettext_lazy("Order %(number)s is cancelled. Its stock is free again."),
            question=gettext_lazy(
                "Cancel this order? Its stock goes back, it cannot be paid, and the customer gets "
                "an e-mail."
            ),
            serious=True,
        ),
        OrderAction(
            name="refund",
            label=gettext_lazy("Refund in full"),
            icon="resubmit",
            permission=REFUND_ORDERS,
            after=OrderStatus.REFUNDED,
            run=refund_in_full,
            done=gettext_lazy("The money of order %(number)s goes back: see under “Payment”."),
            question=gettext_lazy(
                "Give all of the money back? The customer gets an e-mail when it has gone."
            ),
            form=RefundForm,
            facts=refund_facts,
            possible=has_money,
            otherwise=refunding.NothingToRefund,
            serious=True,
        ),
    )
}


def actions_for(order: Order, user: Any) -> list[OrderAction]:
    return [action for action in ACTIONS.values() if action.may(user) and action.fits(order)]


class OrderActionView(OrderPage):
    def choose(self) -> None:
        if self.kwargs["action"] not in ACTIONS:
            raise Http404
        self.action = ACTIONS[self.kwargs["action"]]
        self.permission, self.form_class = self.action.permission, self.action.form
        self.page_title = self.button = self.action.label
        self.question, self.serious = self.action.question, self.action.serious

    def facts(self) -> Sequence[tuple[Words, Words]]:
        return self.action.facts(self.order)

    def get(self, request: HttpRequest) -> HttpResponse:
        if not self.action.fits(self.order):
            return self.refuse(self.action.refusal(self.order))
        return super().get(request)

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        self.action.run(self.order, request.user, form)
        messages.success(request, str(self.action.done) % {"number": self.order.number})
        return self.back()
