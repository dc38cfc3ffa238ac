"""The form in which staff write down how a parcel can be followed, now and corrected later."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import sending
from checkout.admin.order_pages import OrderForm, OrderPage
from checkout.carriers import Carrier
from checkout.models import Shipment, Tracking

_valid_number = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$",
    gettext_lazy("Use letters, digits, spaces, hyphens, dots and slashes."),
)


class TrackingForm(OrderForm):
    carrier = forms.ChoiceField(
        label=gettext_lazy("Carrier"),
        choices=[("", gettext_lazy("Not said")), *Carrier.choices],
        required=False,
    )
    carrier_name = forms.CharField(
        label=gettext_lazy("Name of another carrier"), max_length=60, required=False
    )
    number = forms.CharField(
        label=gettext_lazy("Tracking number"),
        max_length=64,
        required=False,
        validators=[_valid_number],
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    url = forms.URLField(
        label=gettext_lazy("Address of the tracking page"),
        max_length=500,
        required=False,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=gettext_lazy("Only if it is not the carrier’s usual page: we know those."),
    )

    def clean_number(self) -> str:
        """As carriers print it in groups, so people type it; it is one word."""
        return "".join(self.cleaned_data["number"].split())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        name, carrier = values.get("carrier_name"), values.get("carrier")
        if carrier == Carrier.OTHER and not name:
            raise ValidationError({"carrier_name": _("Which carrier is it?")})
        if name and not carrier:
            values["carrier"] = Carrier.OTHER.value
        elif name and carrier != Carrier.OTHER:
            raise ValidationError(
                {"carrier_name": _("Leave this empty, or choose “Another carrier” above.")}
            )
        return values

    def tracking(self) -> Tracking:
        fields = ("carrier", "carrier_name", "number", "url")
        return Tracking(*(self.cleaned_data[field] for field in fields))


class CorrectionForm(TrackingForm):
    tell = forms.BooleanField(
        label=gettext_lazy("Send the customer the e-mail once more"), required=False
    )


class ShipmentView(OrderPage):
    """Correct how a parcel that is on its way can be followed."""

    permission = "checkout.change_order"
    form_class = CorrectionForm
    page_title = gettext_lazy("Change the tracking")
    button = gettext_lazy("Save")

    def prepare(self) -> None:
        shipments = Shipment.objects.filter(order=self.order)
        self.shipment = get_object_or_404(shipments, pk=self.kwargs["shipment"])

    def get_initial(self) -> dict[str, Any]:
        fields = ("carrier", "carrier_name", "number", "url")
        return {field: getattr(self.shipment, field) for field in fields}

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        tell = form.cleaned_data["tell"]
        changed = sending.correct(self.shipment, form.tracking(), tell=tell, actor=request.user)
        if tell:
            messages.success(request, _("Saved. The customer gets the e-mail once more."))
        elif changed:
            messages.success(request, _("Saved. No e-mail was sent."))
        else:
            messages.info(request, _("Nothing has changed."))
        return self.back()
