from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from checkout.carriers import Carrier, tracking_page
from checkout.models.orders import Order


@dataclass(frozen=True)
class Tracking:
    """How a parcel can be followed, as staff wrote it down. Each may be empty."""

    carrier: str = ""
    carrier_name: str = ""
    number: str = ""
    url: str = ""

    @property
    def carrier_label(self) -> str:
        """ "Royal Mail", or the name that staff typed for another carrier."""
        if self.carrier == Carrier.OTHER:
            return self.carrier_name
        return str(Carrier(self.carrier).label) if self.carrier else ""


class Shipment(models.Model):
    """A parcel of an order. `url` is what staff typed; `tracking_url` is what readers follow."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="shipments")
    carrier = models.CharField(_("carrier"), max_length=16, choices=Carrier, blank=True)
    carrier_name = models.CharField(_("name of the carrier"), max_length=60, blank=True)
    number = models.CharField(_("tracking number"), max_length=64, blank=True)
    url = models.URLField(_("address of the tracking page"), max_length=500, blank=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["order_id", "pk"]
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        indexes = [models.Index(fields=["number"], name="shipment_by_number")]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.carrier_label, self.number])) or f"{self.order_id}"

    @property
    def carrier_label(self) -> str:
        return self.tracking.carrier_label

    @property
    def tracking_url(self) -> str:
        return self.url or tracking_page(self.carrier, self.number)

    @property
    def can_be_followed(self) -> bool:
        return bool(self.carrier_label or self.number or self.url)

    @property
    def tracking(self) -> Tracking:
        return Tracking(self.carrier, self.carrier_name, self.number, self.url)

    @tracking.setter
    def tracking(self, tracking: Tracking) -> None:
        for name, value in asdict(tracking).items():
            setattr(self, name, value)

    def as_event(self) -> dict[str, Any]:
        """Only what is known, so that the history is short."""
        facts = {"carrier": self.carrier_label, "tracking": self.number, "url": self.url}
        return {name: value for name, value in facts.items() if value}
