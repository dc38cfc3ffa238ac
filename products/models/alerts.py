from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from content.claims import Claimable, ClaimableQuerySet
from products.models.pages import ProductPage
from products.models.skus import Sku


class StockAlertQuerySet(ClaimableQuerySet):
    def due(self) -> StockAlertQuerySet:
        """Somebody is to be written to."""
        return self.filter(due_at__lte=timezone.now())

    def waiting(self) -> StockAlertQuerySet:
        """For units to come, who asked first before the others; the address is theirs."""
        return self.filter(confirmed_at__isnull=False, due_at=None).order_by("asked_at", "pk")

    def confirmed(self) -> StockAlertQuerySet:
        return self.filter(confirmed_at__isnull=False)


class StockAlert(Claimable):
    """Somebody wants to hear when a SKU is back. Gone once they were told, or after a time.

    `due_at`: from when on an e-mail to them is owed. Before `confirmed_at` that is the question
    whether they meant it, after it the news.
    """

    sku = models.ForeignKey(Sku, on_delete=models.CASCADE, related_name="alerts")
    # Where they asked: the link leads there, in their language.
    page = models.ForeignKey(ProductPage, on_delete=models.CASCADE, related_name="+")
    email = models.EmailField(_("e-mail"))
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = StockAlertQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sku", "email"], name="stock_alert_once_a_sku")
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="alert_due"),
            models.Index(fields=["sku", "asked_at"], name="alert_by_sku"),
        ]

    def __str__(self) -> str:
        """Without the address: this is read in logs."""
        return f"alert {self.pk}"
