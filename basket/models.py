from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel

from products.fields import MoneyField
from products.money import ZERO, round_money


class CouponQuerySet(models.QuerySet["Coupon"]):
    def usable(self) -> CouponQuerySet:
        """Those that a shopper may use now: switched on, in their time, not used up."""
        now = timezone.now()
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=now),
            Q(valid_until__isnull=True) | Q(valid_until__gt=now),
            Q(max_uses__isnull=True) | Q(uses__lt=F("max_uses")),
            active=True,
        )


class Coupon(models.Model):
    """A code that takes something off the goods (never off delivery)."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("Percent off the goods")
        AMOUNT = "amount", _("Amount off the goods")

    code = models.CharField(_("code"), max_length=32, help_text=_("Capitals do not matter."))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.PERCENT)
    value = MoneyField(_("value"))
    minimum = MoneyField(
        _("from"), default=ZERO, help_text=_("The goods must come to this much at least.")
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    max_uses = models.PositiveIntegerField(
        _("uses in all"), null=True, blank=True, help_text=_("Empty: as often as you like.")
    )
    uses = models.PositiveIntegerField(_("used"), default=0, editable=False)
    active = models.BooleanField(_("active"), default=True)

    objects = CouponQuerySet.as_manager()

    panels = [
        FieldRowPanel([FieldPanel("code"), FieldPanel("active")]),
        FieldRowPanel([FieldPanel("kind"), FieldPanel("value"), FieldPanel("minimum")]),
        FieldRowPanel(
            [FieldPanel("valid_from"), FieldPanel("valid_until"), FieldPanel("max_uses")]
        ),
    ]

    class Meta:
        ordering = ["code"]
        verbose_name = _("coupon")
        constraints = [
            models.UniqueConstraint(
                Upper("code"),
                name="coupon_code_unique_whatever_the_case",
                violation_error_message=_("There is a coupon with this code."),
            ),
            models.CheckConstraint(
                condition=Q(max_uses__isnull=True) | Q(uses__lte=F("max_uses")),
                name="coupon_not_used_too_often",
            ),
            models.CheckConstraint(
                condition=~Q(kind="percent") | Q(value__lte=100),
                name="coupon_at_most_everything_off",
                violation_error_message=_("A percentage cannot be above 100."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        super().clean()
        self.code = self.code.strip().upper()

    def discount_on(self, goods: Decimal, currency: str) -> Decimal:
        """What the coupon takes off goods of this value: never more than they are worth."""
        if goods < self.minimum:
            return ZERO
        if self.kind == self.Kind.PERCENT:
            return round_money(goods * self.value / 100, currency)
        return min(self.value, goods)


class SavedBasket(models.Model):
    """The basket of an account, there on the next device too. Same shape as the session's."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_basket"
    )
    contents = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Basket of {self.user_id}"
