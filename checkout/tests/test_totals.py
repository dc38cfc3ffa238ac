"""The arithmetic of an order: hand-computed examples, and what is true of any order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout.models import TaxTreatment
from checkout.totals import (
    NOTHING,
    Amount,
    PricedLine,
    apportion,
    calculate,
    unit_amounts,
    without_tax,
)
from products.money import ZERO, round_money, smallest_unit

D = Decimal


def line(price: str, rate: str = "20", quantity: int = 1) -> PricedLine:
    return PricedLine(D(price), quantity, D(rate))


# --- Computed by hand ----------------------------------------------------------------------------

THREE_RATES = [line("100.00", "20"), line("50.00", "5"), line("10.00", "0")]
# Each: lines, discount, shipping, included, currency, then (total, net, [(rate, tax), …]).
EXAMPLES = [
    pytest.param(
        [line("24.00")], "0", "4.00", True, "GBP", ("28.00", "23.33", [("20", "4.67")]), id="one"
    ),
    pytest.param(
        [line("24.00")], "0", "4.00", False, "GBP", ("33.60", "28.00", [("20", "5.60")]), id="net"
    ),
    # Delivery of 16 falls 10 : 5 : 1 on 110 at 20 %, 55 at 5 %, 11 at 0 %.
    pytest.param(
        THREE_RATES,
        "0",
        "16.00",
        True,
        "GBP",
        ("176.00", "155.05", [("20", "18.33"), ("5", "2.62"), ("0", "0")]),
        id="three rates, tax included",
    ),
    pytest.param(
        THREE_RATES,
        "0",
        "16.00",
        False,
        "GBP",
        ("200.75", "176.00", [("20", "22.00"), ("5", "2.75"), ("0", "0")]),
        id="three rates, tax added",
    ),
    # The discount of 16 falls in the same way: 90 at 20 %, 45 at 5 %, 9 at 0 %.
    pytest.param(
        THREE_RATES,
        "16.00",
        "0",
        False,
        "GBP",
        ("164.25", "144.00", [("20", "18.00"), ("5", "2.25"), ("0", "0")]),
        id="three rates, discount",
    ),
    pytest.param(
        [line("10.00", "33.333", 3)],
        "0",
        "0",
        True,
        "GBP",
        ("30.00", "22.50", [("33.333", "7.50")]),
        id="a third of tax",
    ),
    pytest.param(
        [line("0.01"), line("0.01"), line("0.01")],
        "0",
        "0",
        True,
        "GBP",
        ("0.03", "0.02", [("20", "0.01")]),  # half a penny, rounded up once
        id="pennies, tax included",
    ),
    pytest.param(
        [line("0.01"), line("0.01"), line("0.01")],
        "0",
        "0",
        False,
        "GBP",
        ("0.04", "0.03", [("20", "0.01")]),  # 0.006: not three times 0.00
        id="pennies, tax added",
    ),
    pytest.param(
        [line("0.01", "20"), line("0.01", "5")],
        "0.01",
        "0",
        True,
        "GBP",
        ("0.01", "0.01", [("20", "0"), ("5", "0")]),
        id="a penny off two",
    ),
    pytest.param(
        [line("5.00")],
        "8.00",
        "4.00",
        True,
        "GBP",
        ("4.00", "3.33", [("20", "0.67")]),
        id="discount above goods",
    ),
    # Goods for nothing still say how delivery is taxed: 3 : 1 by their value before the discount.
    pytest.param(
        [line("30.00", "20"), line("10.00", "5")],
        "40.00",
        "4.00",
        False,
        "GBP",
        ("4.65", "4.00", [("20", "0.60"), ("5", "0.05")]),
        id="delivery of free goods",
    ),
    pytest.param(
        [line("5.00")], "5.00", "0", True, "GBP", ("0", "0", [("20", "0")]), id="free order"
    ),
    pytest.param([], "0", "4.00", True, "GBP", ("4.00", "4.00", [("0", "0")]), id="no lines"),
    pytest.param(
        [line("1000", "10")], "0", "500", True, "JPY", ("1500", "1364", [("10", "136")]), id="yen"
    ),
    pytest.param(
        [line("1.005", "5", 3)],
        "0",
        "0",
        False,
        "KWD",
        ("3.166", "3.015", [("5", "0.151")]),  # 0.15075
        id="dinars",
    ),
    pytest.param(
        [line("0.05", "10")], "0", "0", False, "GBP", ("0.06", "0.05", [("10", "0.01")]), id="half"
    ),
]


@pytest.mark.parametrize(
    ("lines", "discount", "shipping", "included", "currency", "expected"), EXAMPLES
)
def test_totals__by_hand(
    lines: list[PricedLine],
    discount: str,
    shipping: str,
    included: bool,
    currency: str,
    expected: tuple[str, str, list[tuple[str, str]]],
) -> None:
    totals = calculate(
        lines,
        currency=currency,
        prices_include_tax=included,
        discount=D(discount),
        shipping=D(shipping),
    )

    total, net, taxes = expected
    assert (totals.total, totals.amount.net) == (D(total), D(net))
    assert [(tax.rate, tax.amount.tax) for tax in totals.taxes] == [
        (D(rate), D(tax)) for rate, tax in taxes
    ]
    assert totals.tax == D(total) - D(net)


def test_totals__33_33_percent_off_three_equal_lines() -> None:
    """33.33 % of 30.00 is 10.00, which no three equal shares of pennies make."""
    totals = calculate(
        [line("10.00")] * 3, currency="GBP", prices_include_tax=True, discount=D("10.00")
    )

    assert [line.discount for line in totals.lines] == [D("3.34"), D("3.33"), D("3.33")]
    assert [line.amount.gross for line in totals.lines] == [D("6.66"), D("6.67"), D("6.67")]
    assert [line.amount.tax for line in totals.lines] == [D("1.11")] * 3
    assert (totals.total, totals.tax) == (D("20.00"), D("3.33"))


def test_totals__discount_above_goods_is_shown_as_the_goods() -> None:
    totals = calculate([line("5.00")], currency="GBP", prices_include_tax=True, discount=D("8.00"))

    assert (totals.subtotal, totals.discount, totals.total) == (D("5.00"), D("5.00"), 0)


@pytest.mark.parametrize(
    ("price", "rate", "currency", "included", "expected"),
    [
        pytest.param("24.00", "20", "GBP", True, ("20.00", "4.00", "24.00"), id="included"),
        pytest.param("24.00", "20", "GBP", False, ("24.00", "4.80", "28.80"), id="added"),
        pytest.param("0.01", "20", "GBP", True, ("0.01", "0", "0.01"), id="a penny"),
        pytest.param("999", "10", "JPY", True, ("908", "91", "999"), id="yen"),
        pytest.param("24.00", "0", "GBP", True, ("24.00", "0", "24.00"), id="untaxed"),
    ],
)
def test_unit__net_tax_and_gross(
    price: str, rate: str, currency: str, included: bool, expected: tuple[str, str, str]
) -> None:
    unit = unit_amounts(D(price), D(rate), currency, included)

    assert (unit.net, unit.tax, unit.gross) == tuple(D(text) for text in expected)


@pytest.mark.parametrize(
    ("arguments", "currency"),
    [
        pytest.param({"lines": [line("-0.01")]}, "GBP", id="negative price"),
        pytest.param({"lines": [line("0.005")]}, "GBP", id="half a penny"),
        pytest.param({"lines": [line("0.5")]}, "JPY", id="half a yen"),
        pytest.param({"lines": [line("0.0005")]}, "KWD", id="half a fils"),
        pytest.param({"lines": [line("1")], "discount": D("-1")}, "GBP", id="negative discount"),
        pytest.param({"lines": [line("1")], "discount": D("0.001")}, "GBP", id="crumb off"),
        pytest.param({"lines": [line("1")], "shipping": D("-1")}, "GBP", id="negative delivery"),
    ],
)
def test_totals__what_is_no_amount_is_refused(arguments: dict[str, Any], currency: str) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        calculate(**arguments, currency=currency, prices_include_tax=True)


@pytest.mark.parametrize(
    ("net", "tax", "gross", "words"),
    [
        pytest.param("10", "2", "12.01", "is not gross", id="does not add up"),
        pytest.param("-1", "0", "-1", "negative", id="negative net"),
        pytest.param("2", "-1", "1", "negative", id="negative tax"),
    ],
)
def test_amount__refuses_to_exist(net: str, tax: str, gross: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Amount(D(net), D(tax), D(gross))


# --- Of any order --------------------------------------------------------------------------------

RATES = [D(rate) for rate in ("0", "2.1", "5.5", "7", "19", "20", "25.5", "33.333", "100")]
Order = dict[str, Any]


@st.composite
def orders(draw: st.DrawFn, *, discounts: bool = True) -> Order:
    currency = draw(st.sampled_from(["GBP", "JPY", "KWD"]))
    unit = smallest_unit(currency)
    amounts = st.integers(0, 1_000_000).map(lambda units: units * unit)
    pennies = st.integers(0, 3).map(lambda units: units * unit)
    line_of = st.builds(
        PricedLine,
        unit_price=amounts | pennies,
        quantity=st.integers(1, 20),
        rate=st.sampled_from(RATES),
    )
    return {
        "lines": draw(st.lists(line_of, min_size=1, max_size=7)),
        "currency": currency,
        "prices_include_tax": draw(st.booleans()),
        "discount": draw(amounts | pennies) if discounts else ZERO,
        "shipping": draw(amounts | pennies),
    }


any_order = given(order=orders())
bounded = settings(max_examples=150, deadline=None)


@bounded
@any_order
def test_totals__add_up(order: Order) -> None:
    totals = calculate(**order)

    goods = sum((line.amount for line in order["lines"]), ZERO)
    assert totals.subtotal == goods
    assert totals.discount == min(order["discount"], goods)
    assert totals.shipping == order["shipping"]
    before_tax = totals.subtotal + totals.shipping - totals.discount
    if order["prices_include_tax"]:
        assert totals.total == before_tax
    else:
        assert totals.amount.net == before_tax
        assert totals.total == before_tax + totals.tax


@bounded
@any_order
def test_totals__lines_and_delivery_are_the_taxes(order: Order) -> None:
    totals = calculate(**order)

    parts = [line.amount for line in totals.lines] + [totals.delivery]
    assert sum(parts, NOTHING) == totals.amount
    assert sum((tax.amount for tax in totals.taxes), NOTHING) == totals.amount
    assert [tax.rate for tax in totals.taxes] == sorted(
        {line.rate for line in order["lines"]}, reverse=True
    )


@bounded
@any_order
def test_totals__each_tax_is_rounded_once(order: Order) -> None:
    for tax in calculate(**order).taxes:
        base, divisor = (
            (tax.amount.gross, 100 + tax.rate)
            if order["prices_include_tax"]
            else (tax.amount.net, D(100))
        )
        assert tax.amount.tax == round_money(base * tax.rate / divisor, order["currency"])


@bounded
@any_order
def test_totals__nothing_is_negative_or_a_crumb(order: Order) -> None:
    totals = calculate(**order)

    unit = smallest_unit(order["currency"])
    amounts = [totals.amount, totals.delivery, *(line.amount for line in totals.lines)]
    amounts += [tax.amount for tax in totals.taxes]
    plain = [number for one in amounts for number in (one.net, one.tax, one.gross)]
    plain += [line.discount for line in totals.lines]
    for number in plain:
        assert number >= 0
        assert number % unit == 0


@bounded
@any_order
def test_totals__shares_of_the_discount(order: Order) -> None:
    totals = calculate(**order)

    assert sum((line.discount for line in totals.lines), ZERO) == totals.discount
    assert all(line.discount <= line.before_discount for line in totals.lines)


@bounded
@given(order=orders(discounts=False), data=st.data())
def test_totals__the_order_of_lines_does_not_matter(order: Order, data: st.DataObject) -> None:
    shuffled = order | {"lines": data.draw(st.permutations(order["lines"]))}

    first, second = calculate(**order), calculate(**shuffled)

    assert first.taxes == second.taxes
    assert first.delivery == second.delivery
    assert first.amount == second.amount


@bounded
@given(order=orders(), data=st.data())
def test_totals__shuffled_with_a_discount_the_price_is_the_same(
    order: Order, data: st.DataObject
) -> None:
    """A penny of the discount may fall on another rate, but what is asked for stays."""
    shuffled = order | {"lines": data.draw(st.permutations(order["lines"]))}

    first, second = calculate(**order), calculate(**shuffled)

    assert (first.subtotal, first.discount) == (second.subtotal, second.discount)
    if order["prices_include_tax"]:
        assert first.total == second.total
    else:
        assert first.amount.net == second.amount.net
    if len({line.rate for line in order["lines"]}) == 1:
        assert first.amount == second.amount


# --- Of any order that bears no tax --------------------------------------------------------------

untaxed = given(order=orders(), treatment=st.sampled_from(["reverse_charge", "export"]))


@bounded
@untaxed
def test_without_tax__costs_what_home_costs_net(order: Order, treatment: TaxTreatment) -> None:
    home = calculate(**order)
    totals = without_tax(home, treatment)

    assert totals.tax_treatment == treatment
    assert (totals.total, totals.amount.net, totals.tax) == (home.amount.net, home.amount.net, 0)
    assert [line.amount.net for line in totals.lines] == [line.amount.net for line in home.lines]
    assert totals.delivery.gross == totals.delivery.net == home.delivery.net


@bounded
@untaxed
def test_without_tax__adds_up(order: Order, treatment: TaxTreatment) -> None:
    totals = without_tax(calculate(**order), treatment)

    assert totals.subtotal + totals.shipping - totals.discount == totals.total
    assert sum((line.before_discount for line in totals.lines), ZERO) == totals.subtotal
    assert sum((line.discount for line in totals.lines), ZERO) == totals.discount
    parts = [line.amount for line in totals.lines] + [totals.delivery]
    assert sum(parts, NOTHING) == totals.amount
    assert [(tax.rate, tax.amount) for tax in totals.taxes] == [(0, totals.amount)]


@bounded
@untaxed
def test_without_tax__nothing_is_negative_dearer_or_a_crumb(
    order: Order, treatment: TaxTreatment
) -> None:
    home = calculate(**order)
    totals = without_tax(home, treatment)

    unit = smallest_unit(order["currency"])
    for line, at_home in zip(totals.lines, home.lines, strict=True):
        assert line.before_discount - line.discount == line.amount.net
        assert line.unit == at_home.unit.untaxed
        for number in (line.before_discount, line.discount, line.amount.net):
            assert number >= 0
            assert number % unit == 0
    assert totals.total <= home.total
    assert 0 <= totals.shipping <= home.shipping
    if not order["prices_include_tax"]:
        shown = (totals.subtotal, totals.discount, totals.shipping)
        assert shown == (home.subtotal, home.discount, home.shipping)


@bounded
@untaxed
def test_without_tax__units_are_the_line_but_for_rounding(
    order: Order, treatment: TaxTreatment
) -> None:
    totals = without_tax(calculate(**order), treatment)

    unit = smallest_unit(order["currency"])
    for line, sold in zip(totals.lines, order["lines"], strict=True):
        difference = abs(line.unit.net * sold.quantity - line.before_discount)
        assert difference <= unit * (sold.quantity / D(2) + 2)


# --- Sharing -------------------------------------------------------------------------------------

UNITS = [D("1"), D("0.01"), D("0.001")]


@bounded
@given(
    total=st.integers(0, 10**7),
    weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9),
    unit=st.sampled_from(UNITS),
)
def test_apportion__adds_up_and_is_fair(total: int, weights: Sequence[int], unit: Decimal) -> None:
    scaled = [weight * unit for weight in weights]

    shares = apportion(total * unit, scaled, unit)

    assert sum(shares, ZERO) == total * unit
    if any(weights):
        for share, weight in zip(shares, scaled, strict=True):
            assert abs(share - total * unit * weight / sum(scaled, ZERO)) < unit


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        pytest.param("10", ["1", "1", "1"], ["3.34", "3.33", "3.33"], id="the first of equals"),
        pytest.param("0.05", ["2", "1"], ["0.03", "0.02"], id="the larger remainder"),
        pytest.param("1", ["0", "1", "0"], ["0", "1", "0"], id="nothing to what weighs nothing"),
        pytest.param("1", ["0", "0"], ["0", "1"], id="no weight: the last"),
        pytest.param("0", ["1", "2"], ["0", "0"], id="nothing to share"),
        pytest.param("1", [], [], id="nobody to share"),
    ],
)
def test_apportion__by_hand(total: str, weights: list[str], shares: list[str]) -> None:
    assert apportion(D(total), [D(weight) for weight in weights], D("0.01")) == [
        D(share) for share in shares
    ]
