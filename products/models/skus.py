from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Upper
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from products.fields import SKU_MAX_LENGTH, valid_sku_code


class StockState(models.TextChoices):
    IN_STOCK = "in_stock", _("In stock")
    LOW = "low", _("Low in stock")
    BACKORDER = "backorder", _("On back-order")
    SOLD_OUT = "sold_out", _("Sold out")


@dataclass(frozen=True)
class Availability:
    """What a shopper is told about a SKU. `left` is a number of units, where it is worth saying."""

    state: StockState
    left: int | None = None

    @property
    def label(self) -> str:
        if self.state == StockState.LOW and self.left is not None:
            return ngettext("Only %(n)d left", "Only %(n)d left", self.left) % {"n": self.left}
        if self.state == StockState.BACKORDER:
            return str(_("Made to order, sent a little later"))
        return str(self.state.label)

    @property
    def can_be_bought(self) -> bool:
        return self.state != StockState.SOLD_OUT


def _variants() -> models.QuerySet[Any]:
    # Looked up late: a variant knows its SKU, not the other way round.
    return apps.get_model("products", "Variant").objects.all()


_NEVER_DELETED = "A SKU is retired, never deleted: orders and revisions name it."
_NEVER_CHANGED = "A stock movement is never changed or deleted: add one that corrects it."


class SkuQuerySet(models.QuerySet["Sku"]):
    """Stock in the words of the shop. What is available is on hand less reserved, in units."""

    def in_use(self) -> SkuQuerySet:
        """Those that a page sells, or that have a history."""
        sold_by_a_page = Exists(_variants().filter(sku=OuterRef("code")))
        has_moved = Exists(StockMovement.objects.filter(sku=OuterRef("pk")))
        return self.filter(sold_by_a_page | has_moved)

    def with_waiting(self) -> SkuQuerySet:
        """`waiting`: how many people want to hear when it is back."""
        alerts = apps.get_model("products", "StockAlert").objects.confirmed()
        of_each = alerts.filter(sku=OuterRef("pk")).order_by().values("sku")
        return self.annotate(waiting=Coalesce(Subquery(of_each.values(n=Count("pk"))), Value(0)))

    def wanted(self) -> SkuQuerySet:
        """Somebody wants to hear when it is back."""
        alerts = apps.get_model("products", "StockAlert").objects.confirmed()
        return self.filter(Exists(alerts.filter(sku=OuterRef("pk"))))

    def owed(self) -> SkuQuerySet:
        """Sold, and not in the house yet: back-orders, and what a count did not find."""
        return self.filter(on_hand__lt=0)

    def sold_out(self) -> SkuQuerySet:
        return self.filter(on_hand__lte=F("reserved"))

    def low(self) -> SkuQuerySet:
        return self.filter(
            on_hand__gt=F("reserved"), on_hand__lte=F("reserved") + F("low_stock_threshold")
        )

    def plenty(self) -> SkuQuerySet:
        return self.filter(on_hand__gt=F("reserved") + F("low_stock_threshold"))

    def delete(self) -> NoReturn:
        raise TypeError(_NEVER_DELETED)


