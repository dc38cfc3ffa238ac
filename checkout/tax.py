"""Which VAT an order bears. The rule is the table below; docs/tax.md tells it to shopkeepers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, auto

from django.utils import timezone

from checkout.models.terms import TaxRate, TaxTreatment
from content.live_pages import depends_on
from content.live_pages.parts import kept
from products.models import ProductPage, TaxClass
from products.money import ZERO

MEMBER_STATES = frozenset(
    {"AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU"}
    | {"IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"}
)
# For goods it belongs to the Union and to the United Kingdom, with the rates of the latter.
NORTHERN_IRELAND = "XI"
# Countries of their own to the post, but not to VAT.
_TAXED_AS = {"IM": "GB", "MC": "FR"}
# Parts of member states to which their VAT does not extend, by the beginning of the postcode.
_OUTSIDE = {
    "DE": ("27498", "78266"),  # Heligoland, Büsingen
    "ES": ("35", "38", "51", "52"),  # Canary Islands, Ceuta, Melilla
    "FI": ("22",),  # Åland
    "GR": ("63086",),  # Mount Athos
    "IT": ("22061", "23041"),  # Campione, Livigno
}


class Place(Enum):
    """Where goods go, as seen from the shop."""

    HOME = auto()
    UNION = auto()  # from one member state to another
    ABROAD = auto()


class Buyer(Enum):
    CONSUMER = auto()
    COMPANY = auto()  # with a VAT number of another member state


# The rule.
_TREATMENTS: Mapping[tuple[Place, Buyer], TaxTreatment] = {
    (Place.HOME, Buyer.CONSUMER): TaxTreatment.STANDARD,
    (Place.HOME, Buyer.COMPANY): TaxTreatment.STANDARD,
    (Place.UNION, Buyer.CONSUMER): TaxTreatment.STANDARD,
    (Place.UNION, Buyer.COMPANY): TaxTreatment.REVERSE_CHARGE,
    (Place.ABROAD, Buyer.CONSUMER): TaxTreatment.EXPORT,
    (Place.ABROAD, Buyer.COMPANY): TaxTreatment.EXPORT,
}


@dataclass(frozen=True)
class Destination:
    """Where goods change hands: `country` as ISO 3166 has it, the postcode as far as known."""

    country: str
    postcode: str = ""

    @property
    def territory(self) -> str:
        """Whose VAT reaches there: a country's code, XI for Northern Ireland, or nobody's."""
        postcode = "".join(self.postcode.split()).upper()
        if postcode.startswith(_OUTSIDE.get(self.country, ())):
            return ""
        if self.country == "GB" and postcode.startswith("BT"):
            return NORTHERN_IRELAND
        return _TAXED_AS.get(self.country, self.country)


@dataclass(frozen=True)
class Taxation:
    """`country`: whose rates are charged, or are taken out of the prices where none are."""

    treatment: TaxTreatment
    country: str

    @property
    def is_charged(self) -> bool:
        return self.treatment == TaxTreatment.STANDARD


def taxation(
    home: str, destination: Destination, *, vat_number: str = "", at_destination: bool = True
) -> Taxation:
    """How an order is taxed that a shop in `home` sends there.

    `vat_number`: the buyer's, checked. `at_destination`: whether consumers in other member states
    pay the VAT of their own country (One Stop Shop) or the shop's.
    """
    place = place_of(home, destination)
    treatment = _TREATMENTS[place, Buyer.COMPANY if vat_number else Buyer.CONSUMER]
    there, here = destination.territory, Destination(home).territory
    if place == Place.UNION and treatment == TaxTreatment.STANDARD and at_destination:
        return Taxation(treatment, "GB" if there == NORTHERN_IRELAND else there)
    return Taxation(treatment, here)


def place_of(home: str, destination: Destination) -> Place:
    there, here = destination.territory, Destination(home).territory
    if there == here or (there == NORTHERN_IRELAND and here == "GB"):
        return Place.HOME
    if here in MEMBER_STATES and there in MEMBER_STATES | {NORTHERN_IRELAND}:
        return Place.UNION
    return Place.ABROAD


def rates_for(
    country: str, tax_classes: Iterable[str], day: date | None = None
) -> dict[str, Decimal]:
    """Percent by tax class code in `country` on `day`.

    A class without a rate of its own takes the standard one; a country without any taxes nothing.
    """
    day = day or timezone.localdate()
    known = kept(("tax", country, day), lambda: _rates_in(country, day))
    standard = known.get(TaxClass.DEFAULT_CODE, ZERO)
    return {code: known.get(code, standard) for code in (*tax_classes, TaxClass.DEFAULT_CODE)}


def _rates_in(country: str, day: date) -> dict[str, Decimal]:
    depends_on("tax")
    rows = TaxRate.objects.valid_on(day).filter(country=country)
    return {row.tax_class: row.rate for row in rows.order_by("valid_from")}


def tax_class_of(page: ProductPage) -> str:
    return page.tax_class.code if page.tax_class else TaxClass.DEFAULT_CODE
