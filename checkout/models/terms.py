"""What VAT there is: its rates by country and class, and the ways to treat an order."""

from __future__ import annotations

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from content.live_pages import watch


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


watch(TaxRate, lambda rate: ["tax"])
