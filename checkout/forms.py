from __future__ import annotations

import uuid
from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from basket.basket import Basket
from checkout import addresses, payments, vat_numbers
from checkout.address_fields import address_fields, country_field, hidden_fields
from checkout.models import ShippingMethod
from checkout.placing import Details
from checkout.quote import Quote, house_of, parcel_of
from checkout.selecting import country_codes
from checkout.tariff import DeliveryOffer, tariff
from checkout.tax import Destination, Place, place_of
from checkout.totals import Totals
from checkout.working_days import House
from content.models import ShopSettings
from products.money import format_money, shop_currency


class CheckoutForm(forms.Form):
    """Everything a shop must know to deliver and be paid, asked on one page.

    Which address fields there are depends on the country chosen; of what is collected only the
    invoice's address is asked. Amounts are never read from the browser: `seen_total` is only
    compared, so that nobody pays a total they did not see.
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
    vat_number = forms.CharField(
        label=_("VAT number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "data-refresh": ""}
        ),
        help_text=_("With it your company buys without VAT, and owes it where it is."),
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
        self.basket, self.shop, self.tariff = basket, shop, tariff()
        self.initial = {**self._defaults(user), **(self.initial or {})}
        self.country = self._country("delivery")
        self._offer_methods()
        self._offer_payments(user)
        if self.is_collected:
            self._add("delivery", hidden_fields())
            self._bill_to_what_was_typed()
        else:
            self._ask_address("delivery", self.country)
        self.billing_country = self._country("billing")
        self.initial.setdefault("billing_country", self.billing_country)
        self._ask_address("billing", self.billing_country)
        if not self.billing_is_asked():
            for name in self.address_fields("billing"):
                self.fields[name].required = False
        self._ask_companies_abroad()

    def _defaults(self, user: Any) -> dict[str, Any]:
        home, served = str(self.shop.country), self.tariff.countries
        defaults: dict[str, Any] = {
            "key": uuid.uuid4(),
            "delivery_country": home if home in served else min(served, default=home),
            "billing_same": True,
        }
        if user is not None and user.is_authenticated:
            defaults |= {"email": user.email, "delivery_name": user.get_full_name()}
        return defaults

    def _raw(self, name: str) -> Any:
        return self.data.get(name) if self.is_bound else self.initial.get(name)

    def _country(self, kind: str) -> str:
        code = str(self._raw(f"{kind}_country") or "").upper()
        return code if code in self._codes(kind) else str(self._defaults(None)["delivery_country"])

    def _codes(self, kind: str) -> frozenset[str]:
        if kind == "delivery":
            return self.tariff.countries
        return country_codes()

    def _ask_address(self, kind: str, country: str) -> None:
        section = "shipping" if kind == "delivery" else "billing"
        self._add(kind, {"country": country_field(self._codes(kind), section=section)})
        self._add(kind, address_fields(country, section=section))

    def _add(self, kind: str, fields: Mapping[str, forms.Field]) -> None:
        self.fields |= {f"{kind}_{name}": field for name, field in fields.items()}

    def billing_is_asked(self) -> bool:
        return self.is_collected or not self._raw("billing_same")

    def _offer_methods(self) -> None:
        parcel = parcel_of(self.basket, self.shop)
        self.offers = self.tariff.offers(self.country, parcel)
        self.refusals = self.tariff.refusals(self.country, parcel)
        method: Any = self.fields["method"]
        method.choices = [(str(offer.id), offer.method.name) for offer in self.offers]
        if self.offers:
            self.initial.setdefault("method", str(self.offers[0].id))

    def _offer_payments(self, user: Any) -> None:
        self.providers = payments.offered(self.shop, user)
        payment: Any = self.fields["payment"]
        payment.choices = [(one.name, one.label) for one in self.providers]
        if self.providers:
            self.initial.setdefault("payment", self.providers[0].name)

    def _bill_to_what_was_typed(self) -> None:
        """Who typed an address before they chose to collect need not do so again."""
        for name in addresses.FIELDS:
            self.initial.setdefault(f"billing_{name}", self.initial.get(f"delivery_{name}"))

    def _ask_companies_abroad(self) -> None:
        """For a VAT number: only companies, and only in other member states of the EU."""
        if not self.is_sent_within_the_union:
            del self.fields["vat_number"]
            return
        company = f"{'billing' if self.billing_is_asked() else 'delivery'}_company"
        self.fields[company].widget.attrs["data-refresh"] = ""
        self.fields[company].help_text = _("We ask companies for their VAT number.")
        if not str(self._raw(company) or "").strip():
            del self.fields["vat_number"]

    @property
    def is_sent_within_the_union(self) -> bool:
        place = place_of(str(self.shop.country), self.destination)
        return not self.is_collected and place == Place.UNION

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

    @cached_property
    def chosen_method(self) -> ShippingMethod | None:
        """As chosen so far; the first that delivers there while the choice is open."""
        wanted = str(self._raw("method") or "")
        methods = [offer.method for offer in self.offers]
        return next((method for method in methods if str(method.pk) == wanted), None) or (
            methods[0] if methods else None
        )

    @property
    def is_collected(self) -> bool:
        return self.chosen_method is not None and self.chosen_method.pick_up

    @property
    def destination(self) -> Destination:
        return Destination(self.country, str(self._raw("delivery_postcode") or ""))

    @property
    def checked_vat_number(self) -> str:
        """As typed so far; none while it is not valid."""
        if "vat_number" not in self.fields:
            return ""
        try:
            return self._check_vat_number(str(self._raw("vat_number") or ""))
        except vat_numbers.InvalidVatNumber:
            return ""

    def _check_vat_number(self, typed: str) -> str:
        return vat_numbers.checked(typed, str(self.shop.country))

    @cached_property
    def quote(self) -> Quote:
        return Quote(self.basket, self.shop, self.destination, self.checked_vat_number)

    @cached_property
    def totals(self) -> Totals:
        return self.quote.totals(self.chosen_method)

    @cached_property
    def house(self) -> House:
        return house_of(self.shop)

    @property
    def choices(self) -> list[tuple[DeliveryOffer, Decimal]]:
        """The ways to deliver, each with what it adds to this order: no VAT where none is due."""
        return [(offer, self.quote.totals(offer.method).shipping) for offer in self.offers]

    def clean_vat_number(self) -> str:
        try:
            return self._check_vat_number(self.cleaned_data["vat_number"])
        except vat_numbers.InvalidVatNumber as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.is_collected:
            self._check_address("delivery")
        if self.billing_is_asked():
            self._check_address("billing")
        if not self.offers:
            self._refuse_everything()
        if not self.errors:
            self._check_payable(cleaned)
        return cleaned

    def _refuse_everything(self) -> None:
        if self.refusals:
            self.add_error("method", _("None of our ways to deliver can carry this basket."))
        elif "delivery_country" not in self.errors:
            self.add_error("delivery_country", _("We do not deliver to this country yet."))

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
        data, method = self.cleaned_data, self.chosen_method
        if method is None:
            raise ValueError("details of a form that is not valid")
        billing = self.address("billing" if self.billing_is_asked() else "delivery")
        place = method.place(billing["name"], self.shop) if method.pick_up else None
        return Details(
            form_key=data["key"],
            email=data["email"],
            phone=data["phone"],
            note=data["note"],
            delivery=place or self.address("delivery"),
            billing=billing,
            method=method,
            provider=data["payment"],
            vat_number=data.get("vat_number", ""),
        )
