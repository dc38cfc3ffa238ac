from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.payments import Payment
from content.claims import Claimable, ClaimableQuerySet
from products.fields import MoneyField


class RefundQuerySet(ClaimableQuerySet):
    def due(self) -> RefundQuerySet:
        return self.filter(made_at__isnull=True)

    def due_by_hand(self) -> RefundQuerySet:
        """Somebody must send the money, and say so."""
        return self.due().filter(by_hand=True)

    def due_from_provider(self) -> RefundQuerySet:
        """Not yet asked for, or not yet answered."""
        return self.due().filter(by_hand=False, last_error="")

    def refused(self) -> RefundQuerySet:
        """The provider said no: it waits for a decision."""
        return self.due().filter(by_hand=False).exclude(last_error="")


class Refund(Claimable):
    """Money that goes back. Due until `made_at`; the task that makes it may run twice.

    Part of a payment or all of it. `claimed_until` keeps a second worker away while a first one
    is asking; a refusal ends with `last_error` and asks for nothing more until staff do.
    """

    class Reason(models.TextChoices):
        SOLD_OUT = "sold_out", _("Paid too late, and sold out by then")
        CANCELLED = "cancelled", _("Paid after it was cancelled")
        DUPLICATE = "duplicate", _("Paid twice")
        SHOP = "shop", _("Given back by the shop")
        # Booked as it was found: nobody here asked for it.
        OUTSIDE = "outside", _("Given back at the payment service")
        DISPUTE = "dispute", _("Taken back by the customer’s bank")
        MISMATCH = "mismatch", _("Did not match the order")
        SURPLUS = "surplus", _("Paid too much")

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    # What it is given back for; None where the order stands (paid twice) or never came to be.
    credit_note = models.ForeignKey(
        "checkout.CreditNote",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="refunds",
    )
    amount = MoneyField(_("amount"))
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    # One payment may be given back in parts, each for the same reason.
    number = models.PositiveSmallIntegerField(default=1)
    note = models.CharField(_("note to the customer"), max_length=200, blank=True)
    by_hand = models.BooleanField(default=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    reference = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    attempt = models.PositiveSmallIntegerField(default=1)
    made_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)

    objects = RefundQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something"),
            models.UniqueConstraint(
                fields=["payment", "reason", "number"], name="refund_once_a_reason"
            ),
            models.UniqueConstraint(
                fields=["payment", "reference"],
                condition=~Q(reference__in=["", "by_hand"]),
                name="refund_booked_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(made_at__isnull=True), name="refund_due"
            ),
            models.Index(fields=["made_at"], name="refund_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.payment.currency}"

    @property
    def idempotency_key(self) -> str:
        """The same for every repetition, and another for each `attempt` that staff ask for:

        a provider answers a key that it refused with the same refusal for ever.
        """
        parts = [self.payment.idempotency_key, "refund", self.reason]
        if self.number > 1:
            parts.append(str(self.number))
        if self.attempt > 1:
            parts.append(f"try{self.attempt}")
        return "-".join(parts)

    @property
    def is_refused(self) -> bool:
        return bool(self.last_error) and self.made_at is None

    @property
    def is_whole(self) -> bool:
        return self.amount >= self.payment.amount

    @property
    def is_told(self) -> bool:
        """Whether the shopper hears of it from us: of a dispute their bank tells them."""
        return self.reason != self.Reason.DISPUTE

    @property
    def is_by_the_shop(self) -> bool:
        return self.reason == self.Reason.SHOP

    def as_event(self) -> dict[str, Any]:
        return {"amount": str(self.amount), "reason": self.reason}
