"""The small pages on which staff say what is to happen to an order. GET never changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout.documents.archive import DocumentSound
from checkout.holding import DoesNotCover, NotHeld
from checkout.models import Order
from checkout.payments.base import ProviderRefused, ProviderUnavailable
from checkout.readdressing import AddressIsFinal, TaxedElsewhere
from checkout.refunding import NothingToRefund, RefundSettled
from checkout.return_status import ReturnMovedOn
from checkout.sending import BeingRefunded, InDispute, SentOtherwise
from checkout.status import TransitionNotAllowed
from content.admin.permitted import PermittedPage
from products.stock import OutOfStock

Words = str | Promise

_REFUSALS: dict[type[Exception], Words] = {
    ProviderUnavailable: gettext_lazy(
        "The payment service did not answer. Nothing was changed: please try again."
    ),
    ProviderRefused: gettext_lazy(
        "The payment service refuses: the order may have been paid a moment ago."
    ),
    BeingRefunded: gettext_lazy(
        "The money of this order goes back, or its customer has withdrawn: it must not be sent."
    ),
    NothingToRefund: gettext_lazy(
        "Nothing was refunded: the sum has changed, or the money is on its way back already."
    ),
    NotHeld: gettext_lazy("Somebody has decided about this payment already. Nothing was changed."),
    DoesNotCover: gettext_lazy(
        "It is less than the order, or in another currency: it cannot pay for it."
    ),
    InDispute: gettext_lazy(
        "The customer’s bank asks for the money back: do not send it before that is decided."
    ),
    RefundSettled: gettext_lazy("This refund has moved on. Nothing was changed."),
    AddressIsFinal: gettext_lazy("The address stays: the order has left, or comes to nothing."),
    TaxedElsewhere: gettext_lazy(
        "The address stays: tax and delivery are others there. Cancel the order and place it anew."
    ),
    DocumentSound: gettext_lazy("Nothing is wrong with this document: it was left as it is."),
    ReturnMovedOn: gettext_lazy(
        "This return has moved on, or is a withdrawal, which cannot be refused. Nothing was "
        "changed."
    ),
    SentOtherwise: gettext_lazy(
        "It was sent under another tracking number. Change that on the order’s page."
    ),
}
REFUSALS: tuple[type[Exception], ...] = (*_REFUSALS, OutOfStock, TransitionNotAllowed)


class OrderForm(forms.Form):
    """What has to be known before something happens to `order`."""

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        self.order = order
        super().__init__(*args, **kwargs)


class OrderPage(PermittedPage):
    """Asks, then does it once. A subclass says who may, what is asked and what is done."""

    template_name = "checkout/admin/order_page.html"
    header_icon = "form"
    form_class: type[OrderForm] = OrderForm
    button: Words = gettext_lazy("Save")
    question: Words = ""
    serious: bool = False

    def dispatch(
        self, request: HttpRequest, *args: Any, pk: int, **kwargs: Any
    ) -> HttpResponseBase:
        self.choose()
        self.refuse_others()
        self.order = get_object_or_404(Order, pk=pk)
        self.prepare()
        return super().dispatch(request)

    def choose(self) -> None:
        """What the address asks for, in `kwargs`, before rights are looked at. Raises Http404."""

    def prepare(self) -> None:
        """What the address names beside the order, in `kwargs`. Raises Http404."""

    def get_initial(self) -> dict[str, Any]:
        return {}

    def facts(self) -> Sequence[tuple[Words, Words]]:
        """What to know before answering."""
        return []

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        """Do it. Whatever of `REFUSALS` this raises is explained on the order's page."""
        raise NotImplementedError

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.ask(self.form_class(order=self.order, initial=self.get_initial()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.form_class(request.POST, order=self.order)
        if not form.is_valid():
            return self.ask(form, status=422)
        try:
            return self.run(request, form)
        except REFUSALS as refusal:
            return self.refuse(refusal)

    def ask(self, form: OrderForm, status: int = 200) -> HttpResponse:
        context = self.get_context_data(
            order=self.order,
            form=form,
            facts=self.facts(),
            question=self.question,
            button=self.button,
            serious=self.serious,
        )
        return self.render_to_response(context, status=status)

    def refuse(self, refusal: Exception) -> HttpResponse:
        messages.error(self.request, explain(refusal, self.order))
        return self.back()

    def back(self) -> HttpResponse:
        return redirect("orders:inspect", self.order.pk)

    def get_page_subtitle(self) -> str:
        return self.order.number

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": reverse("orders:inspect", args=[self.order.pk]), "label": self.order.number},
            {"url": "", "label": str(self.get_page_title())},
        ]


def explain(refusal: Exception, order: Order) -> str:
    """Any of `REFUSALS`, as staff read it."""
    if isinstance(refusal, OutOfStock):
        return _("Not enough in stock any more: %(short)s. Nothing was changed.") % {
            "short": _units_left(refusal)
        }
    if isinstance(refusal, TransitionNotAllowed):
        order.refresh_from_db()
        return _("This cannot be done: the order is “%(status)s” now.") % {
            "status": order.get_status_display()
        }
    return str(_REFUSALS[type(refusal)])


def _units_left(short: OutOfStock) -> str:
    return ", ".join(
        _("%(sku)s (%(left)d left)") % {"sku": code, "left": left}
        for code, left in sorted(short.available.items())
    )
