"""The carriers that the shop hands parcels to, and where each shows how a parcel travels."""

from __future__ import annotations

from urllib.parse import quote

from django.db import models
from django.utils.translation import gettext_lazy as _


class Carrier(models.TextChoices):
    ROYAL_MAIL = "royal_mail", "Royal Mail"
    PARCELFORCE = "parcelforce", "Parcelforce"
    EVRI = "evri", "Evri"
    DHL = "dhl", "DHL"
    UPS = "ups", "UPS"
    FEDEX = "fedex", "FedEx"
    OTHER = "other", _("Another carrier")


_PAGES = {
    Carrier.ROYAL_MAIL: "https://www.royalmail.com/track-your-item#/tracking-results/{}",
    Carrier.PARCELFORCE: "https://www.parcelforce.com/track-trace?trackNumber={}",
    Carrier.EVRI: "https://www.evri.com/track/parcel/{}",
    Carrier.DHL: "https://www.dhl.com/gb-en/home/tracking.html?tracking-id={}",
    Carrier.UPS: "https://www.ups.com/track?tracknum={}",
    Carrier.FEDEX: "https://www.fedex.com/fedextrack/?trknbr={}",
}


def tracking_page(carrier: str, number: str) -> str:
    """Where the carrier says how the parcel travels; empty where we do not know."""
    page = _PAGES.get(Carrier(carrier)) if carrier and number else None
    return page.format(quote(number, safe="")) if page else ""
