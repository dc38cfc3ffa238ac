from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries as all_countries

from basket.basket import Basket
from checkout import addresses, payments
from checkout.address_fields import address_fields
from checkout.models import ShippingMethod
from checkout.placing import Details
from checkout.quote import ShippingChoice, countries_served, shipping_choices, totals_of
from checkout.tax import Destination
from checkout.totals import Totals
from content.models import ShopSettings
from products.money import format_money, shop_currency


class CheckoutForm(forms.Form):
    """Everything a shop must know to deliver and be paid, asked on one page.

    Which address fields there are depends on the country chosen. Amounts are never read from
    the browser: `seen_total` is only compared, so that nobody pays a total they did not see.
    """

    key = forms.UUIDField(widget=forms.HiddenInput)
    seen_total = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "enterkeyhint": "next"}),
        help_text=_("For the confirmation and the invoice."),
        error_messages={"required": _("Enter your e-mail address.")},
    )
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
        help_text=_("Only if the carrier has a question about the delivery."),
    )
    billing_same = forms.BooleanField(
        label=_("The invoice goes to the same address"), required=False, initial=True
    )
    method = forms.ChoiceField(
        label=_("Delivery"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how we deliver.")},
    )
    payment = forms.ChoiceField(
        label=_("Payment"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you pay.")},
    )
    note = forms.CharField(
        label=_("A note for us"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(
        self, *args: Any, basket: Basket, shop: ShopSettings, user: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.basket, self.shop = basket, shop
        self.served = countries_served()
        self.initial = {**self._defaults(user), **(self.initial or {})}
        self.country = self._country("delivery")
        self.billing_country = self._country("billing")
        self._add_address("delivery", self.country)
        self._add_address("billing", self.billing_country)
        self._offer_methods()
        self._offer_payments(user)
        if not self.billing_is_asked():
            for name in self.address_fields("billing"):
                self.fields[name].required = False

    def _defaults(self, user: Any) -> dict[str, Any]:
        home = str(self.shop.country)
        country = home if self.served is None or home in self.served else self.served[0]
        defaults: dict[str, Any] = {
            "key": uuid.uuid4(),
            "delivery_country": country,
            "billing_country": country,
            "billing_same": True,
        }
        if user is not None and user.is_authenticated:
            defaults |= {"email": user.email, "delivery_name": user.get_full_name()}
        return defaults

    def _raw(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def _country(self, kind: str) -> str:
        code = str(self._raw(f"{kind}_country") or "").upper()
        allowed = self._country_codes(kind)
        return code if code in allowed else str(self._defaults(None)["delivery_country"])

    def _country_codes(self, kind: str) -> set[str]:
        if kind == "delivery" and self.served is not None:
            return set(self.served)
        return {code for code, _name in all_countries}

    def billing_is_asked(self) -> bool:
        return not self._raw("billing_same")

    def _add_address(self, kind: str, country: str) -> None:
        self.fields[f"{kind}_country"] = self._country_field(kind)
        section = "shipping" if kind == "delivery" else "billing"
        for name, field in address_fields(country, section=section).items():
            self.fields[f"{kind}_{name}"] = field

    def _country_field(self, kind: str) -> forms.Field:
        codes = self._country_codes(kind)
        section = "shipping" if kind == "delivery" else "billing"
        attrs = {"autocomplete": f"{section} country", "enterkeyhint": "next", "data-refresh": ""}
        return forms.ChoiceField(
            label=_("Country"),
            choices=[(code, text) for code, text in all_countries if code in codes],
            widget=forms.Select(attrs=attrs),
        )

    def _offer_methods(self) -> None:
        self.shipping_choices: list[ShippingChoice] = shipping_choices(self.basket, self.country)
        method: Any = self.fields["method"]
        method.choices = [(str(choice.id), choice.method.name) for choice in self.shipping_choices]
        if self.shipping_choices:
            self.initial.setdefault("method", str(self.shipping_choices[0].id))

    def _offer_payments(self, user: Any) -> None:
        self.providers = payments.offered(self.shop, user)
        payment: Any = self.fields["payment"]
        payment.choices = [(one.name, one.label) for one in self.providers]
        if self.providers:
            self.initial.setdefault("payment", self.providers[0].name)

    def address_fields(self, kind: str) -> list[str]:
        return [
            name for name in self.fields if name.startswith(f"{kind}_") and name != "billing_same"
        ]

    @property
    def delivery(self) -> list[forms.BoundField]:
        return [self[name] for name in self.address_fields("delivery")]

    @property
    def billing(self) -> list[forms.BoundField]:
        return [self[name] for name in self.address_fields("billing")]

    @property
    def chosen_method(self) -> ShippingMethod | None:
        """As chosen so far; the first that delivers there while the choice is open."""
        wanted = str(self._raw("method") or "")
        methods = [choice.method for choice in self.shipping_choices]
        return next((method for method in methods if str(method.pk) == wanted), None) or (
            methods[0] if methods else None
        )

    @property
    def totals(self) -> Totals:
        return totals_of(
            self.basket,
            shop=self.shop,
            destination=Destination(self.country, str(self._raw("delivery_postcode") or "")),
            method=self.chosen_method,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_address("delivery")
        if not cleaned.get("billing_same"):
            self._check_address("billing")
        if not self.shipping_choices:
            self.add_error("delivery_country", _("We do not deliver to this country yet."))
        if not self.errors:
            self._check_payable(cleaned)
        return cleaned

    def _check_address(self, kind: str) -> None:
        for name, message in addresses.check(self.address(kind)).items():
            field = f"{kind}_{name}"
            if field in self.fields and field not in self.errors:
                self.add_error(field, message)

    def _check_payable(self, cleaned: Mapping[str, Any]) -> None:
        total = self.totals.total
        provider = payments.get(cleaned["payment"])
        minimum = provider.minimum(shop_currency())
        if 0 < total < minimum:
            text = _("This way of paying needs a total of %(minimum)s at least.")
            amount = format_money(minimum, shop_currency())
            self.add_error("payment", text % {"minimum": amount})
        elif not provider.can_charge(total, shop_currency()):
            text = _("Exactly %(total)s cannot be paid this way. Please choose another.")
            self.add_error("payment", text % {"total": format_money(total, shop_currency())})

    def address(self, kind: str) -> dict[str, str]:
        """Text by the names of `checkout.addresses.FIELDS`."""
        typed = {name: self.cleaned_data.get(f"{kind}_{name}") for name in addresses.FIELDS}
        country = self.country if kind == "delivery" else self.billing_country
        return addresses.tidied(typed, country)

    def details(self) -> Details:
        data = self.cleaned_data
        delivery = self.address("delivery")
        method = self.chosen_method
        if method is None:
            raise ValueError("details of a form that is not valid")
        return Details(
            form_key=data["key"],
            email=data["email"],
            phone=data["phone"],
            note=data["note"],
            delivery=delivery,
            billing=delivery if data["billing_same"] else self.address("billing"),
            method=method,
            provider=data["payment"],
        )
