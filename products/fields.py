from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from products.money import exponent, shop_currency

SKU_MAX_LENGTH = 64
valid_sku_code = RegexValidator(
    r"^[A-Za-z0-9][A-Za-z0-9._/-]*$",
    _("Use letters, digits, hyphens, dots, slashes and underscores, without spaces."),
)


class MoneyField(models.DecimalField):
    """An amount in the shop's currency. Stored to a thousandth, for currencies that have them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 14)
        kwargs.setdefault("decimal_places", 3)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(
            **{"form_class": MoneyFormField, "currency": shop_currency(), **kwargs}
        )


class MoneyFormField(forms.DecimalField):
    """Refuses negative amounts and fractions that the currency does not have."""

    def __init__(self, *, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        kwargs["decimal_places"] = exponent(currency)
        super().__init__(**kwargs)
        self.validators.append(
            MinValueValidator(0, _("A price cannot be negative. Enter 0 or more."))
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, str) or value is None:
            return value
        return f"{value:.{exponent(self.currency)}f}"


class SkuKey(models.ForeignKey):
    """A reference to a SKU by its code, typed as text where the product is edited.

    The code is page content: it is drafted and reverted with the page. Its `Sku` row comes into
    being when the variant is first saved, so typing and previewing create nothing.
    """

    def formfield(self, **kwargs: Any) -> forms.Field:
        kwargs = {"label": kwargs.get("label", self.verbose_name), "help_text": self.help_text}
        return forms.CharField(
            max_length=SKU_MAX_LENGTH,
            required=False,  # an empty one is made from the title
            strip=True,
            validators=[valid_sku_code],
            **kwargs,
        )

    def save_form_data(self, instance: models.Model, data: Any) -> None:
        setattr(instance, self.attname, data or None)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        if value is None and not self.null:
            raise ValidationError(_("Give the variant a SKU."), code="null")
