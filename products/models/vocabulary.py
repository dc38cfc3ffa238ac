"""The shop's own words: tax classes, brands, options. Snippets, translatable, shared by pages."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel
from wagtail.models import Orderable, TranslatableMixin
from wagtail.search import index

from content.live_pages import depends_on, shown_on_pages
from content.live_pages.parts import kept
from content.models import Picture


@shown_on_pages
class TaxClass(TranslatableMixin, models.Model):
    """How goods are taxed: "standard", "reduced". The rates by country stand in checkout."""

    code = models.SlugField(_("code"), max_length=32)
    name = models.CharField(_("name"), max_length=80)

    panels = [FieldPanel("name"), FieldPanel("code")]

    class Meta(TranslatableMixin.Meta):
        ordering = ["code"]
        verbose_name = _("tax class")
        verbose_name_plural = _("tax classes")
        constraints = [
            models.UniqueConstraint(fields=["code", "locale"], name="tax_class_code_once_a_locale")
        ]

    DEFAULT_CODE = "standard"

    def __str__(self) -> str:
        return self.name


@shown_on_pages
class Brand(TranslatableMixin, index.Indexed, models.Model):
    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    logo = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    panels = [FieldPanel("name"), FieldPanel("description"), FieldPanel("logo")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta(TranslatableMixin.Meta):
        ordering = ["name"]
        verbose_name = _("brand or maker")
        verbose_name_plural = _("brands and makers")

    def __str__(self) -> str:
        return self.name


def known_brand(pk: int) -> Brand | None:
    """Kept, so not to be changed."""

    def look_up() -> Brand | None:
        brand = Brand.objects.filter(pk=pk).first()
        depends_on(brand)
        return brand

    return kept(("brand", pk), look_up)


@shown_on_pages
class OptionType(TranslatableMixin, ClusterableModel):
    """What sets variants apart: "Size", "Frame"."""

    name = models.CharField(_("name"), max_length=60)

    panels = [
        FieldPanel("name"),
        InlinePanel("values", heading=_("Values"), label=_("Value"), min_num=1),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ["name"]
        verbose_name = _("option")
        verbose_name_plural = _("options")

    def __str__(self) -> str:
        return self.name


@shown_on_pages
class OptionValue(TranslatableMixin, Orderable):
    """One choice of an option: "A3", "Oak". Ordered, as shoppers expect sizes to be."""

    option = ParentalKey(OptionType, on_delete=models.CASCADE, related_name="values")
    name = models.CharField(_("name"), max_length=60)

    panels = [FieldPanel("name")]

    class Meta(TranslatableMixin.Meta, Orderable.Meta):
        ordering = ["option__name", "sort_order", "pk"]
        verbose_name = _("option value")

    def __str__(self) -> str:
        return f"{self.option.name}: {self.name}"


def in_words(chosen: Iterable[OptionValue]) -> str:
    """ "Size: A3, Frame: Oak"; empty for the one variant of a simple product."""
    return ", ".join(map(str, chosen))
