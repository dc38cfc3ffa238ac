"""A carrier's list of parcels, as its program or a spreadsheet saves it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _

from checkout.carriers import Carrier
from checkout.models import Tracking
from products.importing.files.tables import opened
from products.importing.records import FileRefused

MAX_BYTES = 1_000_000
MAX_ROWS = 500

# By their letters and digits only, in small letters. The first that a file has counts.
_HEADINGS = {
    "order": (
        "ordernumber",
        "orderno",
        "orderid",
        "ordername",
        "orderreference",
        "order",
        "customerreference",
        "reference",
        "name",
        "number",
    ),
    "tracking": (
        "trackingnumber",
        "trackingno",
        "trackingcode",
        "trackingid",
        "tracking",
        "trackandtrace",
        "consignmentnumber",
        "consignment",
        "parcelnumber",
        "shipmentnumber",
    ),
    "carrier": ("carrier", "carriername", "courier", "trackingcompany", "shippingcarrier"),
}


@dataclass(frozen=True)
class ParcelRow:
    """One parcel. `row` is the spreadsheet's number; what the file does not say is empty."""

    row: int
    order: str
    tracking: Tracking


def read(file: BinaryIO) -> list[ParcelRow]:
    """Raises FileRefused, with a message for the person who chose the file."""
    with opened(file) as table:
        columns = _columns(table.header)
        found: list[ParcelRow] = []
        for row in table.rows(columns):
            if len(found) == MAX_ROWS:
                message = _("There are more than %(n)d rows. Split the file.")
                raise FileRefused(message % {"n": MAX_ROWS})
            number = "".join(row["tracking"].split())
            found.append(ParcelRow(row.number, row["order"], tracked(row["carrier"], number)))
    if not found:
        raise FileRefused(_("There are no rows below the header."))
    return found


def tracked(carrier: str, number: str) -> Tracking:
    """ "Royal Mail" and "royal-mail" are one that we know; of another we keep the name."""
    known = {_letters(name): code for code, label in Carrier.choices for name in (code, str(label))}
    code = known.get(_letters(carrier), Carrier.OTHER if carrier else "")
    name = carrier if code == Carrier.OTHER else ""
    return Tracking(str(code), name, number)


def _columns(header: tuple[str, ...]) -> dict[int, str]:
    """Our names by the place of the file's columns."""
    names = [_letters(name) for name in header]
    places = {
        ours: next((names.index(theirs) for theirs in known if theirs in names), None)
        for ours, known in _HEADINGS.items()
    }
    if places["order"] is None or places["tracking"] is None:
        raise FileRefused(
            _("The first row must name the columns “Order number” and “Tracking number”.")
        )
    return {place: ours for ours, place in places.items() if place is not None}


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
