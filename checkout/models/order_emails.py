from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.orders import Order
from checkout.models.refunds import Refund
from checkout.models.returns import ReturnRequest
from content.claims import Claimable, ClaimableQuerySet
from content.mail_server import Failure


class EmailKind(models.TextChoices):
    RECEIVED = "received", _("Order received")
    CONFIRMED = "confirmed", _("Payment received, with the invoice")
    SENT = "sent", _("Order sent")
    CANCELLED = "cancelled", _("Order cancelled")
    REFUNDED = "refunded", _("Money sent back")
    RETURN_REQUESTED = "return_requested", _("Return asked for")
    RETURN_ACCEPTED = "return_accepted", _("Return accepted")
    RETURN_REFUSED = "return_refused", _("Return refused")
    RETURN_RECEIVED = "return_received", _("Returned goods received")
    WITHDRAWAL = "withdrawal", _("Withdrawal acknowledged")
    ORDER_LINK = "order_link", _("Link to the order")


class EmailState(models.TextChoices):
    SENT = "sent", _("sent")
    WAITING = "waiting", _("not sent yet")
    RETRYING = "retrying", _("trying again")
    FAILED = "failed", _("given up")


# After so many tries, about half an hour, staff are told.
TROUBLE_AFTER = 5


class OrderEmailQuerySet(ClaimableQuerySet):
    def due(self) -> OrderEmailQuerySet:
        """To be sent, now or when its back-off ends."""
        return self.filter(sent_at__isnull=True, failed_at__isnull=True)

    def alone(self) -> OrderEmailQuerySet:
        """With which no document ever goes, as its own row says."""
        return self.exclude(kind=EmailKind.CONFIRMED).filter(refund__isnull=True)

    def ready(self) -> OrderEmailQuerySet:
        """Due, and what goes with it is there: an e-mail waits for its documents."""
        without_invoice = Q(kind=EmailKind.CONFIRMED, order__invoice__rendered_at__isnull=True)
        has_note = Q(refund__credit_note__isnull=False)
        return self.due().exclude(
            without_invoice | has_note & Q(refund__credit_note__rendered_at__isnull=True)
        )

    def failed(self) -> OrderEmailQuerySet:
        """Nobody tries any more: staff must see to it."""
        return self.filter(failed_at__isnull=False)

    def in_trouble(self) -> OrderEmailQuerySet:
        """Failed, or failing for so long that somebody should look."""
        return self.filter(
            Q(failed_at__isnull=False) | Q(sent_at__isnull=True, attempts__gte=TROUBLE_AFTER)
        )


class OrderEmail(Claimable):
    """An e-mail that an order owes its shopper: due until it is sent, or has failed for good.

    Each kind is owed once an order: once a refund or a return where it tells of one, and in a new
    `edition` where staff ask for it. `subject` and `sent_to` are what went out.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="emails")
    kind = models.CharField(_("kind"), max_length=16, choices=EmailKind)
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="emails"
    )
    # What was returned or withdrawn from.
    return_request = models.ForeignKey(
        ReturnRequest, null=True, blank=True, on_delete=models.PROTECT, related_name="emails"
    )
    edition = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up"), null=True, blank=True)
    # Why the last try failed; empty while one is under way.
    last_error = models.CharField(max_length=200, choices=Failure, blank=True)
    subject = models.CharField(_("subject"), max_length=998, blank=True)
    sent_to = models.EmailField(_("sent to"), blank=True)

    objects = OrderEmailQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order", "kind", "edition"],
                condition=Q(refund__isnull=True, return_request__isnull=True),
                name="order_email_once_a_kind",
            ),
            models.UniqueConstraint(
                fields=["refund", "edition"],
                condition=Q(refund__isnull=False),
                name="order_email_once_a_refund",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(failed_at__isnull=True),
                name="order_email_sent_or_failed",
            ),
            models.UniqueConstraint(
                fields=["return_request", "kind", "edition"],
                condition=Q(return_request__isnull=False),
                name="order_email_once_a_return",
            ),
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(sent_at__isnull=True),
                name="order_email_due",
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(failed_at__isnull=False),
                name="order_email_failed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} {self.kind}"

    @property
    def state(self) -> EmailState:
        if self.sent_at:
            return EmailState.SENT
        if self.failed_at:
            return EmailState.FAILED
        return EmailState.RETRYING if self.attempts else EmailState.WAITING
