"""One row of the price listing: what can be typed into it, and what saving it does."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from products import stock
from products.admin.adjusting import MAX_UNITS
from products.fields import MoneyFormField
from products.models import MovementReason, Sku, Variant
from products.money import shop_currency
from products.pricing import Price, PriceRefused, set_price


class PriceRowForm(forms.Form):
    """The fields carry the values they were loaded with, so that two editors see each other."""

    price = MoneyFormField(
        label=gettext_lazy("Price"),
        currency=shop_currency(),
        max_digits=14,
        show_hidden_initial=True,
    )
    compare_at = MoneyFormField(
        label=gettext_lazy("Compare-at price"),
        currency=shop_currency(),
        max_digits=14,
        required=False,
        show_hidden_initial=True,
    )
    on_hand = forms.IntegerField(
        label=gettext_lazy("On hand"), min_value=0, max_value=MAX_UNITS, show_hidden_initial=True
    )
    backorders_allowed = forms.BooleanField(
        label=gettext_lazy("Sell beyond stock"), required=False, show_hidden_initial=True
    )

    def __init__(self, variant: Variant, user: Any, data: Any = None) -> None:
        self.variant, self.user = variant, user
        sku = variant.known_sku
        initial = {
            "price": variant.price,
            "compare_at": variant.compare_at,
            "on_hand": sku.on_hand if sku else None,
            "backorders_allowed": bool(sku and sku.backorders_allowed),
        }
        super().__init__(data, prefix=f"v{variant.pk}", initial=initial)
        self.may_count = user.has_perm("products.change_sku") and sku is not None
        if not self.may_count:
            del self.fields["on_hand"], self.fields["backorders_allowed"]
        elif sku and sku.on_hand < 0:
            # Units owed to back-orders: a field that is left alone must not be refused.
            self.fields["on_hand"] = forms.IntegerField(
                max_value=MAX_UNITS, show_hidden_initial=True, label=_("On hand")
            )
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"{field.label}: {variant.sku_id}"
            if name in ("price", "compare_at"):
                field.widget = forms.TextInput(
                    {**field.widget.attrs, "inputmode": "decimal", "autocomplete": "off"}
                )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        price, compare_at = cleaned.get("price"), cleaned.get("compare_at")
        changed = {"price", "compare_at"} & set(self.changed_data)
        if changed and price is not None and compare_at is not None and compare_at <= price:
            message = _("The compare-at price must be above the price, or empty.")
            self.add_error("compare_at", message)
        if "on_hand" in self.changed_data and (cleaned.get("on_hand") or 0) < 0:
            self.add_error("on_hand", _("There cannot be fewer than 0 units on the shelf."))
        return cleaned

    def seen(self, name: str) -> Any:
        """The value that stood in the field when the page was loaded."""
        bound = self[name]
        widget = bound.field.hidden_widget()
        raw = widget.value_from_datadict(self.data, self.files, bound.html_initial_name)
        return bound.field.to_python(raw)

    def save(self) -> bool:
        """Write what changed, all of it or nothing. False (and an error) where it was refused."""
        changed = set(self.changed_data)
        try:
            with transaction.atomic():
                if {"price", "compare_at"} & changed:
                    self._save_price()
                if {"on_hand", "backorders_allowed"} & changed:
                    self._save_stock(changed)
        except PriceRefused as refusal:
            self.add_error(None, str(refusal))
            return False
        return True

    def _save_price(self) -> None:
        seen = Price(self.seen("price"), self.seen("compare_at"))
        new = Price(self.cleaned_data["price"], self.cleaned_data["compare_at"])
        set_price(self.variant, new, self.user, seen=seen)

    def _save_stock(self, changed: set[str]) -> None:
        sku = Sku.objects.select_for_update().get(code=self.variant.sku_id)
        if "on_hand" in changed:
            if self.seen("on_hand") != sku.on_hand:
                raise PriceRefused(
                    _("The stock has moved meanwhile: %(on_hand)d on hand now. Look again.")
                    % {"on_hand": sku.on_hand}
                )
            stock.count(
                sku.code, self.cleaned_data["on_hand"], MovementReason.COUNTED, actor=self.user
            )
        if "backorders_allowed" in changed:
            stock.edit(sku.code, backorders_allowed=self.cleaned_data["backorders_allowed"])
