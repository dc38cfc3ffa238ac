"""On which terms the shop delivers: VAT rates by country and class, and delivery methods."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_countries.fields import CountryField
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from products.fields import MoneyField
from products.money import ZERO


class TaxTreatment(models.TextChoices):
    """Who owes the VAT of an order. Which one applies is decided in `checkout.tax`."""

    STANDARD = "standard", _("VAT charged")
    REVERSE_CHARGE = "reverse_charge", _("Reverse charge")
    EXPORT = "export", _("Export")


class TaxRateQuerySet(models.QuerySet["TaxRate"]):
    def valid_on(self, day: date) -> TaxRateQuerySet:
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day), valid_from__lte=day
        )


class TaxRate(models.Model):
    """VAT of a tax class in a country, from a day on. A new rate is a new row, never an edit."""

    country = CountryField(_("country"))
    tax_class = models.SlugField(
        _("tax class"), max_length=32, help_text=_("The code of a tax class: “standard”.")
    )
    rate = models.DecimalField(
        _("rate in percent"),
        max_digits=6,
        decimal_places=3,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("last valid day"), null=True, blank=True)

    objects = TaxRateQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("country"), FieldPanel("tax_class"), FieldPanel("rate")]),
        FieldRowPanel([FieldPanel("valid_from"), FieldPanel("valid_until")]),
    ]

    class Meta:
        ordering = ["country", "tax_class", "-valid_from"]
        verbose_name = _("VAT rate")
        verbose_name_plural = _("VAT rates")
        constraints = [
            models.UniqueConstraint(
                fields=["country", "tax_class", "valid_from"],
                name="tax_rate_once_a_day",
                violation_error_message=_("There is a rate from this day on already."),
            ),
            models.CheckConstraint(
                condition=Q(rate__gte=0, rate__lte=100), name="tax_rate_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("valid_from")),
                name="tax_rate_ends_after_it_begins",
                violation_error_message=_("The last valid day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.tax_class} {self.rate.normalize():f} %"


class ShippingMethodQuerySet(models.QuerySet["ShippingMethod"]):
    def offered(self) -> ShippingMethodQuerySet:
        return self.filter(active=True)


class ShippingMethod(models.Model):
    """A way to deliver. `price` is in the mode of entry of the shop's prices."""

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=200, blank=True)
    countries = CountryField(
        _("countries"), multiple=True, blank=True, help_text=_("None chosen: everywhere.")
    )
    price = MoneyField(_("price"))
    free_over = MoneyField(
        _("free from"),
        null=True,
        blank=True,
        help_text=_("Goods after discount of this much or more are delivered free."),
    )
    min_days = models.PositiveSmallIntegerField(_("working days, at least"), default=2)
    max_days = models.PositiveSmallIntegerField(_("working days, at most"), default=4)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    active = models.BooleanField(_("offered"), default=True)

    objects = ShippingMethodQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("active"), FieldPanel("position")]),
        FieldPanel("description"),
        FieldPanel("countries"),
        FieldRowPanel([FieldPanel("price"), FieldPanel("free_over")]),
        FieldRowPanel([FieldPanel("min_days"), FieldPanel("max_days")]),
    ]

    class Meta:
        ordering = ["position", "price", "pk"]
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if (
            self.max_days is not None
            and self.min_days is not None
            and self.max_days < self.min_days
        ):
            raise ValidationError({"max_days": _("This is less than the fewest working days.")})

    def delivers_to(self, country: str) -> bool:
        return not self.countries or country in {str(entry) for entry in self.countries}

    def price_for(self, goods: Decimal) -> Decimal:
        """`goods`: the value of the basket after its discount."""
        return ZERO if self.free_over is not None and goods >= self.free_over else self.price

    @property
    def estimate(self) -> str:
        if self.min_days == self.max_days:
            return ngettext("%(n)d working day", "%(n)d working days", self.max_days) % {
                "n": self.max_days
            }
        return _("%(least)d to %(most)d working days") % {
            "least": self.min_days,
            "most": self.max_days,
        }
