"""A payment that does not match its order: staff take it or send it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import holding
from checkout.admin.order_pages import OrderPage, Words
from checkout.admin.refunds import REFUND_ORDERS, way_back
from checkout.models import Payment
from products.money import format_money

CHANGE_PAYMENTS = "checkout.change_payment"


@dataclass(frozen=True)
class PaymentStep:
    """What staff do with a payment that is held."""

    title: Words
    question: Words
    permission: str
    run: Callable[[Payment, Any], None]
    done: Words
    back: Callable[[Payment], Decimal]
    serious: bool = False


STEPS = {
    "accept": PaymentStep(
        title=gettext_lazy("Accept the payment"),
        question=gettext_lazy(
            "Is this money meant for the order? It is marked as paid and invoiced, and whatever is "
            "above the total goes back."
        ),
        permission=CHANGE_PAYMENTS,
        run=holding.accept,
        done=gettext_lazy("The payment is accepted."),
        back=lambda payment: payment.came_in - payment.amount,
    ),
    "return": PaymentStep(
        title=gettext_lazy("Send the payment back"),
        question=gettext_lazy(
            "Send all of it back? The order is not paid by it, and the customer gets an e-mail."
        ),
        permission=REFUND_ORDERS,
        run=holding.send_back,
        done=gettext_lazy("The payment goes back: see under “Payment”."),
        back=lambda payment: payment.left,
        serious=True,
    ),
}


class PaymentView(OrderPage):
    def choose(self) -> None:
        if self.kwargs["step"] not in STEPS:
            raise Http404
        self.step = STEPS[self.kwargs["step"]]
        self.permission, self.serious = self.step.permission, self.step.serious
        self.page_title = self.button = self.step.title
        self.question = self.step.question

    def prepare(self) -> None:
        mine = Payment.objects.filter(order=self.order)
        self.payment = get_object_or_404(mine, pk=self.kwargs["payment"])

    def facts(self) -> Sequence[tuple[Words, Words]]:
        payment = self.payment
        return [
            (_("Asked for"), format_money(payment.amount, payment.currency)),
            (_("Received"), received(payment)),
            *self._goes_back(),
            (_("Customer"), self.order.email),
        ]

    def _goes_back(self) -> Sequence[tuple[Words, Words]]:
        amount = self.step.back(self.payment)
        if amount <= 0:
            return []
        currency = self.payment.received_currency or self.payment.currency
        sum_ = format_money(amount, currency)
        return [(_("Goes back"), f"{sum_} {way_back(self.payment)}")]

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        self.step.run(self.payment, request.user)
        messages.success(request, self.step.done)
        return self.back()


def received(payment: Payment) -> str:
    """What came instead. Without a known currency, the bare number."""
    if payment.received_currency:
        return format_money(payment.came_in, payment.received_currency)
    return f"{payment.came_in:f}"
