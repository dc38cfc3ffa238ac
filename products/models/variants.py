from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.models import Orderable

from content.models import Picture
from products.fields import MoneyField, SkuKey
from products.models.skus import Availability, Sku, StockState
from products.models.vocabulary import OptionValue, in_words
from products.panels import StockPanel
from products.querysets import VariantQuerySet
from products.sku_codes import make_sku_code


def _option_field(number: int) -> models.ForeignKey:
    return models.ForeignKey(
        OptionValue,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("option %(n)d") % {"n": number},
    )


class Variant(Orderable):
    """What is bought: a SKU at a price. Page content, so its price is drafted and scheduled.

    The row in the database is the live price. `sku` names stock that publishing never touches.
    """

    page = ParentalKey("products.ProductPage", on_delete=models.CASCADE, related_name="variants")
    # Empty or without its row in the stock only while it is being typed into a draft. DO_NOTHING,
    # because such a draft could not be restored otherwise; a SKU is never deleted anyway.
    sku_id: Any  # the code, a str; None only in a draft that saved itself
    sku = SkuKey(
        Sku,
        to_field="code",
        null=True,
        blank=True,
        db_constraint=False,
        on_delete=models.DO_NOTHING,
        related_name="variants",
        verbose_name=_("SKU"),
        help_text=_("Leave empty to have one made."),
    )
    option_1 = _option_field(1)
    option_2 = _option_field(2)
    option_3 = _option_field(3)
    price = MoneyField(_("price"))
    compare_at = MoneyField(
        _("compare-at price"),
        null=True,
        blank=True,
        help_text=_("The price before the sale; shown struck through."),
    )
    picture = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )

    objects = VariantQuerySet.as_manager()

    panels = [
        FieldRowPanel(
            [
                FieldPanel("sku"),
                FieldPanel("price", required_on_save=True),
                FieldPanel("compare_at"),
                StockPanel(heading=_("Stock")),
            ]
        ),
        FieldRowPanel(
            [
                FieldPanel("option_1"),
                FieldPanel("option_2"),
                FieldPanel("option_3"),
                FieldPanel("picture"),
            ]
        ),
    ]

    class Meta(Orderable.Meta):
        ordering = ["sort_order", "pk"]
        verbose_name = _("variant")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="variant_price_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sku_id} {self.options_label}".strip()

    def clean(self) -> None:
        super().clean()
        if self.price is not None and self.compare_at is not None and self.compare_at <= self.price:
            message = _("The compare-at price must be above the price, or empty.")
            raise ValidationError({"compare_at": message})

    # Set by an editor's form that saves by itself, in the middle of a word perhaps.
    sku_is_only_typed = False

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The first save of a variant brings its SKU into being, with nothing on hand.
        if not self.sku_is_only_typed:
            if not self.sku_id:
                words = [self.page.title, *(option.name for option in self.options)]
                self.sku_id = make_sku_code(words)
            Sku.objects.get_or_create(code=self.sku_id)
        super().save(*args, **kwargs)

    @property
    def options(self) -> list[OptionValue]:
        return [option for option in (self.option_1, self.option_2, self.option_3) if option]

    @property
    def option_ids(self) -> tuple[int, ...]:
        ids = (self.option_1_id, self.option_2_id, self.option_3_id)
        return tuple(pk for pk in ids if pk)

    @property
    def options_label(self) -> str:
        return in_words(self.options)

    @property
    def on_sale(self) -> bool:
        return self.compare_at is not None

    def can_supply(self, wanted: int) -> int:
        """How many of the `wanted` units could be sold now."""
        sku = self.known_sku
        return sku.can_supply(wanted) if sku else 0

    @property
    def availability(self) -> Availability:
        """Of the SKU; sold out while the SKU is only typed, not yet saved."""
        sku = self.known_sku
        return sku.availability if sku else Availability(StockState.SOLD_OUT)

    @property
    def known_sku(self) -> Sku | None:
        try:
            return self.sku
        except Sku.DoesNotExist:
            return None
