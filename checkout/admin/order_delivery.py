"""Where an order goes, changed as long as it has not left."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from checkout import addresses
from checkout.address_fields import address_fields
from checkout.admin.order_actions import CHANGE_ORDERS
from checkout.admin.order_pages import OrderForm, OrderPage, Words
from checkout.readdressing import AddressIsFinal, may_readdress, readdress


class DeliveryForm(OrderForm):
    """Asks and checks as the checkout does. The country stays: tax and delivery hang on it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country = str(self.order.delivery_address.country)
        self.fields.update(address_fields(self.country))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, message in addresses.check(self.address()).items():
            if name in self.fields and name not in self.errors:
                self.add_error(name, message)
        return cleaned

    def address(self) -> dict[str, str]:
        return addresses.tidied(self.cleaned_data, self.country)


class DeliveryView(OrderPage):
    permission = CHANGE_ORDERS
    form_class = DeliveryForm
    page_title = gettext_lazy("Change the delivery address")
    button = gettext_lazy("Save the address")

    def get_initial(self) -> dict[str, Any]:
        return self.order.delivery_address.as_dict()

    def facts(self) -> list[tuple[Words, Words]]:
        country: Any = self.order.delivery_address.country
        stays = _("%(country)s, as ordered: another one would change delivery and tax.")
        return [(_("Country"), stays % {"country": country.name})]

    def get(self, request: HttpRequest) -> HttpResponse:
        if not may_readdress(self.order):
            return self.refuse(AddressIsFinal())
        return super().get(request)

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        readdress(self.order, form.address(), request.user)
        messages.success(
            request, _("The order goes to the new address. The invoice keeps the one it has.")
        )
        return self.back()
