from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.lines import OrderLine
from checkout.models.orders import Order
from checkout.models.snapshots import Snapshot
from checkout.refund_shares import Part
from checkout.totals import NOTHING, Amount, TaxTotals
from content.claims import Claimable, ClaimableQuerySet
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
        indexes = [
            models.Index(fields=["issued_at"], name="%(class)s_by_day"),
            models.Index(
                fields=["issued_at"], condition=Q(rendered_at__isnull=True), name="%(class)s_due"
            ),
            models.Index(
                fields=["issued_at"],
                condition=Q(damaged_at__isnull=False),
                name="%(class)s_damaged",
            ),
        ]

    # Each kind of paper has its own: a constraint names them.
    series_id: str
    sequence: Any

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """ "INV-2026-00042", "CN-2026-00007"."""
        return f"{self.series_id}{self.sequence:05d}"

    @property
    def file_name(self) -> str:
        return f"{self.number}.pdf"


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
