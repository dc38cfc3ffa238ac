from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.payments import Payment
from content.claims import Claimable, ClaimableQuerySet


class DiscrepancyQuerySet(models.QuerySet["Discrepancy"]):
    def open(self) -> DiscrepancyQuerySet:
        """Nobody has settled it, and the two books still differ."""
        return self.filter(resolved_at__isnull=True)


class Discrepancy(models.Model):
    """Something of which a provider's books and ours do not say the same.

    `ours` and `theirs` as text, "28.00 GBP, paid"; empty where that book knows nothing of it.
    Reported once: the same facts are the same row, and once staff have settled it they stay so.
    Where the books agree again later it is resolved by itself, without `resolved_by`.
    """

    class Kind(models.TextChoices):
        PAYMENT_NOT_HERE = "payment_not_here", _("Paid at Stripe, not here")
        PAYMENT_NOT_THERE = "payment_not_there", _("Paid here, not at Stripe")
        PAYMENT_DIFFERS = "payment_differs", _("Paid, but not the same amount")
        REFUND_NOT_HERE = "refund_not_here", _("Refunded at Stripe, not here")
        REFUND_NOT_THERE = "refund_not_there", _("Refunded here, not at Stripe")
        REFUND_DIFFERS = "refund_differs", _("Refunded, but not the same amount")
        DISPUTE_NOT_HERE = "dispute_not_here", _("Disputed at Stripe, not here")
        DISPUTE_NOT_THERE = "dispute_not_there", _("Disputed here, not at Stripe")
        DISPUTE_DIFFERS = "dispute_differs", _("Disputed, but not in the same state")

    kind = models.CharField(_("what differs"), max_length=20, choices=Kind)
    # The provider's name for it: of a session, a refund, a dispute.
    reference = models.CharField(_("reference"), max_length=255)
    charge = models.CharField(max_length=255, blank=True)
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="discrepancies"
    )
    ours = models.CharField(_("here"), max_length=100, blank=True)
    theirs = models.CharField(_("at Stripe"), max_length=100, blank=True)
    found_at = models.DateTimeField(_("since"), default=timezone.now)
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    resolved_at = models.DateTimeField(_("settled"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        ordering = ["-found_at", "-pk"]
        verbose_name = _("difference from Stripe")
        verbose_name_plural = _("differences from Stripe")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "reference", "ours", "theirs"], name="discrepancy_reported_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["found_at"], condition=Q(resolved_at__isnull=True), name="discrepancy_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reference}"

    @property
    def is_open(self) -> bool:
        return self.resolved_at is None

    @property
    def what(self) -> str:
        """Payment, refund or dispute."""
        return self.kind.partition("_")[0]


class ReconciledDayQuerySet(ClaimableQuerySet):
    def due(self) -> ReconciledDayQuerySet:
        return self.filter(done_at__isnull=True)


class ReconciledDay(Claimable):
    """A day whose payments were compared with the provider's: due until `done_at`."""

    day = models.DateField(_("day"), primary_key=True)
    done_at = models.DateTimeField(null=True, blank=True)
    compared: models.JSONField[Any, dict[str, int]] = models.JSONField(default=dict)

    objects = ReconciledDayQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]

    def __str__(self) -> str:
        return self.day.isoformat()