class Sku(models.Model):
    """A thing that is kept in stock and counted. Never part of a page, so never revisioned.

    Rows are never deleted, only retired: revisions and orders name them for ever. All changes
    of `on_hand` and `reserved` go through `products.stock`.
    """

    code = models.CharField(
        _("SKU"), max_length=SKU_MAX_LENGTH, unique=True, validators=[valid_sku_code]
    )
    on_hand = models.IntegerField(_("on hand"), default=0, editable=False)
    reserved = models.PositiveIntegerField(_("reserved"), default=0, editable=False)
    backorders_allowed = models.BooleanField(
        _("sell beyond stock"),
        default=False,
        help_text=_("Shoppers may order more than is on hand; units are owed until they arrive."),
    )
    low_stock_threshold = models.PositiveIntegerField(
        _("low at"), default=3, help_text=_("From this many available units on, say “only … left”.")
    )
    weight = models.PositiveIntegerField(_("weight in grams"), null=True, blank=True)
    barcode = models.CharField(_("barcode"), max_length=64, blank=True, db_index=True)
    retired = models.BooleanField(
        _("retired"), default=False, help_text=_("No longer sold, whatever page names it.")
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SkuQuerySet.as_manager()

    class Meta:
        ordering = ["code"]
        verbose_name = _("SKU")
        verbose_name_plural = _("stock")
        constraints = [
            models.CheckConstraint(condition=Q(reserved__gte=0), name="sku_reserved_not_negative")
        ]
        indexes = [models.Index(Upper("code"), name="sku_by_code_in_any_case")]

    def __str__(self) -> str:
        return self.code

    @property
    def available(self) -> int:
        """Units that may still be promised to somebody; never below zero."""
        return max(0, self.on_hand - self.reserved)

    @property
    def owed(self) -> int:
        """Units that were sold and are not in the house yet."""
        return max(0, -self.on_hand)

    @property
    def availability(self) -> Availability:
        return self.availability_with(self.available)

    def availability_with(self, units: int) -> Availability:
        """What a shopper would be told if so many units could still be promised."""
        if self.retired:
            return Availability(StockState.SOLD_OUT)
        if units > self.low_stock_threshold:
            return Availability(StockState.IN_STOCK)
        if units > 0:
            return Availability(StockState.LOW, units)
        if self.backorders_allowed:
            return Availability(StockState.BACKORDER)
        return Availability(StockState.SOLD_OUT)

    def can_supply(self, wanted: int) -> int:
        """How many of the `wanted` units could be sold now."""
        if self.retired:
            return 0
        return wanted if self.backorders_allowed else min(wanted, self.available)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(_NEVER_DELETED)


class MovementReason(models.TextChoices):
    RECEIVED = "received", _("Received")
    COUNTED = "counted", _("Stock count")
    SOLD = "sold", _("Sold")
    RETURNED = "returned", _("Returned")
    DAMAGED = "damaged", _("Damaged or lost")
    CORRECTED = "corrected", _("Corrected")
    IMPORTED = "imported", _("Imported")

    @classmethod
    def by_hand(cls) -> list[tuple[str, Any]]:
        """The reasons that a person may give; the others are the shop's own."""
        return [
            (reason.value, reason.label)
            for reason in (cls.RECEIVED, cls.COUNTED, cls.RETURNED, cls.DAMAGED, cls.CORRECTED)
        ]


class LedgerQuerySet(models.QuerySet["StockMovement"]):
    """Read, and added to."""

    def update(self, **changes: Any) -> NoReturn:
        raise TypeError(_NEVER_CHANGED)

    def delete(self) -> NoReturn:
        raise TypeError(_NEVER_CHANGED)


class StockMovement(models.Model):
    """One line of a SKU's ledger, append-only. The deltas of a SKU add up to its `on_hand`."""

    sku = models.ForeignKey(Sku, on_delete=models.PROTECT, related_name="movements")
    delta = models.IntegerField(_("change"))
    balance = models.IntegerField(_("on hand after"))
    reason = models.CharField(_("reason"), max_length=16, choices=MovementReason)
    reference = models.CharField(_("reference"), max_length=64, blank=True, db_index=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("by"),
    )
    created_at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("stock movement")
        constraints = [
            models.CheckConstraint(condition=~Q(delta=0), name="stock_movement_moves_something")
        ]
        # The last of a SKU: the ledger's own guards ask for it at every movement.
        indexes = [models.Index(fields=["sku", "-id"], name="stock_movement_last")]

    def __str__(self) -> str:
        return f"{self.sku.code} {self.delta:+d} ({self.reason})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError(_NEVER_CHANGED)
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(_NEVER_CHANGED)
