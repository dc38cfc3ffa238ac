from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.claims import Claimable, ClaimableQuerySet
from checkout.models.orders import Order
from checkout.models.refunds import Refund
from content.mail_server import Failure


def private_storage() -> Storage:
    return storages["private"]


class InvoiceSeries(models.Model):
    """A run of invoice numbers without gaps. Its row is locked while a number is allotted."""

    prefix = models.CharField(max_length=16, primary_key=True)
    next_number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.prefix


class PaperQuerySet(models.QuerySet[Any]):
    def due(self) -> PaperQuerySet:
        """Numbered, not rendered yet."""
        return self.filter(rendered_at__isnull=True)


class Paper(models.Model):
    """A numbered document: rendered once, kept privately, and checked whenever it is read.

    `parties` are seller, buyer and recipient as they were at issue (`checkout.documents.parties`),
    so that a document shows the same facts whenever it is rendered. `damaged_at` is set where the
    kept file was found lost or changed: staff must decide (`checkout.documents.archive`).
    """

    issued_at = models.DateTimeField(_("issued"), default=timezone.now)
    parties: models.JSONField[Mapping[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    pdf = models.FileField(storage=private_storage, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    rendered_at = models.DateTimeField(null=True, blank=True)
    damaged_at = models.DateTimeField(null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(pdf="", sha256="")
                | (~Q(pdf="") & ~Q(sha256="") & Q(rendered_at__isnull=False)),
                name="%(class)s_rendered_has_a_hash",
            )
        ]


class Invoice(Paper):
    """The invoice of a paid order. The number is allotted as the order is marked paid."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="invoice")
    series = models.ForeignKey(InvoiceSeries, on_delete=models.PROTECT, related_name="invoices")
    sequence = models.PositiveIntegerField()

    folder = "invoices"

    class Meta(Paper.Meta):
        ordering = ["series", "sequence"]
        verbose_name = _("invoice")
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="invoice_number_once"),
            *Paper.Meta.constraints,
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """ "INV-2026-00042"."""
        return f"{self.series_id}{self.sequence:05d}"

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"

    def get_absolute_url(self) -> str:
        return reverse("checkout:invoice", args=[self.order.token, self.number])


class EmailKind(models.TextChoices):
    RECEIVED = "received", _("Order received")
    CONFIRMED = "confirmed", _("Payment received, with the invoice")
    SENT = "sent", _("Order sent")
    CANCELLED = "cancelled", _("Order cancelled")
    REFUNDED = "refunded", _("Money sent back")


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

    Each kind is owed once an order: once a refund where it tells of one, and in a new `edition`
    where staff ask for it. `subject` and `sent_to` are what went out.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="emails")
    kind = models.CharField(_("kind"), max_length=16, choices=EmailKind)
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="emails"
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
                condition=Q(refund__isnull=True),
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
        ]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(sent_at__isnull=True),
                name="order_email_due",
            )
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
