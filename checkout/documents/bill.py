"""What an invoice or a credit note comes to, net, in the terms of EN 16931: a pure function.

An order's amounts are in the mode in which prices are entered, and only the tax of a whole rate is
rounded (`checkout.totals`). The standard wants net amounts, line by line, that add up to the same:

    lines - allowances + charges = what is taxed at a rate (BR-S-08),  that + its tax = the total

So the net of a line is what the order keeps for it after its discount, plus that discount without
tax; the allowance of a rate is the sum of the latter; what is left of the rate is delivery.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum

from checkout.documents.parties import Parties
from checkout.documents.vat import VatCategory, category_of
from checkout.totals import TaxTotals, apportion
from products.money import ZERO, round_money, smallest_unit


class BillKind(Enum):
    """UNTDID 1001."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


@dataclass(frozen=True)
class SoldLine:
    """Of an order, as it keeps it: `net` after the discount, `discount` in the mode of entry."""

    title: str
    options: str
    sku: str
    quantity: int
    rate: Decimal
    net: Decimal
    discount: Decimal = ZERO


@dataclass(frozen=True)
class BillLine:
    """`net`: of all units, before any allowance."""

    title: str
    options: str
    sku: str
    quantity: int
    rate: Decimal
    net: Decimal

    @property
    def price(self) -> tuple[Decimal, int]:
        """A net price and for how many units it is: exact, whatever the quantity.

        Three for 24.97 have no price a unit that comes to that, so it is said for three.
        """
        each = self.net / self.quantity
        if each == each.quantize(Decimal("0.0001")):
            return each, 1
        return self.net, self.quantity


@dataclass(frozen=True)
class Adjustment:
    """Taken off or added to a whole rate, net."""

    rate: Decimal
    amount: Decimal


class Means(Enum):
    """How it was paid: UNTDID 4461."""

    NOTHING = ""
    UNKNOWN = "1"
    TRANSFER = "30"
    ONLINE = "68"


@dataclass(frozen=True)
class Reference:
    """To an earlier document."""

    number: str
    issued_on: date


@dataclass(frozen=True)
class Bill:
    """Refuses to exist where its parts do not add up to its taxes."""

    kind: BillKind
    number: str
    order_number: str
    issued_on: date
    supplied_on: date
    currency: str
    parties: Parties
    buyer_vat_number: str
    tax_treatment: str
    lines: tuple[BillLine, ...]
    allowances: tuple[Adjustment, ...]
    charges: tuple[Adjustment, ...]
    taxes: tuple[TaxTotals, ...]
    paid: Decimal
    means: Means = Means.NOTHING
    discount_label: str = ""
    delivery_label: str = ""
    terms: str = ""
    corrects: Reference | None = None

    def __post_init__(self) -> None:
        for tax in self.taxes:
            net = self._net_at(tax.rate)
            if net != tax.amount.net:
                raise ValueError(f"{self.number}: {net} at {tax.rate} %, not {tax.amount.net}")
        rates = {line.rate for line in self.lines}
        rates.update(one.rate for one in (*self.allowances, *self.charges))
        if not rates <= {tax.rate for tax in self.taxes}:
            raise ValueError(f"{self.number}: something is taxed at a rate that has no tax")

    @property
    def total(self) -> Decimal:
        return sum((tax.amount.gross for tax in self.taxes), ZERO)

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount.tax for tax in self.taxes), ZERO)

    @property
    def net(self) -> Decimal:
        return sum((tax.amount.net for tax in self.taxes), ZERO)

    @property
    def vat_notes(self) -> list[str]:
        """What the law wants to be said on a document that bears no VAT."""
        notes = (str(self.category_at(tax.rate).note) for tax in self.taxes)
        return list(dict.fromkeys(note for note in notes if note))

    def category_at(self, rate: Decimal) -> VatCategory:
        return category_of(rate, self.tax_treatment, self.parties)

    def _net_at(self, rate: Decimal) -> Decimal:
        lines = sum((line.net for line in self.lines if line.rate == rate), ZERO)
        return lines - _at(self.allowances, rate) + _at(self.charges, rate)


def net_parts(
    sold: Sequence[SoldLine],
    taxes: Iterable[TaxTotals],
    *,
    currency: str,
    prices_include_tax: bool,
) -> tuple[tuple[BillLine, ...], tuple[Adjustment, ...], tuple[Adjustment, ...]]:
    """The lines before their discounts, the allowances and the charges for delivery by rate."""
    lines: dict[int, BillLine] = {}
    allowances, charges = [], []
    for tax in taxes:
        places = [place for place, line in enumerate(sold) if line.rate == tax.rate]
        discounts = [sold[place].discount for place in places]
        allowance = _without_tax(sum(discounts, ZERO), tax.rate, currency, prices_include_tax)
        shares = apportion(allowance, discounts, smallest_unit(currency))
        for place, share in zip(places, shares, strict=True):
            lines[place] = _line(sold[place], share)
        delivery = tax.amount.net - sum((sold[place].net for place in places), ZERO)
        if allowance:
            allowances.append(Adjustment(tax.rate, allowance))
        if delivery:
            charges.append(Adjustment(tax.rate, delivery))
    return tuple(lines[place] for place in sorted(lines)), tuple(allowances), tuple(charges)


def _line(sold: SoldLine, discount: Decimal) -> BillLine:
    return BillLine(
        sold.title, sold.options, sold.sku, sold.quantity, sold.rate, sold.net + discount
    )


def _without_tax(amount: Decimal, rate: Decimal, currency: str, included: bool) -> Decimal:
    return round_money(amount * 100 / (100 + rate), currency) if included else amount


def _at(adjustments: Iterable[Adjustment], rate: Decimal) -> Decimal:
    return sum((one.amount for one in adjustments if one.rate == rate), ZERO)
