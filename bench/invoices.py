"""What an invoice costs: warm, in a worker's process, against WeasyPrint as it comes.

    python -m bench.invoices            # CPU milliseconds of an invoice of 5 lines, both ways
    python -m bench.invoices 1000       # and the memory of one process that makes so many

The plain way is `HTML(string=page).write_pdf()` of the same page with its style sheets within: no
tags, no PDF/A, no XML. Ours makes all of that, with the template and the e-invoice. Both take turns
in shuffled order, and medians are printed.
"""

from __future__ import annotations

import os
import random
import statistics
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bowerbird.settings.test")
django.setup()

from django.template.loader import render_to_string  # noqa: E402
from weasyprint import HTML  # noqa: E402

from checkout import pdf  # noqa: E402
from checkout.documents import bill, parties, printing  # noqa: E402
from checkout.totals import PricedLine, calculate  # noqa: E402
from content import stylesheets  # noqa: E402

ROUNDS = 30
MADE_AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
LINES = [
    ("19.00", 1, "20"),
    ("7.50", 2, "20"),
    ("4.49", 3, "5"),
    ("24.00", 1, "20"),
    ("0.95", 12, "5"),
]
SELLER = parties.Seller(
    name="Bower",
    company="Bower Ltd",
    address="1 Bird Lane\nLondon",
    country="GB",
    email="shop@bower.example",
    vat_number="GB123456789",
)
BUYER = parties.Address(
    "Ada Lovelace", "", "12 St James's Square", "", "London", "", "SW1Y 4JH", "GB"
)


def main(count: int) -> None:
    compare()
    if count:
        remember(count)


def compare() -> None:
    page = with_styles(render_page(1))
    ways = {"plain": lambda: HTML(string=page).write_pdf(), "ours": lambda: invoice(1)}
    spent: dict[str, list[float]] = {name: [] for name in ways}
    for name, run in ways.items():
        print(f"{name}: the first of the process {cpu(run):.0f} ms of CPU")
    for _ in range(ROUNDS):
        for name in random.sample(list(ways), len(ways)):
            spent[name].append(cpu(ways[name]))
    medians = {name: statistics.median(times) for name, times in spent.items()}
    print(f"plain {medians['plain']:.1f} ms, ours {medians['ours']:.1f} ms of CPU, {ROUNDS} rounds")
    print(f"ours / plain = {medians['ours'] / medians['plain']:.2f}")


def remember(count: int) -> None:
    print(f"memory before {megabytes():.0f} MB")
    for number in range(1, count + 1):
        invoice(number)
        if number in {1, 10, 100, 250} or number % 500 == 0:
            print(f"after {number:5d} invoices {megabytes():.0f} MB")


def invoice(number: int) -> bytes:
    """As a worker makes it, but for the database: page, e-invoice, PDF/A-3."""
    return printing.printed(render_page(number), bill_of(number), MADE_AT)


def render_page(number: int) -> str:
    found = bill_of(number)
    order = SimpleNamespace(
        number=found.order_number,
        currency="GBP",
        lines=SimpleNamespace(all=[line(*values) for values in LINES]),
        subtotal=TOTALS.subtotal,
        discount=TOTALS.discount,
        coupon_code="BIRD10",
        shipping=TOTALS.shipping,
        shipping_method="Standard",
        prices_include_tax=True,
        tax=TOTALS.tax,
        total=TOTALS.total,
    )
    context = {
        "invoice": SimpleNamespace(number=found.number),
        "order": order,
        "bill": found,
        "issued_at": MADE_AT,
        "prices_include_tax": True,
        "paid_by": "Card",
    }
    return render_to_string("checkout/invoice.html", context)


def line(price: str, units: int, rate: str) -> Any:
    return SimpleNamespace(
        title="Satin Flow, a print of the sea",
        options="Size: A3, Frame: Oak",
        sku_id=f"SKU-{price}",
        quantity=units,
        unit_price=Decimal(price),
        tax_rate=Decimal(rate),
        amount=Decimal(price) * units,
    )


def bill_of(number: int) -> bill.Bill:
    sold = [
        bill.SoldLine("Satin Flow", "A3", "SKU", units, one.rate, one.amount.net, one.discount)
        for (_, units, _), one in zip(LINES, TOTALS.lines, strict=True)
    ]
    lines, allowances, charges = bill.net_parts(
        sold, TOTALS.taxes, currency="GBP", prices_include_tax=True
    )
    return bill.Bill(
        kind=bill.BillKind.INVOICE,
        number=f"INV-2026-{number:05d}",
        order_number="7KQ3-M9XT",
        issued_on=MADE_AT.date(),
        supplied_on=MADE_AT.date(),
        currency="GBP",
        parties=parties.Parties(SELLER, BUYER, BUYER),
        buyer_vat_number="",
        tax_treatment="standard",
        lines=lines,
        allowances=allowances,
        charges=charges,
        taxes=TOTALS.taxes,
        paid=TOTALS.total,
        means=bill.Means.ONLINE,
    )


TOTALS = calculate(
    [PricedLine(Decimal(price), units, Decimal(rate)) for price, units, rate in LINES],
    currency="GBP",
    prices_include_tax=True,
    discount=Decimal("5.00"),
    shipping=Decimal("3.95"),
)


def with_styles(page: str) -> str:
    """The same page for somebody who hands WeasyPrint one string."""
    styles = "\n".join(stylesheets.read(name) for name in printing.STYLES)
    styles = styles.replace("../fonts/", pdf.FONTS.as_uri() + "/")
    return page.replace("</head>", f"<style>{styles}</style></head>")


def cpu(run: Any) -> float:
    """Milliseconds of this process, system included."""
    began = time.process_time()
    run()
    return (time.process_time() - began) * 1000


def megabytes() -> float:
    """Of memory that this process holds now."""
    with open("/proc/self/status") as status:
        found = next(text for text in status if text.startswith("VmRSS"))
    return int(found.split()[1]) / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
