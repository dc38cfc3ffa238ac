"""What was ordered, line by line, and how it was taxed."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from checkout.models.snapshots import Snapshot
from content.models import Picture
from products.fields import MoneyField
from products.models import ProductPage, Sku


class OrderLine(Snapshot):
    """One SKU of an order, named and priced as it was sold. Unit prices before the discount.

    Of all this only `units_refunded` moves on: a unit is refunded once.
    """

    order = models.ForeignKey("checkout.Order", on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.ForeignKey(
        Sku, to_field="code", on_delete=models.PROTECT, related_name="order_lines"
    )
    product = models.ForeignKey(ProductPage, on_delete=models.PROTECT, related_name="order_lines")
    # The page that the shopper saw, word for word: staff read it under "as sold".
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(_("title"), max_length=255)
    options = models.CharField(_("options"), max_length=255, blank=True)
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_net = MoneyField()
    unit_gross = MoneyField()
    tax_class = models.CharField(max_length=32)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=6, decimal_places=3)
    discount = MoneyField(_("discount"))
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()
    units_refunded = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["order_id", "position"]
        constraints = [
            models.UniqueConstraint(fields=["order", "sku"], name="order_line_once_a_sku"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="order_line_has_units"),
            models.CheckConstraint(
                condition=Q(units_refunded__lte=F("quantity")), name="order_line_unit_refunded_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.name}"

    @property
    def name(self) -> str:
        return f"{self.title} ({self.options})" if self.options else self.title

    @property
    def units_left(self) -> int:
        """Those that are the shopper's, or are to be: not refunded."""
        return self.quantity - self.units_refunded

    @property
    def unit_price(self) -> Any:
        """In the mode in which the shop shows prices."""
        return self.unit_gross if self.order.prices_include_tax else self.unit_net

    @property
    def amount(self) -> Any:
        """All units before the discount, in the mode in which the shop shows prices.

        Of an untaxed order it may differ by a rounding from `unit_price` times the quantity.
        """
        return (self.gross if self.order.prices_include_tax else self.net) + self.discount


class OrderTax(Snapshot):
    """Net, tax and gross of everything in an order that is taxed at one rate, delivery included."""

    order = models.ForeignKey("checkout.Order", on_delete=models.PROTECT, related_name="taxes")
    rate = models.DecimalField(max_digits=6, decimal_places=3)
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()

    class Meta:
        ordering = ["order_id", "-rate"]
        constraints = [
            models.UniqueConstraint(fields=["order", "rate"], name="order_tax_once_a_rate")
        ]

    def __str__(self) -> str:
        return f"{self.rate} %"
