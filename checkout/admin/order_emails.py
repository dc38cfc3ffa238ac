"""What staff do about an order's e-mails: send one again, write to another address."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import emails
from checkout.admin.order_pages import OrderForm, OrderPage, Words
from checkout.models import OrderEmail


class EmailAgainView(OrderPage):
    permission = "checkout.change_order"
    page_title = button = gettext_lazy("Send again")
    question = gettext_lazy("It says how the order is now, in the words that e-mails have now.")

    def prepare(self) -> None:
        self.email = get_object_or_404(OrderEmail, order=self.order, pk=self.kwargs["email"])

    def facts(self) -> Sequence[tuple[Words, Words]]:
        return [(_("E-mail"), self.email.get_kind_display()), (_("To"), self.order.email)]

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        emails.send_again(self.email, request.user)
        messages.success(request, _("The e-mail is on its way."))
        return self.back()


class AddressForm(OrderForm):
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    again = forms.BooleanField(
        label=gettext_lazy("Send what could not be delivered"), required=False, initial=True
    )


class AddressView(OrderPage):
    permission = "checkout.change_order"
    form_class = AddressForm
    page_title = gettext_lazy("Correct the e-mail address")
    question = gettext_lazy("Everything about this order goes there from now on.")

    def get_initial(self) -> dict[str, Any]:
        return {"email": self.order.email, "again": True}

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        values = form.cleaned_data
        changed = emails.correct_address(
            self.order, values["email"], again=values["again"], actor=request.user
        )
        if changed:
            messages.success(request, _("Saved."))
        else:
            messages.info(request, _("The address is as it was."))
        return self.back()
