from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from checkout.models.payments import Payment
from products.fields import MoneyField


class DisputeState(models.TextChoices):
    OPEN = "open", _("Open")
    WON = "won", _("Decided for the shop")
    LOST = "lost", _("Decided for the customer")


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> DisputeQuerySet:
        """Not decided: an answer may still be due."""
        return self.filter(state=DisputeState.OPEN)


class Dispute(models.Model):
    """A customer asks their bank for the money back, and the bank asks the shop.

    `reason` is the provider's word; `respond_by` is when the bank stops listening.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    reference = models.CharField(max_length=255, unique=True)
    amount = MoneyField(_("amount"))
    currency = models.CharField(max_length=3)
    reason = models.CharField(_("reason"), max_length=64)
    state = models.CharField(
        _("state"), max_length=8, choices=DisputeState, default=DisputeState.OPEN
    )
    respond_by = models.DateTimeField(_("answer by"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = DisputeQuerySet.as_manager()

    class Meta:
        ordering = ["-opened_at"]
        indexes = [
            models.Index(fields=["payment"], condition=Q(state="open"), name="dispute_open"),
            models.Index(fields=["opened_at"], name="dispute_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=DisputeState.OPEN, closed_at__isnull=True)
                | (~Q(state=DisputeState.OPEN) & Q(closed_at__isnull=False)),
                name="dispute_closed_when_decided",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state == DisputeState.OPEN

    @property
    def reason_in_words(self) -> str:
        """ "product_not_received" is "product not received"."""
        return self.reason.replace("_", " ")
