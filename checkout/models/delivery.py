"""How the shop delivers: methods within a zone, and their prices by band."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_countries.fields import CountryField
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel

from checkout.bands import Band, Parcel, too_much_for
from checkout.models.zones import ShippingZone
from content.live_pages import watch
from content.models import ShopSettings
from products.fields import MoneyField
from products.money import ZERO


class ShippingMethodQuerySet(models.QuerySet["ShippingMethod"]):
    def offered(self) -> ShippingMethodQuerySet:
        return self.filter(active=True).with_rates()

    def with_rates(self) -> ShippingMethodQuerySet:
        return self.select_related("zone").prefetch_related("rates")


class ShippingMethod(ClusterableModel):
    """A way to deliver within a zone, or to collect at the shop.

    What it costs stands in its rates; amounts are in the mode of entry of the shop's prices.
    """

    name = models.CharField(_("name"), max_length=100)
    description = models.CharField(_("description"), max_length=200, blank=True)
    zone = models.ForeignKey(
        ShippingZone,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="methods",
        verbose_name=_("zone"),
        help_text=_("Not for what is collected."),
    )
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

    pick_up = models.BooleanField(
        _("collected by the customer"),
        default=False,
        help_text=_("Checkout asks for no delivery address. VAT is that of the place below."),
    )
    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("town or city"), max_length=100, blank=True)
    country = CountryField(_("country"), blank=True, help_text=_("None: that of the shop."))
    instructions = models.TextField(
        _("instructions"),
        max_length=500,
        blank=True,
        help_text=_("Opening hours, what to bring. Shown at the checkout and with the order."),
    )

    objects = ShippingMethodQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("active")]),
        FieldRowPanel([FieldPanel("zone"), FieldPanel("description")]),
        InlinePanel(
            "rates",
            heading=_("Prices"),
            label=_("Price"),
            min_num=1,
            help_text=_("One row for all baskets, or a row for each band of weight or value."),
        ),
        FieldRowPanel([FieldPanel("free_over"), FieldPanel("min_days"), FieldPanel("max_days")]),
        MultiFieldPanel(
            [
                FieldPanel("pick_up"),
                FieldRowPanel([FieldPanel("street"), FieldPanel("postcode")]),
                FieldRowPanel([FieldPanel("city"), FieldPanel("country")]),
                FieldPanel("instructions"),
            ],
            _("Collection"),
        ),
    ]

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("delivery method")
        verbose_name_plural = _("delivery methods")
        constraints = [
            models.CheckConstraint(
                condition=Q(pick_up=True, zone__isnull=True) | Q(pick_up=False, zone__isnull=False),
                name="shipping_method_zone_or_pick_up",
                violation_error_message=_("Choose a zone, or tick “collected by the customer”."),
            ),
            models.CheckConstraint(
                condition=Q(max_days__gte=F("min_days")), name="shipping_method_days_in_order"
            ),
        ]

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
        if self.pick_up:
            missing = [
                name for name in ("street", "city", "instructions") if not getattr(self, name)
            ]
            if missing:
                text = _("Say where and when it can be collected.")
                raise ValidationError(dict.fromkeys(missing, text))

    @property
    def bands(self) -> list[Band]:
        return [rate.band for rate in self.rates.all()]

    def price_for(self, parcel: Parcel) -> Decimal | None:
        """None where it cannot carry the parcel."""
        rate = next((rate for rate in self.rates.all() if rate.band.holds(parcel)), None)
        if rate is None:
            return None
        return ZERO if self.free_over is not None and parcel.goods >= self.free_over else rate.price

    def place(self, name: str, shop: ShopSettings) -> dict[str, str]:
        """Where somebody of that name collects, as an address."""
        return {
            "name": name,
            "company": shop.name,
            "line1": self.street,
            "line2": "",
            "city": self.city,
            "region": "",
            "postcode": self.postcode,
            "country": self.tax_country(str(shop.country)),
        }

    def tax_country(self, home: str) -> str:
        """Whose VAT is paid for what is collected; `home`: the shop's country."""
        return str(self.country) or home

    def why_not(self, parcel: Parcel) -> str:
        """For what it cannot carry."""
        return too_much_for(self.bands, parcel)

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


class ShippingRate(models.Model):
    """The price of a band of parcels: by weight in grams, by the value of their goods, or both."""

    method = ParentalKey(ShippingMethod, on_delete=models.CASCADE, related_name="rates")
    weight_over = models.PositiveIntegerField(_("over (g)"), default=0)
    weight_up_to = models.PositiveIntegerField(_("up to (g)"), null=True, blank=True)
    goods_from = MoneyField(_("goods from"), default=ZERO)
    goods_below = MoneyField(_("goods under"), null=True, blank=True)
    price = MoneyField(_("price"))

    panels = [
        FieldRowPanel(
            [
                FieldPanel("weight_over"),
                FieldPanel("weight_up_to"),
                FieldPanel("goods_from"),
                FieldPanel("goods_below"),
                FieldPanel("price"),
            ]
        ),
    ]

    class Meta:
        ordering = ["weight_over", "goods_from", "pk"]
        verbose_name = _("delivery price")
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0, goods_from__gte=0), name="shipping_rate_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(weight_up_to__isnull=True) | Q(weight_up_to__gt=F("weight_over")),
                name="shipping_rate_weights_in_order",
                violation_error_message=_("“Up to” must be more than “over”."),
            ),
            models.CheckConstraint(
                condition=Q(goods_below__isnull=True) | Q(goods_below__gt=F("goods_from")),
                name="shipping_rate_values_in_order",
                violation_error_message=_("“Under” must be more than “from”."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.band)

    @property
    def band(self) -> Band:
        def end(value: Any) -> Decimal | None:
            return None if value is None else Decimal(value)

        return Band(
            Decimal(self.weight_over),
            end(self.weight_up_to),
            Decimal(self.goods_from),
            end(self.goods_below),
        )


for model in (ShippingZone, ShippingMethod, ShippingRate):
    watch(model, lambda row: ["delivery"])  # a product page says what delivery costs
