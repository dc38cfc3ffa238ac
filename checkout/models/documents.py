from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.orders import Order, OrderLine
from checkout.models.refunds import Refund
from checkout.models.returns import ReturnRequest
from checkout.models.snapshots import Snapshot
from checkout.refund_shares import Part
from checkout.totals import NOTHING, Amount, TaxTotals
from content.claims import Claimable, ClaimableQuerySet
from content.mail_server import Failure
from products.fields import MoneyField


def private_storage() -> Storage:
    return storages["private"]


class InvoiceSeries(models.Model):
    """A run of invoice numbers without gaps. Its row is locked while a number is allotted."""

    prefix = models.CharField(max_length=16, primary_key=True)
    next_number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.prefix


class PaperQuerySet(ClaimableQuerySet):
    def due(self) -> PaperQuerySet:
        """Numbered, not rendered yet."""
        return self.filter(rendered_at__isnull=True)

    def damaged(self) -> PaperQuerySet:
        """The kept file is lost or changed, and staff have not decided yet."""
        return self.filter(damaged_at__isnull=False)


class Paper(Claimable):
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


class CreditNote(Paper):
    """What an invoice is lowered by: one decision to give money back, with its lines and taxes.

    The number is allotted as it is decided, from a series of its own.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="credit_notes")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    series = models.ForeignKey(InvoiceSeries, on_delete=models.PROTECT, related_name="credit_notes")
    sequence = models.PositiveIntegerField()
    note = models.CharField(_("note to the customer"), max_length=200, blank=True)

    folder = "credit-notes"

    class Meta(Paper.Meta):
        ordering = ["series", "sequence"]
        verbose_name = _("credit note")
        constraints = [
            models.UniqueConstraint(fields=["series", "sequence"], name="credit_note_number_once"),
            *Paper.Meta.constraints,
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """ "CN-2026-00007"."""
        return f"{self.series_id}{self.sequence:05d}"

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"

    @property
    def amount(self) -> Amount:
        return sum((line.amount for line in self.lines.all()), NOTHING)

    @property
    def taxes(self) -> list[TaxTotals]:
        """By rate, highest first, as an invoice has them."""
        rates = sorted({line.rate for line in self.lines.all()}, reverse=True)
        return [
            TaxTotals(rate, sum((o.amount for o in self.lines.all() if o.rate == rate), NOTHING))
            for rate in rates
        ]

    def get_absolute_url(self) -> str:
        return reverse("checkout:credit_note", args=[self.order.token, self.number])


class CreditNoteLine(Snapshot):
    """Units of one line of the order, delivery at one rate, or a price reduction of either."""

    credit_note = models.ForeignKey(CreditNote, on_delete=models.PROTECT, related_name="lines")
    part = models.CharField(max_length=8, choices=Part)
    # None: delivery.
    line = models.ForeignKey(
        OrderLine, null=True, on_delete=models.PROTECT, related_name="credit_note_lines"
    )
    units = models.PositiveIntegerField(default=0)
    rate = models.DecimalField(max_digits=6, decimal_places=3)
    net = MoneyField()
    tax = MoneyField()
    gross = MoneyField()

    class Meta:
        ordering = ["credit_note", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(part=Part.GOODS, units__gte=1, line__isnull=False)
                | Q(part=Part.DELIVERY, units=0, line__isnull=True)
                | Q(part=Part.GOODWILL, units=0),
                name="credit_note_line_of_something",
            ),
            models.CheckConstraint(
                condition=Q(net__gte=0, tax__gte=0, gross__gte=0),
                name="credit_note_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.gross}"

    @property
    def amount(self) -> Amount:
        return Amount(self.net, self.tax, self.gross)


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
