"""Giving money back: the question, and what staff do where a provider refused or there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import payments, refunding
from checkout.admin.order_pages import OrderForm, OrderPage, Words
from checkout.models import Order, Payment, Refund
from products.money import format_money

REFUND_ORDERS = "checkout.add_refund"

_WAYS = {
    "stripe": gettext_lazy("through Stripe, back to the card or account that paid"),
    "demo": gettext_lazy("nowhere: the payment was a demonstration, and no money moves"),
}
_BY_HAND = gettext_lazy(
    "by hand: send it from the shop’s bank to the customer’s account, then say so here"
)


def way_back(payment: Payment) -> Words:
    """Where the money of a payment goes."""
    if payments.get(payment.provider).confirmed_by_hand:
        return _BY_HAND
    return _WAYS.get(payment.provider) or payments.get(payment.provider).label


class RefundForm(OrderForm):
    """`expected` is the sum that the page showed: another one is asked about anew."""

    expected = forms.DecimalField(widget=forms.HiddenInput)
    restock = forms.BooleanField(label=gettext_lazy("Put the goods back on the shelf"))
    note = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The customer reads this in the e-mail."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        restock = self.fields["restock"]
        restock.required = False
        if self.order.was_handed_over:
            restock.help_text = _("Only if they have come back: the order was sent.")
        else:
            restock.initial = True
            restock.help_text = _("The order has not been sent: they are still here.")
        self.fields["expected"].initial = refunding.refundable(self.order)


def refund_in_full(order: Order, user: Any, form: Any) -> None:
    answers = form.cleaned_data
    refunding.refund_in_full(
        order, answers["expected"], restock=answers["restock"], note=answers["note"], actor=user
    )


def refund_facts(order: Order) -> Sequence[tuple[Words, Words]]:
    amount = format_money(refunding.refundable(order), order.currency)
    paid = [payment for payment in order.payments.all() if payment.refundable]
    ways = [
        (
            _("Goes back"),
            f"{format_money(payment.refundable, payment.currency)} {way_back(payment)}",
        )
        for payment in paid
    ]
    return [(_("Amount"), amount), *ways, (_("Customer"), order.email)]


@dataclass(frozen=True)
class RefundStep:
    """What staff do with a refund that waits for them."""

    title: Words
    question: Words
    run: Callable[[Refund, Any], None]
    done: Words


STEPS = {
    "again": RefundStep(
        title=gettext_lazy("Try the refund again"),
        question=gettext_lazy("Ask the payment service once more to send this money back?"),
        run=refunding.try_again,
        done=gettext_lazy("The payment service is asked again."),
    ),
    "made": RefundStep(
        title=gettext_lazy("I have sent the money"),
        question=gettext_lazy(
            "Have you sent this money back? The order is marked as refunded and the customer "
            "gets an e-mail."
        ),
        run=refunding.confirm_by_hand,
        done=gettext_lazy("Noted. The customer gets an e-mail."),
    ),
}


class RefundView(OrderPage):
    permission = REFUND_ORDERS

    def choose(self) -> None:
        if self.kwargs["step"] not in STEPS:
            raise Http404
        self.step = STEPS[self.kwargs["step"]]
        self.page_title = self.button = self.step.title
        self.question = self.step.question

    def prepare(self) -> None:
        mine = Refund.objects.select_related("payment__order").filter(payment__order=self.order)
        self.refund = get_object_or_404(mine, pk=self.kwargs["refund"])

    def facts(self) -> Sequence[tuple[Words, Words]]:
        amount = format_money(self.refund.amount, self.refund.payment.currency)
        reason = self.refund.get_reason_display()
        known = [(_("Amount"), amount), (_("Why"), reason), (_("Customer"), self.order.email)]
        if self.refund.last_error:
            known.append((_("The payment service said"), self.refund.last_error))
        return known

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        self.step.run(self.refund, request.user)
        messages.success(request, self.step.done)
        return self.back()
