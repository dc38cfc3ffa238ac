"""Handing many orders over at once: ticked in the listing, or named by a carrier's file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy, ngettext

from checkout import sending
from checkout.admin.in_bulk import BulkPage, to_each
from checkout.admin.order_pages import OrderForm
from checkout.admin.shipments import TrackingForm
from checkout.carriers import Carrier
from checkout.models import Order, Tracking


class CarrierForm(forms.Form):
    """The carrier of all that name no other."""

    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"),
        choices=[("", gettext_lazy("Not said")), *Carrier.choices],
        required=False,
    )
    carrier_name = forms.CharField(
        label=gettext_lazy("Name of another carrier"), max_length=60, required=False
    )


class ParcelForm(OrderForm):
    """One row: what is typed here is checked as on the order's own page."""

    number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=64,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"),
        choices=[("", gettext_lazy("As above")), *Carrier.choices],
        required=False,
    )

    def __init__(self, *args: Any, order: Order, **kwargs: Any) -> None:
        super().__init__(*args, order=order, prefix=str(order.pk), **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{self.fields[name].label}: {order.number}"

    def read(self, above: Mapping[str, str]) -> Tracking | None:
        """None where something is wrong; then the errors stand beside the fields."""
        if not self.is_valid():
            return None
        carrier = self.cleaned_data["carrier"] or above["carrier"]
        name = above["carrier_name"] if carrier in ("", Carrier.OTHER) else ""
        number = self.cleaned_data["number"]
        values = {"number": number, "carrier": carrier, "carrier_name": name}
        checked = TrackingForm(values, order=self.order)
        if checked.is_valid():
            return checked.tracking()
        for field, messages in checked.errors.items():
            self.add_error(field if field in self.fields else "carrier", list(messages))
        return None


class SendManyView(BulkPage):
    page_title = gettext_lazy("Mark as sent")
    template_name = "checkout/admin/send_many.html"
    question = gettext_lazy(
        "Each customer gets an e-mail that says so. Carriers and tracking numbers may stay empty."
    )

    def check(self, order: Order) -> None:
        sending.check(order)

    def ask(self, orders: Sequence[Order], code: int = 200, **context: Any) -> HttpResponse:
        blank = {"rows": [ParcelForm(order=order) for order in orders], "form": CarrierForm()}
        return super().ask(orders, code, **(blank | context))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = CarrierForm(request.POST)
        rows = [ParcelForm(request.POST, order=order) for order in self.orders]
        found = (
            {row.order.pk: row.read(form.cleaned_data) for row in rows} if form.is_valid() else {}
        )
        if not found or None in found.values():
            return self.ask(self.orders, 422, rows=rows, form=form)

        def send(order: Order) -> None:
            sending.send(order, found[order.pk] or Tracking(), request.user)

        return self.finish(to_each(self.orders, send))

    def done(self, count: int) -> str:
        return ngettext(
            "%(n)d order is sent. The customer gets an e-mail.",
            "%(n)d orders are sent. Each customer gets an e-mail.",
            count,
        ) % {"n": count}
