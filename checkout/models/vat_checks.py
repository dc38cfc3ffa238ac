from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.models.orders import Order
from content.claims import Claimable, ClaimableQuerySet

MAX_ATTEMPTS = 12


class VatCheckState(models.TextChoices):
    PENDING = "pending", _("being looked up")
    VALID = "valid", _("valid when the order was placed")
    INVALID = "invalid", _("not valid: ask the customer, VAT may be due")
    UNAVAILABLE = "unavailable", _("not looked up: the tax office does not answer")


OPEN = Q(state__in=[VatCheckState.PENDING.value, VatCheckState.UNAVAILABLE.value])


class VatCheckQuerySet(ClaimableQuerySet):
    def due(self) -> VatCheckQuerySet:
        return self.filter(OPEN, due_at__lte=timezone.now(), attempts__lt=MAX_ATTEMPTS)


class VatCheck(Claimable):
    """What the tax offices say of the VAT number of an order. It holds up nothing."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="vat_check")
    state = models.CharField(max_length=12, choices=VatCheckState, default=VatCheckState.PENDING)
    name = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = VatCheckQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=OPEN, name="vat_check_due")]

    def __str__(self) -> str:
        return f"{self.order.vat_number} {self.state}"
