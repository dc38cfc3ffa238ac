"""What goes back of an order: hand-computed examples, and what is true of any refunds."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout.refund_shares import (
    CannotGiveBack,
    Part,
    Pot,
    Share,
    Wish,
    delivery_left,
    everything,
    give_back,
    money_left,
    total_of,
)
from checkout.totals import NOTHING, Amount, PricedLine, Totals, calculate
from products.money import ZERO, smallest_unit

D = Decimal


def pot(line: int | None, gross: str, tax: str, units: int = 0, rate: str = "20") -> Pot:
    return Pot(line, D(rate), Amount(D(gross) - D(tax), D(tax), D(gross)), units)


def after(pots: Sequence[Pot], shares: Sequence[Share]) -> list[Pot]:
    """The pots as the books show them next time: taken and units counted up by line and rate."""
    return [
        replace(
            pot,
            units=pot.units - sum(s.units for s in shares if _of(s, pot)),
            taken=pot.taken + sum((s.amount.gross for s in shares if _of(s, pot)), ZERO),
        )
        for pot in pots
    ]


def _of(share: Share, pot: Pot) -> bool:
    return (share.line, share.rate) == (pot.line, pot.rate)


# --- Computed by hand ----------------------------------------------------------------------------

THIRDS = [pot(1, "10.00", "1.67", units=3), pot(None, "4.00", "0.67")]


def test_units__share_the_line_to_the_penny() -> None:
    pots, gross, tax = list(THIRDS), [], []
    for _ in range(3):
        [share] = give_back(pots, Wish({1: 1}), "GBP")
        gross.append(str(share.amount.gross))
        tax.append(str(share.amount.tax))
        pots = after(pots, [share])

    assert gross == ["3.33", "3.34", "3.33"]  # 3.333, 3.335, and the rest
    assert tax == ["0.56", "0.55", "0.56"]  # 0.556; 1.114 less 0.56; 1.67 less 1.11
    assert money_left(pots) == D("4.00")


def test_everything__is_the_order() -> None:
    shares = give_back(THIRDS, everything(THIRDS), "GBP")

    assert [(s.part, s.units, s.amount) for s in shares] == [
        (Part.GOODS, 3, Amount(D("8.33"), D("1.67"), D("10.00"))),
        (Part.DELIVERY, 0, Amount(D("3.33"), D("0.67"), D("4.00"))),
    ]
    assert total_of(shares) == D("14.00")


def test_delivery__by_rate_and_in_part() -> None:
    pots = [pot(None, "3.00", "0.50"), pot(None, "1.00", "0.05", rate="5")]

    shares = give_back(pots, Wish(delivery=D("2.00")), "GBP")

    assert [(s.rate, s.amount.gross, s.amount.tax) for s in shares] == [
        (D(20), D("1.50"), D("0.25")),
        (D(5), D("0.50"), D("0.03")),  # 0.025
    ]


def test_goodwill__lowers_what_a_unit_gives_back_afterwards() -> None:
    """7.00 fall 5 : 2 on goods of 10.00 and delivery of 4.00."""
    goodwill = give_back(THIRDS, Wish(goodwill=D("7.00")), "GBP")
    assert [(s.part, s.line, s.amount.gross, s.amount.tax) for s in goodwill] == [
        (Part.GOODWILL, 1, D("5.00"), D("0.84")),  # 0.835
        (Part.GOODWILL, None, D("2.00"), D("0.34")),  # 0.335
    ]

    rest = after(THIRDS, goodwill)
    shares = give_back(rest, everything(rest), "GBP")

    assert [(s.amount.gross, s.amount.tax) for s in shares] == [
        (D("5.00"), D("0.83")),
        (D("2.00"), D("0.33")),
    ]


def test_all_at_once__goods_before_delivery_before_goodwill() -> None:
    shares = give_back(THIRDS, Wish({1: 1}, delivery=D("4.00"), goodwill=D("1.00")), "GBP")

    assert [(s.part, s.amount.gross) for s in shares] == [
        (Part.GOODS, D("3.33")),
        (Part.DELIVERY, D("4.00")),
        (Part.GOODWILL, D("1.00")),
    ]


def test_yen__have_no_pennies() -> None:
    pots = [pot(1, "1000", "91", units=3, rate="10")]

    [share] = give_back(pots, Wish({1: 2}), "JPY")

    assert share.amount == Amount(D(606), D(61), D(667))


def test_free_goods__give_back_units_and_no_money() -> None:
    [share] = give_back([pot(1, "0", "0", units=2)], Wish({1: 2}), "GBP")

    assert (share.units, share.amount) == (2, Amount(D(0), D(0), D(0)))


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(Wish({1: 4}), id="units"),
        pytest.param(Wish({2: 1}), id="another order's line"),
        pytest.param(Wish(delivery=D("4.01")), id="delivery"),
        pytest.param(Wish(goodwill=D("14.01")), id="goodwill"),
        pytest.param(Wish({1: 3}, goodwill=D("4.01")), id="goodwill beside goods"),
        pytest.param(Wish({1: 3}, delivery=D("4.00"), goodwill=D("0.01")), id="a penny more"),
    ],
)
def test_never_more_than_is_left(wish: Wish) -> None:
    with pytest.raises(CannotGiveBack):
        give_back(THIRDS, wish, "GBP")


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param(Wish({1: -1}), id="units"),
        pytest.param(Wish(delivery=D("-1")), id="delivery"),
        pytest.param(Wish(goodwill=D("-0.01")), id="goodwill"),
        pytest.param(Wish(goodwill=D("0.001")), id="a tenth of a penny"),
    ],
)
def test_nonsense_is_refused(wish: Wish) -> None:
    with pytest.raises(CannotGiveBack, match=r"negative|not an amount"):
        give_back(THIRDS, wish, "GBP")


# --- True of any order and any refunds -----------------------------------------------------------


@st.composite
def orders(draw: st.DrawFn) -> Totals:
    currency = draw(st.sampled_from(["GBP", "JPY", "KWD"]))
    unit = smallest_unit(currency)

    def money(most: int) -> Decimal:
        return draw(st.integers(0, most)) * unit

    rates = st.sampled_from([D(0), D(5), D("5.5"), D(20), D("33.333")])
    lines = [
        PricedLine(money(9999), draw(st.integers(1, 7)), draw(rates))
        for _ in range(draw(st.integers(1, 5)))
    ]
    return calculate(
        lines,
        currency=currency,
        prices_include_tax=draw(st.booleans()),
        discount=money(5000),
        shipping=money(2000),
    )


def pots_of(totals: Totals, quantities: Sequence[int]) -> list[Pot]:
    goods = [
        Pot(place, line.rate, line.amount, quantity)
        for place, (line, quantity) in enumerate(zip(totals.lines, quantities, strict=True))
    ]
    delivery = []
    for tax in totals.taxes:
        of_goods = sum((p.amount for p in goods if p.rate == tax.rate), NOTHING)
        rest = tax.amount.gross - of_goods.gross
        if rest:
            carriage = tax.amount.tax - of_goods.tax
            delivery.append(Pot(None, tax.rate, Amount(rest - carriage, carriage, rest)))
    return [*goods, *delivery]


def some_wish(pots: Sequence[Pot], luck: random.Random, unit: Decimal) -> Wish:
    def part_of(amount: Decimal) -> Decimal:
        return luck.randint(0, int(amount / unit)) * unit

    units = {p.line: luck.randint(0, p.units) for p in pots if p.line is not None}
    delivery = part_of(delivery_left(pots))
    wish = Wish(units, delivery=delivery)
    goods = [s.amount.gross for s in give_back(pots, wish, _currency(unit))]
    left = money_left(pots) - sum(goods, ZERO)
    return replace(wish, goodwill=part_of(left) if luck.random() < 0.4 else ZERO)


def _currency(unit: Decimal) -> str:
    return {0: "JPY", -2: "GBP", -3: "KWD"}[unit.as_tuple().exponent]  # type: ignore[index]


@given(totals=orders(), luck=st.randoms(use_true_random=False), steps=st.integers(0, 6))
@settings(max_examples=300, deadline=None)
def test_all_refunds_of_an_order_add_up_to_it(
    totals: Totals, luck: random.Random, steps: int
) -> None:
    """Net, tax and gross of each line and of each rate, whatever the order of the refunds."""
    unit = smallest_unit(totals.currency)
    first = pots_of(totals, [luck.randint(1, 7) for _ in totals.lines])
    pots, given_back = first, list[Share]()
    for _ in range(steps):
        shares = give_back(pots, some_wish(pots, luck, unit), totals.currency)
        given_back += shares
        pots = after(pots, shares)
    given_back += give_back(pots, everything(pots), totals.currency)

    for start in first:
        parts = [s.amount for s in given_back if _of(s, start)]
        assert sum(parts, NOTHING) == start.amount
    for tax in totals.taxes:
        at_rate = [s.amount for s in given_back if s.rate == tax.rate]
        assert sum(at_rate, NOTHING) == tax.amount
    assert total_of(given_back) == totals.total


@given(
    gross=st.integers(0, 100_000),
    rate=st.sampled_from(["0", "5", "20"]),
    units=st.integers(1, 40),
    currency=st.sampled_from(["GBP", "JPY", "KWD"]),
)
@settings(max_examples=300, deadline=None)
def test_units__are_worth_the_same_to_the_smallest_unit(
    gross: int, rate: str, units: int, currency: str
) -> None:
    unit = smallest_unit(currency)
    totals = calculate(
        [PricedLine(gross * unit, 1, D(rate))], currency=currency, prices_include_tax=True
    )
    start = Pot(1, D(rate), totals.amount, units)
    pots, seen = [start], []
    for _ in range(units):
        [share] = give_back(pots, Wish({1: 1}), currency)
        seen.append(share.amount.gross)
        pots = after(pots, [share])

    exact: Any = start.amount.gross / units
    assert all(abs(each - exact) < unit for each in seen)
    assert sum(seen, ZERO) == start.amount.gross
