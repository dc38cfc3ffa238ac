"""E-invoices hold to EN 16931, to the penny, whatever was ordered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkout.documents.bill import (
    Adjustment,
    Bill,
    BillKind,
    BillLine,
    Means,
    Reference,
    SoldLine,
    net_parts,
)
from checkout.documents.facturx import NotExpressible, to_xml
from checkout.documents.parties import Address, Parties, Seller
from checkout.documents.vat import vat_identifier
from checkout.models import TaxTreatment
from checkout.tests.e_invoice_rules import broken_rules
from checkout.totals import Amount, PricedLine, TaxTotals, Totals, calculate, without_tax
from products.money import ZERO

D = Decimal
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
BOWER = Seller(
    name="Bower",
    company="Bower & Sons Ltd",
    address="1 Bird Lane\nYard 2\nBehind the mill\nLondon",
    country="GB",
    email="shop@bower.example",
    phone="+44 20 7946 0000",
    vat_number="GB 123 4567 89",
    company_number="01234567",
    bank_account_holder="Bower & Sons Ltd",
    bank_iban="GB29 NWBK 6016 1331 9268 19",
)
NEST = replace(BOWER, country="DE", vat_number="DE123456789", bank_iban="70 93 74")
ADA = Address("Ada Lovelace", "", "12 St James's Square", "", "London", "", "SW1Y 4JH", "GB")
LYON = Address("Jeanne", "Atelier <Jeanne>", "3 rue X", "", "Lyon", "", "69001", "FR")
OSLO = Address("Kari", "", "Storgata 1", "", "Oslo", "", "0155", "NO")


def totals(
    *lines: tuple[str, int, str], currency: str = "GBP", included: bool = True, **extra: str
) -> Totals:
    """Of lines (unit price, units, rate in percent); `discount` and `shipping` as text."""
    return calculate(
        [PricedLine(D(price), units, D(rate)) for price, units, rate in lines],
        currency=currency,
        prices_include_tax=included,
        **{name: D(amount) for name, amount in extra.items()},
    )


def bill_of(found: Totals, units: Sequence[int], **changes: Any) -> Bill:
    """The bill of an order with these totals, paid online, at home."""
    sold = [
        SoldLine(
            f"Print {n}", "A3, oak", f"SKU-{n}", count, line.rate, line.amount.net, line.discount
        )
        for n, (line, count) in enumerate(zip(found.lines, units, strict=True))
    ]
    lines, allowances, charges = net_parts(
        sold, found.taxes, currency=found.currency, prices_include_tax=found.prices_include_tax
    )
    known: dict[str, Any] = {
        "kind": BillKind.INVOICE,
        "number": "INV-2026-00001",
        "order_number": "7KQ3-M9XT",
        "issued_on": date(2026, 11, 26),
        "supplied_on": date(2026, 11, 25),
        "currency": found.currency,
        "parties": Parties(BOWER, ADA, ADA, "ada@example.com"),
        "buyer_vat_number": "",
        "tax_treatment": found.tax_treatment,
        "lines": lines,
        "allowances": allowances,
        "charges": charges,
        "taxes": found.taxes,
        "paid": found.total,
        "means": Means.ONLINE if found.total else Means.NOTHING,
        "discount_label": "Discount (BIRD10)",
        "delivery_label": "Delivery (Standard)",
    }
    return Bill(**known | changes)


def untaxed(found: Totals, treatment: TaxTreatment) -> Totals:
    return without_tax(found, treatment)


ONE = totals(("12.00", 2, "20"), shipping="4.00")
ODD = totals(
    ("9.99", 3, "20"), ("0.07", 7, "20"), ("4.49", 3, "5"), discount="3.33", shipping="3.95"
)
EXPORT, REVERSE = TaxTreatment.EXPORT, TaxTreatment.REVERSE_CHARGE

CASES = [
    pytest.param(bill_of(ONE, [2]), "S", id="one rate"),
    pytest.param(bill_of(ODD, [3, 7, 3]), "S S", id="two rates, discount, odd pennies"),
    pytest.param(
        bill_of(totals(("12.00", 2, "20"), discount="2.40"), [2]), "S", id="free delivery"
    ),
    pytest.param(
        bill_of(totals(("12.00", 1, "20"), ("7.00", 1, "0"), shipping="4.00"), [1, 1]),
        "S Z",
        id="a zero rate beside another",
    ),
    pytest.param(
        bill_of(totals(("12.00", 2, "20"), discount="24.00"), [2]), "S", id="all of it given away"
    ),
    pytest.param(
        bill_of(
            totals(
                ("9.99", 3, "20"),
                ("1.01", 9, "5.5"),
                included=False,
                discount="1.11",
                shipping="3.95",
            ),
            [3, 9],
        ),
        "S S",
        id="prices without tax",
    ),
    pytest.param(
        bill_of(
            totals(
                ("1299", 3, "10"), ("500", 1, "8"), currency="JPY", discount="100", shipping="700"
            ),
            [3, 1],
        ),
        "S S",
        id="yen",
    ),
    pytest.param(bill_of(ONE, [2], means=Means.TRANSFER), "S", id="bank transfer to an IBAN"),
    pytest.param(
        bill_of(ONE, [2], means=Means.TRANSFER, parties=Parties(NEST, ADA, ADA)),
        "S",
        id="bank transfer to another account",
    ),
    pytest.param(bill_of(ONE, [2], means=Means.UNKNOWN), "S", id="bank transfer to nobody knows"),
    pytest.param(
        bill_of(untaxed(ODD, EXPORT), [3, 7, 3], parties=Parties(BOWER, OSLO, OSLO)),
        "G",
        id="export",
    ),
    pytest.param(
        bill_of(
            untaxed(ODD, REVERSE),
            [3, 7, 3],
            parties=Parties(NEST, LYON, LYON),
            buyer_vat_number="FR 40 303 265 045",
        ),
        "K",
        id="reverse charge, goods to another member state",
    ),
    pytest.param(
        bill_of(
            untaxed(ODD, REVERSE),
            [3, 7, 3],
            parties=Parties(NEST, LYON, ADA),
            buyer_vat_number="FR40303265045",
        ),
        "AE",
        id="reverse charge, anything else",
    ),
    pytest.param(
        bill_of(
            totals(("12.00", 2, "0"), shipping="4.00"),
            [2],
            parties=Parties(replace(BOWER, vat_number=""), ADA, ADA),
        ),
        "O",
        id="a seller that is not registered",
    ),
    pytest.param(
        bill_of(
            ODD,
            [3, 7, 3],
            kind=BillKind.CREDIT_NOTE,
            paid=ZERO,
            means=Means.NOTHING,
            terms="The money goes to where it came from.",
            corrects=Reference("INV-2026-00001", date(2026, 11, 20)),
        ),
        "S S",
        id="a credit note",
    ),
]


@pytest.mark.parametrize(("bill", "categories"), CASES)
def test_rules__all_hold(bill: Bill, categories: str) -> None:
    xml = to_xml(bill)

    assert broken_rules(xml) == []
    assert [node.findtext(f"{RAM}CategoryCode") for node in breakdown(xml)] == categories.split()


def breakdown(xml: bytes) -> list[ElementTree.Element]:
    settlement = next(ElementTree.fromstring(xml).iter(f"{RAM}ApplicableHeaderTradeSettlement"))
    return settlement.findall(f"{RAM}ApplicableTradeTax")


def said(xml: bytes, *names: str) -> list[str]:
    root = ElementTree.fromstring(xml)
    return [node.text or "" for name in names for node in root.iter(f"{RAM}{name}")]


# --- The control: what is wrong is found ---------------------------------------------------------


@pytest.mark.parametrize(
    ("was", "becomes", "rule"),
    [
        pytest.param("GrandTotalAmount>28.00", "GrandTotalAmount>28.01", "BR-CO-15", id="total"),
        pytest.param("LineTotalAmount>20.00<", "LineTotalAmount>20.01<", "BR-CO-10", id="line"),
        pytest.param("BasisTotalAmount>23.33", "BasisTotalAmount>23.34", "BR-CO-13", id="net"),
        pytest.param("DuePayableAmount>0.00", "DuePayableAmount>1.00", "BR-CO-16", id="due"),
        pytest.param("ActualAmount>3.33", "ActualAmount>3.34", "BR-S-08", id="delivery"),
        pytest.param(">GB123456789<", ">123456789<", "BR-CO-09", id="VAT number"),
    ],
)
def test_rules__tampering_is_found(was: str, becomes: str, rule: str) -> None:
    xml = to_xml(bill_of(ONE, [2])).decode()
    assert was in xml

    assert rule in broken_rules(xml.replace(was, becomes, 1).encode())


def test_schema__tampering_is_found() -> None:
    xml = to_xml(bill_of(ONE, [2])).replace(b"TypeCode>380</ram:TypeCode", b"Kind>380</ram:Kind")

    with pytest.raises(Exception, match="not valid against the official XML Schema"):
        broken_rules(xml)


# --- What it says --------------------------------------------------------------------------------


def test_amounts__are_those_of_the_order() -> None:
    xml = to_xml(bill_of(ONE, [2]))

    assert said(xml, "ChargeAmount", "BasisQuantity", "BilledQuantity") == ["10", "1", "2"]
    assert said(xml, "GrandTotalAmount", "TotalPrepaidAmount", "DuePayableAmount") == [
        "28.00",
        "28.00",
        "0.00",
    ]
    assert said(xml, "CalculatedAmount", "BasisAmount") == ["4.67", "23.33"]


def test_price__is_exact_also_where_units_do_not_divide_it() -> None:
    """Three for 29.97 with tax are 24.97 net: no price a unit times three is that."""
    [line] = bill_of(totals(("9.99", 3, "20")), [3]).lines
    assert (line.net, line.price) == (D("24.97"), (D("24.97"), 3))
    [line] = bill_of(totals(("12.00", 3, "20")), [3]).lines
    assert line.price == (D("10"), 1)


def test_discount__is_an_allowance_and_delivery_a_charge_by_rate() -> None:
    bill = bill_of(ODD, [3, 7, 3])

    assert [one.rate for one in bill.allowances] == [one.rate for one in bill.charges] == [20, 5]
    net = sum(line.net for line in bill.lines)
    assert net - sum(o.amount for o in bill.allowances) + sum(c.amount for c in bill.charges) == (
        ODD.amount.net
    )
    xml = to_xml(bill)
    assert said(xml, "Reason") == ["Discount (BIRD10)"] * 2 + ["Delivery (Standard)"] * 2
    assert said(xml, "ReasonCode") == ["95", "95", "DL", "DL"]


def test_buyer__is_reached_by_e_mail() -> None:
    assert "ada@example.com" in said(to_xml(bill_of(ONE, [2])), "URIID")


def test_reverse_charge__names_both_numbers_and_says_why() -> None:
    found = untaxed(ONE, REVERSE)
    parties = Parties(NEST, LYON, LYON)
    xml = to_xml(bill_of(found, [2], parties=parties, buyer_vat_number="FR 40 303 265 045"))

    assert b">DE123456789<" in xml
    assert b">FR40303265045<" in xml
    assert said(xml, "ExemptionReasonCode") == ["VATEX-EU-IC"]
    assert "the customer accounts for the VAT" in said(xml, "ExemptionReason")[0]


def test_words__of_people_are_text_and_nothing_else() -> None:
    """Nothing that somebody typed can break the XML, or add to it."""
    evil = '<a>&amp; "]]> \x00\x0b\ud800 ﷽ 𝄞'
    parties = Parties(replace(BOWER, company=evil), replace(ADA, name=evil, line1=evil), ADA)
    bill = bill_of(ONE, [2], parties=parties)
    bill = replace(bill, lines=tuple(replace(line, title=evil) for line in bill.lines))

    xml = to_xml(bill)

    assert broken_rules(xml) == []
    assert said(xml, "Name")[0] == '<a>&amp; "]]>  ﷽ 𝄞'


@pytest.mark.parametrize(
    ("bill", "why"),
    [
        pytest.param(
            bill_of(totals(("1.005", 1, "5"), currency="KWD"), [1]), "decimal places", id="dinars"
        ),
        pytest.param(
            bill_of(ONE, [2], parties=Parties(replace(BOWER, vat_number=""), ADA, ADA)),
            "no VAT number",
            id="VAT without a number",
        ),
        pytest.param(
            bill_of(ONE, [2], parties=Parties(replace(BOWER, country=""), ADA, ADA)),
            "no country",
            id="nowhere",
        ),
    ],
)
def test_not_expressible__says_why(bill: Bill, why: str) -> None:
    with pytest.raises(NotExpressible, match=why):
        to_xml(bill)


@pytest.mark.parametrize(
    ("number", "country", "identifier"),
    [
        pytest.param("GB 123 4567 89", "GB", "GB123456789", id="spaces"),
        pytest.param("123 4567 89", "GB", "GB123456789", id="without its country"),
        pytest.param("el-094259216", "GR", "EL094259216", id="Greek"),
        pytest.param("094259216", "GR", "EL094259216", id="Greek, without its country"),
        pytest.param("ATU13585627", "AT", "ATU13585627", id="Austrian"),
        pytest.param("", "GB", "", id="none"),
    ],
)
def test_vat_identifier__as_the_standard_writes_it(
    number: str, country: str, identifier: str
) -> None:
    assert vat_identifier(number, country) == identifier


# --- A bill that does not add up cannot exist ----------------------------------------------------

TAX = (TaxTotals(D(20), Amount(D("10.00"), D("2.00"), D("12.00"))),)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"lines": (BillLine("", "", "", 1, D(20), D("9.99")),)}, id="a penny less"),
        pytest.param({"allowances": (Adjustment(D(20), D("0.01")),)}, id="an allowance"),
        pytest.param({"charges": (Adjustment(D(5), D("1.00")),)}, id="a rate without a tax"),
    ],
)
def test_bill__adds_up(parts: dict[str, Any]) -> None:
    good = {"lines": (BillLine("", "", "", 1, D(20), D("10.00")),), "taxes": TAX}
    none: dict[str, Any] = {"allowances": (), "charges": ()}
    bill_of(ONE, [2], **good, **none)

    with pytest.raises(ValueError, match="INV-2026-00001"):
        bill_of(ONE, [2], **good | none | parts)


# --- Any order -----------------------------------------------------------------------------------

RATES = st.sampled_from(["20", "19", "7", "5", "5.5", "25.5", "0"])
PRICES = st.integers(0, 200_000).map(lambda pennies: D(pennies) / 100)
LINES = st.lists(st.tuples(PRICES, st.integers(1, 20), RATES), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(
    lines=LINES,
    included=st.booleans(),
    discount=PRICES,
    shipping=PRICES,
    treatment=st.sampled_from(list(TaxTreatment)),
)
def test_rules__hold_for_any_order(
    lines: list[tuple[Decimal, int, str]],
    included: bool,
    discount: Decimal,
    shipping: Decimal,
    treatment: TaxTreatment,
) -> None:
    found = calculate(
        [PricedLine(price, units, D(rate)) for price, units, rate in lines],
        currency="EUR",
        prices_include_tax=included,
        discount=discount,
        shipping=shipping,
    )
    if treatment != TaxTreatment.STANDARD:
        found = without_tax(found, treatment)
    bill = bill_of(
        found,
        [units for _, units, _ in lines],
        parties=Parties(NEST, LYON, LYON),
        buyer_vat_number="FR40303265045",
    )

    assert bill.total == found.total
    for line in bill.lines:
        price, units = line.price
        assert price * line.quantity / units == line.net
    assert broken_rules(to_xml(bill)) == []
