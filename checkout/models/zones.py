"""Where the shop delivers: zones of countries."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.forms import CheckboxSelectMultiple
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_countries import countries as all_countries
from django_countries.fields import CountryField
from wagtail.admin.panels import FieldPanel


def names_of(codes: Iterable[str]) -> list[str]:
    """Of countries, in the order of the alphabet."""
    return sorted(str(all_countries.name(code)) for code in codes)


class ShippingZone(models.Model):
    """Countries that are delivered to in the same ways. A country is in one zone at most."""

    name = models.CharField(_("name"), max_length=60)
    countries = CountryField(_("countries"), multiple=True, blank=True)
    everywhere_else = models.BooleanField(
        _("everywhere else"),
        default=False,
        help_text=_("All countries that are in no other zone."),
    )

    panels = [
        FieldPanel("name"),
        FieldPanel("everywhere_else"),
        FieldPanel(
            "countries", widget=CheckboxSelectMultiple(attrs={"class": "shop-country-choices"})
        ),
    ]

    class Meta:
        ordering = ["everywhere_else", "name", "pk"]
        verbose_name = _("delivery zone")
        verbose_name_plural = _("delivery zones")
        constraints = [
            models.UniqueConstraint(
                fields=["everywhere_else"],
                condition=Q(everywhere_else=True),
                name="shipping_zone_one_everywhere_else",
                violation_error_message=_("There is a zone for everywhere else already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(str(country) for country in self.countries)

    def clean(self) -> None:
        super().clean()
        if self.everywhere_else == bool(self.codes):
            raise ValidationError(
                {"countries": _("Choose countries, or tick “everywhere else”, one of the two.")}
            )
        for other in ShippingZone.objects.exclude(pk=self.pk):
            twice = names_of(self.codes & other.codes)
            if twice:
                text = _("In the zone “%(zone)s” already: %(countries)s.")
                raise ValidationError(
                    {"countries": text % {"zone": other, "countries": ", ".join(twice)}}
                )
