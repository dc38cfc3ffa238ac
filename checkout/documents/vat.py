"""Under which VAT category of EN 16931 something is sold, and the words that must be said with it.

The codes are those of UNTDID 5305; the reasons those of the VATEX list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkout.documents.parties import Parties
from checkout.models import TaxTreatment
from checkout.tax import Destination, Place, place_of


@dataclass(frozen=True)
class VatCategory:
    """`note` is printed on the document where it is not empty."""

    code: str
    reason_code: str = ""
    note: str | Promise = ""

    @property
    def bears_rate(self) -> bool:
        return self != OUTSIDE


STANDARD = VatCategory("S")
ZERO_RATED = VatCategory("Z")
REVERSE_CHARGE = VatCategory(
    "AE", "VATEX-EU-AE", _("Reverse charge: the customer accounts for the VAT.")
)
INTRA_COMMUNITY = VatCategory(
    "K",
    "VATEX-EU-IC",
    _(
        "VAT-exempt intra-Community supply, Article 138 of Directive 2006/112/EC. "
        "Reverse charge: the customer accounts for the VAT."
    ),
)
EXPORT = VatCategory("G", "VATEX-EU-G", _("Export: no VAT is charged."))
OUTSIDE = VatCategory("O", "VATEX-EU-O", _("The seller is not registered for VAT."))


def category_of(rate: Decimal, treatment: str, parties: Parties) -> VatCategory:
    """Of what is sold at `rate`.

    Goods that go from one member state to a company in another are an intra-Community supply;
    everything else that the customer accounts for is reverse charge.
    """
    if rate:
        return STANDARD
    if not parties.seller.vat_number:
        return OUTSIDE
    if treatment == TaxTreatment.EXPORT:
        return EXPORT
    if treatment == TaxTreatment.REVERSE_CHARGE:
        there = Destination(parties.recipient.country, parties.recipient.postcode)
        within = place_of(parties.seller.country, there) == Place.UNION
        return INTRA_COMMUNITY if within else REVERSE_CHARGE
    return ZERO_RATED


def vat_identifier(number: str, country: str) -> str:
    """ "GB 123 4567 89", or the same without its country, as "GB123456789". Greece's is EL."""
    plain = re.sub(r"[^0-9A-Z]", "", number.upper())
    if not plain or re.match(r"[A-Z]{2}", plain):
        return plain
    return {"GR": "EL"}.get(country, country) + plain
