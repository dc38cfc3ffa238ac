from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout import return_status
from checkout.models.lines import OrderLine
from checkout.models.orders import Order
from checkout.models.snapshots import Snapshot
from checkout.return_status import ReturnKind, ReturnStatus


class ReturnRequestQuerySet(models.QuerySet["ReturnRequest"]):
    def open(self) -> ReturnRequestQuerySet:
        """Neither refused nor refunded."""
        return self.filter(status__in=return_status.OPEN)

    def waiting(self) -> ReturnRequestQuerySet:
        """For the shop: to be answered, or to be refunded."""
        return self.filter(status__in=return_status.WAITING)

    def withdrawals(self) -> ReturnRequestQuerySet:
        return self.filter(kind=ReturnKind.WITHDRAWAL)


class ReturnRequest(models.Model):
    """Units of an order that its shopper gives back: asks to, or withdraws from buying them.

    What the shopper said never changes. A withdrawal keeps its whole statement: who, how to be
    reached, what, and when.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="returns")
    kind = models.CharField(_("kind"), max_length=10, choices=ReturnKind)
    status = models.CharField(
        _("status"), max_length=10, choices=ReturnStatus, default=ReturnStatus.REQUESTED
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    # Where to send the goods, or why they are not taken back.
    answer = models.TextField(_("answer"), max_length=2000, blank=True)
    requested_at = models.DateTimeField(_("asked on"), default=timezone.now, db_index=True)

    objects = ReturnRequestQuerySet.as_manager()

    class Meta:
        ordering = ["requested_at", "pk"]
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        indexes = [
            models.Index(
                fields=["requested_at"],
                condition=Q(status__in=sorted(s.value for s in return_status.OPEN)),
                name="return_open",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind=ReturnKind.WITHDRAWAL, status=ReturnStatus.REFUSED),
                name="return_withdrawal_never_refused",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.order.number}"

    @property
    def units(self) -> Mapping[int, int]:
        """By the key of the order's line."""
        return {line.line_id: line.units for line in self.lines.all()}

    @property
    def is_withdrawal(self) -> bool:
        return self.kind == ReturnKind.WITHDRAWAL

    @property
    def is_open(self) -> bool:
        return self.status in return_status.OPEN

    @property
    def is_waiting(self) -> bool:
        return self.status in return_status.WAITING

    def may_become(self, after: str) -> bool:
        return return_status.may_become(self.kind, self.status, after)

    def as_event(self) -> dict[str, Any]:
        lines = self.lines.select_related("line")
        return {"units": ", ".join(f"{one.units} × {one.line.sku_id}" for one in lines)}


class ReturnLine(Snapshot):
    """So many units of one line of the order."""

    return_request = models.ForeignKey(
        ReturnRequest, on_delete=models.PROTECT, related_name="lines"
    )
    line = models.ForeignKey(OrderLine, on_delete=models.PROTECT, related_name="return_lines")
    units = models.PositiveIntegerField(_("units"))

    class Meta:
        ordering = ["return_request", "line__position"]
        constraints = [
            models.UniqueConstraint(fields=["return_request", "line"], name="return_line_once"),
            models.CheckConstraint(condition=Q(units__gte=1), name="return_line_has_units"),
        ]

    def __str__(self) -> str:
        return f"{self.units} × {self.line.name}"
