from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.orders import Order
from content.claims import Claimable, ClaimableQuerySet
from products.fields import MoneyField
from products.money import ZERO


class PaymentStatus(models.TextChoices):
    CREATED = "created", _("Not begun")
    OPEN = "open", _("With the shopper")
    PROCESSING = "processing", _("On its way")
    SUCCEEDED = "succeeded", _("Paid")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    HELD = "held", _("Held: does not match the order")
    RETURNED = "returned", _("Not taken: goes back")


# Whatever became of it: the money reached the shop.
ARRIVED = frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.HELD, PaymentStatus.RETURNED})


LAST_MINUTES = timedelta(minutes=5)


class PaymentQuerySet(ClaimableQuerySet):
    def unsettled(self) -> PaymentQuerySet:
        """Begun at a provider that can be asked how it ended."""
        return self.filter(
            status__in=[PaymentStatus.OPEN, PaymentStatus.PROCESSING], reference__isnull=False
        )

    def received(self) -> PaymentQuerySet:
        """Money that came, and is what was asked for."""
        return self.filter(status=PaymentStatus.SUCCEEDED)

    def held(self) -> PaymentQuerySet:
        """Money that came and is not what was asked for: somebody must look."""
        return self.filter(status=PaymentStatus.HELD)


class Payment(Claimable):
    """One attempt to pay an order.

    `parameters` are fixed before the provider is first called, so that a retry sends exactly the
    same; `reference` is the provider's name for the attempt.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    attempt = models.PositiveSmallIntegerField(default=1)
    provider = models.CharField(_("provider"), max_length=32)
    status = models.CharField(
        _("status"), max_length=12, choices=PaymentStatus, default=PaymentStatus.CREATED
    )
    amount = MoneyField(_("amount"))
    currency = models.CharField(max_length=3)
    parameters = models.JSONField(default=dict)
    reference = models.CharField(_("reference"), max_length=255, null=True, blank=True)  # noqa: DJ001
    # What a refund names: Stripe's payment intent, where the session is the reference.
    charge = models.CharField(max_length=255, blank=True, db_index=True)
    # What came instead of `amount` and `currency`, where a payment is held.
    received = MoneyField(_("received"), null=True, blank=True)
    received_currency = models.CharField(max_length=3, blank=True)
    redirect_url = models.URLField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ["order_id", "attempt"]
        constraints = [
            models.UniqueConstraint(fields=["order", "attempt"], name="payment_attempt_once"),
            # NULLs are distinct: attempts that have no reference yet do not collide.
            models.UniqueConstraint(
                fields=["provider", "reference"], name="payment_reference_unique"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="payment_not_negative"),
        ]
        indexes = [
            models.Index(
                fields=["checked_at"],
                condition=Q(status__in=["open", "processing"], reference__isnull=False),
                name="payment_unsettled",
            ),
            models.Index(fields=["created_at"], condition=Q(status="held"), name="payment_held"),
            # A provider's days, as they are compared with its books.
            models.Index(fields=["provider", "created_at"], name="payment_by_provider"),
            models.Index(fields=["paid_at", "provider"], name="payment_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} / {self.attempt}"

    @property
    def idempotency_key(self) -> str:
        return f"{self.order.token}-{self.attempt}"

    @property
    def has_ended(self) -> bool:
        """Nobody can pay in it any more, although nobody has told us so yet."""
        ends = self.parameters.get("expires_at")
        return (
            self.status == PaymentStatus.OPEN
            and ends is not None
            and ends <= timezone.now().timestamp()
        )

    @property
    def ends_soon(self) -> bool:
        """Too little time is left to find one's card: paying begins anew."""
        in_time = timezone.now() + LAST_MINUTES
        return (
            self.status == PaymentStatus.OPEN
            and self.reference is not None
            and self.ends_at <= in_time
        )

    @property
    def refundable(self) -> Decimal:
        """What came in and neither went back nor is on its way back."""
        if self.status != PaymentStatus.SUCCEEDED:
            return ZERO
        promised = sum((refund.amount for refund in self.refunds.all()), ZERO)
        # Less than nothing where some of it went another way while all of it was promised.
        return max(self.amount - promised, ZERO)

    @property
    def is_the_orders(self) -> bool:
        """Whether it was taken for the order: what is held or sent back never was."""
        return self.status == PaymentStatus.SUCCEEDED

    @property
    def kept(self) -> Decimal:
        """What came in for the order and has not gone back yet."""
        return self.left if self.is_the_orders else ZERO

    @property
    def came_in(self) -> Decimal:
        """What the provider took, whether or not it is what the order costs."""
        if self.status == PaymentStatus.HELD:
            return self.received or ZERO
        return self.amount if self.status in ARRIVED else ZERO

    @property
    def left(self) -> Decimal:
        """What came in and has not gone back yet, taken for the order or not."""
        gone = (refund.amount for refund in self.refunds.all() if refund.made_at)
        return self.came_in - sum(gone, ZERO)

    @property
    def covers_order(self) -> bool:
        """Whether what is held would pay for what was asked."""
        return self.received_currency == self.currency and self.came_in >= self.amount

    @property
    def ends_at(self) -> datetime:
        """When the stock is no longer reserved: a session at a provider ends with it."""
        return self.order.expires_at or self.created_at


class PaymentEventQuerySet(ClaimableQuerySet):
    def due(self) -> PaymentEventQuerySet:
        return self.filter(processed_at__isnull=True)


class PaymentEvent(Claimable):
    """A provider's message, stored as it came once its signature was found good."""

    provider = models.CharField(max_length=32)
    event_id = models.CharField(max_length=255)
    type = models.CharField(max_length=100)
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="events"
    )
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = PaymentEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "event_id"], name="payment_event_stored_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["received_at"],
                condition=Q(processed_at__isnull=True),
                name="payment_event_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
