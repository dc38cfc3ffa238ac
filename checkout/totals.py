"""What an order comes to: a pure function, and the one place where amounts are rounded.

The rule. Amounts are in the mode in which prices are entered (with tax or without). A discount is
shared among the lines by their value, delivery among the tax rates by the value of their goods,
both by largest remainder, so that shares add up. Then each rate's amount is summed and its tax is
rounded once, half up. The tax of a single line is its share of that, so lines, delivery and taxes
add up to the total to the smallest unit, always:

    lines + delivery - discount (+ tax, where prices are entered without) = total

An order that bears no tax is computed at the rates of home first and then keeps its net amounts,
so that it costs exactly what the same order at home costs before tax.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, Decimal

from checkout.models.terms import TaxTreatment
from products.money import ZERO, round_money, smallest_unit


@dataclass(frozen=True)
class PricedLine:
    """`unit_price` in the mode of entry; `rate` in percent: Decimal("20") is 20 %."""

    unit_price: Decimal
    quantity: int
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        return self.unit_price * self.quantity


@dataclass(frozen=True)
class Amount:
    """A sum with its tax. Refuses to exist where net and tax are not gross, or are negative."""

    net: Decimal
    tax: Decimal
    gross: Decimal

    def __post_init__(self) -> None:
        if self.net + self.tax != self.gross:
            raise ValueError(f"net {self.net} + tax {self.tax} is not gross {self.gross}")
        if min(self.net, self.tax, self.gross) < 0:
            raise ValueError(f"a negative amount: {self}")

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.net + other.net, self.tax + other.tax, self.gross + other.gross)

    @property
    def untaxed(self) -> Amount:
        return Amount(self.net, ZERO, self.net)


NOTHING = Amount(ZERO, ZERO, ZERO)


@dataclass(frozen=True)
class LineTotals:
    """A line after its share of the discount. `unit_price`, `before_discount`, `discount` in
    entry mode."""

    unit: Amount
    unit_price: Decimal
    before_discount: Decimal
    discount: Decimal
    rate: Decimal
    amount: Amount


@dataclass(frozen=True)
class TaxTotals:
    rate: Decimal
    amount: Amount

    @property
    def tax(self) -> Decimal:
        return self.amount.tax


@dataclass(frozen=True)
class Totals:
    """`subtotal`, `discount` and `shipping` in entry mode, as shoppers read them."""

    currency: str
    prices_include_tax: bool
    subtotal: Decimal
    discount: Decimal
    shipping: Decimal
    lines: tuple[LineTotals, ...]
    delivery: Amount
    taxes: tuple[TaxTotals, ...]
    tax_treatment: TaxTreatment = TaxTreatment.STANDARD

    @property
    def amount(self) -> Amount:
        return sum((tax.amount for tax in self.taxes), NOTHING)

    @property
    def tax(self) -> Decimal:
        return self.amount.tax

    @property
    def total(self) -> Decimal:
        return self.amount.gross


def calculate(
    lines: Sequence[PricedLine],
    *,
    currency: str,
    prices_include_tax: bool,
    discount: Decimal = ZERO,
    shipping: Decimal = ZERO,
) -> Totals:
    """Totals of an order. Raises ValueError for negative or unrounded input."""
    _check([*(line.unit_price for line in lines), discount, shipping], currency)
    unit = smallest_unit(currency)
    amounts = [line.amount for line in lines]
    subtotal = sum(amounts, ZERO)
    discount = min(discount, subtotal)
    discounts = apportion(discount, amounts, unit)
    discounted = [amount - share for amount, share in zip(amounts, discounts, strict=True)]

    rates = sorted({line.rate for line in lines}, reverse=True) or [ZERO]
    shipping_shares = _share_shipping(shipping, lines, discounted, rates, unit)
    line_amounts: dict[int, Amount] = {}
    delivery, taxes = NOTHING, []
    for rate, shipping_share in zip(rates, shipping_shares, strict=True):
        members = [index for index, line in enumerate(lines) if line.rate == rate]
        parts = [*(discounted[index] for index in members), shipping_share]
        tax = _tax_on(sum(parts, ZERO), rate, currency, prices_include_tax)
        shares = apportion(tax, parts, unit)
        *goods, carriage = (
            _amount(part, share, prices_include_tax)
            for part, share in zip(parts, shares, strict=True)
        )
        line_amounts.update(zip(members, goods, strict=True))
        delivery += carriage
        taxes.append(TaxTotals(rate, sum(goods, carriage)))

    return Totals(
        currency=currency,
        prices_include_tax=prices_include_tax,
        subtotal=subtotal,
        discount=discount,
        shipping=shipping,
        lines=tuple(
            LineTotals(
                unit_amounts(line.unit_price, line.rate, currency, prices_include_tax),
                line.unit_price,
                amounts[index],
                discounts[index],
                line.rate,
                line_amounts[index],
            )
            for index, line in enumerate(lines)
        ),
        delivery=delivery,
        taxes=tuple(taxes),
    )


def without_tax(totals: Totals, treatment: TaxTreatment) -> Totals:
    """The same order, its tax taken out: what it comes to is what it came to net."""
    lines = tuple(_line_without_tax(line, totals) for line in totals.lines)
    return replace(
        totals,
        tax_treatment=treatment,
        lines=lines,
        subtotal=sum((line.before_discount for line in lines), ZERO),
        discount=sum((line.discount for line in lines), ZERO),
        shipping=totals.delivery.net,
        delivery=totals.delivery.untaxed,
        taxes=(TaxTotals(ZERO, totals.amount.untaxed),),
    )


def _line_without_tax(line: LineTotals, totals: Totals) -> LineTotals:
    included = totals.prices_include_tax
    discount = line.discount
    if included:
        discount -= _tax_on(discount, line.rate, totals.currency, included)
    return LineTotals(
        unit=line.unit.untaxed,
        unit_price=line.unit.net,
        before_discount=line.amount.net + discount,
        discount=discount,
        rate=ZERO,
        amount=line.amount.untaxed,
    )


def apportion(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """Split `total` by `weights` into multiples of `unit` that add up to it (largest remainder).

    Without any weight everything falls to the last share.
    """
    weight = sum(weights, ZERO)
    if not weight:
        return [*([ZERO] * (len(weights) - 1)), total] if weights else []
    exact = [total * part / weight for part in weights]
    shares = [share.quantize(unit, rounding=ROUND_DOWN) for share in exact]
    missing = int((total - sum(shares, ZERO)) / unit)
    by_remainder = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_remainder[:missing]:
        shares[index] += unit
    return shares


def unit_amounts(price: Decimal, rate: Decimal, currency: str, prices_include_tax: bool) -> Amount:
    """One unit with its tax, as an order line shows it."""
    tax = _tax_on(price, rate, currency, prices_include_tax)
    return _amount(price, tax, prices_include_tax)


def _share_shipping(
    shipping: Decimal,
    lines: Sequence[PricedLine],
    discounted: Sequence[Decimal],
    rates: Sequence[Decimal],
    unit: Decimal,
) -> list[Decimal]:
    """Delivery is taxed as the goods it carries are, in the proportion of their value."""
    weights = discounted if any(discounted) else [line.amount for line in lines]
    by_rate = [
        sum((w for w, line in zip(weights, lines, strict=True) if line.rate == rate), ZERO)
        for rate in rates
    ]
    return apportion(shipping, by_rate, unit)


def _tax_on(amount: Decimal, rate: Decimal, currency: str, included: bool) -> Decimal:
    divisor = 100 + rate if included else Decimal(100)
    return round_money(amount * rate / divisor, currency)


def _amount(part: Decimal, tax: Decimal, included: bool) -> Amount:
    return Amount(part - tax, tax, part) if included else Amount(part, tax, part + tax)


def _check(amounts: Sequence[Decimal], currency: str) -> None:
    for amount in amounts:
        if amount < 0 or round_money(amount, currency) != amount:
            raise ValueError(f"{amount} is not an amount of {currency}")
