"""The books: each invoice and credit note of a period, tax by rate, and who may take them away."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout import bookkeeping, refunding
from checkout.admin.periods import month_of
from checkout.models import CreditNote, Invoice, Order, TaxRate
from checkout.periods import Booked, Period
from checkout.tests.factories import ADDRESS, make_method, make_paid_order
from products.models import TaxClass
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
URL = "/admin/orders/bookkeeping/"


@pytest.fixture(autouse=True)
def _goods() -> None:
    reduced = TaxClass.objects.create(name="Books", code="books")
    TaxRate.objects.create(
        country="GB", tax_class="books", rate=Decimal(5), valid_from=date(2020, 1, 1)
    )
    make_product("Waves", sku="WAVES", price="12.00", on_hand=50)
    make_product("Book", sku="BOOK", price="10.50", on_hand=50, tax_class=reduced)
    make_method("Standard", "0.00")


@pytest.fixture
def manager(client: Client) -> Client:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


def billed(when: datetime, quantities: dict[str, int], **changes: Any) -> Order:
    order = make_paid_order(quantities, **changes)
    Invoice.objects.filter(order=order).update(issued_at=when)
    return order


def refunded(order: Order, when: datetime) -> CreditNote:
    refunding.refund_in_full(order, order.total, restock=False)
    CreditNote.objects.filter(order=order).update(issued_at=when)
    return CreditNote.objects.get(order=order)


def rows(client: Client, since: str = "2026-11-01", until: str = "2026-11-30") -> list[Any]:
    response = client.get(URL, {"since": since, "until": until, "export": "csv"})
    assert response.status_code == 200
    content = b"".join(response).decode()
    return list(csv.DictReader(io.StringIO(content)))


def test_rows__an_invoice_and_the_credit_note_that_takes_it_back(manager: Client) -> None:
    order = billed(datetime(2026, 11, 3, 9, tzinfo=UTC), {"WAVES": 2, "BOOK": 1})
    note = refunded(order, datetime(2026, 11, 20, 9, tzinfo=UTC))

    invoice, credit = rows(manager)

    assert invoice["Number"] == order.invoice.number
    assert invoice["Date"] == "2026-11-03 09:00:00"
    assert (invoice["Order"], invoice["Customer"]) == (order.number, "Ada Lovelace")
    assert (invoice["Delivered to"], invoice["Currency"]) == ("GB", "GBP")
    assert invoice["Payment"] == "bank_transfer"
    assert [invoice[f"{sum_} at {rate} %"] for rate in (20, 5) for sum_ in ("Net", "Tax")] == [
        "20.00",
        "4.00",
        "10.00",
        "0.50",
    ]
    assert (invoice["Net"], invoice["Tax"], invoice["Gross"]) == ("30.00", "4.50", "34.50")
    assert (credit["Number"], credit["Credit note for"]) == (note.number, order.invoice.number)
    assert (credit["Net at 20 %"], credit["Tax at 5 %"]) == ("-20.00", "-0.50")
    assert (credit["Net"], credit["Tax"], credit["Gross"]) == ("-30.00", "-4.50", "-34.50")
    assert bookkeeping.totals(NOVEMBER) == [
        bookkeeping.Total("GBP", "standard", Decimal(20), Booked()),
        bookkeeping.Total("GBP", "standard", Decimal(5), Booked()),
    ]


def test_period__days_of_the_shops_clock_both_included(manager: Client) -> None:
    """In London summer time a day begins at 23:00 UTC of the day before."""
    for moment in (
        datetime(2026, 5, 31, 22, 59, tzinfo=UTC),
        datetime(2026, 5, 31, 23, 0, tzinfo=UTC),
        datetime(2026, 6, 30, 22, 59, tzinfo=UTC),
        datetime(2026, 6, 30, 23, 0, tzinfo=UTC),
    ):
        billed(moment, {"WAVES": 1})

    found = rows(manager, "2026-06-01", "2026-06-30")

    assert [row["Date"] for row in found] == ["2026-06-01 00:00:00", "2026-06-30 23:59:00"]
    assert rows(manager, "2026-06-02", "2026-06-29") == []


def test_totals__equal_the_rows(manager: Client) -> None:
    for day in (2, 3, 4):
        billed(datetime(2026, 11, day, tzinfo=UTC), {"WAVES": day, "BOOK": 1})
    refunded(Order.objects.latest("pk"), datetime(2026, 12, 1, tzinfo=UTC))

    booked = sum((one.booked for one in bookkeeping.totals(NOVEMBER)), Booked())

    found = rows(manager)
    assert len(found) == 3
    assert booked.gross == sum(Decimal(row["Gross"]) for row in found) == Decimal("139.50")
    assert booked.tax == sum(Decimal(row["Tax"]) for row in found)


def test_page__sums_and_months(manager: Client) -> None:
    billed(datetime(2026, 11, 3, tzinfo=UTC), {"WAVES": 1000 // 50})

    html = manager.get(URL, {"since": "2026-11-01", "until": "2026-11-30"}).content.decode()

    assert "£200.00" in html
    assert "£240.00" in html
    this_month = f"{URL}?since={timezone.localdate():%Y-%m}-01&amp;until="
    assert this_month in manager.get(URL).content.decode()


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        pytest.param("2026-11-30", "2026-11-01", "before the beginning", id="backwards"),
        pytest.param("2020-01-01", "2026-01-01", "two years at most", id="too long"),
        pytest.param("soon", "2026-01-01", "Enter a valid date", id="no date"),
        pytest.param("", "", "This field is required", id="empty"),
        pytest.param("9999-12-31", "9999-12-31", "less than or equal", id="the last day"),
        pytest.param("0001-01-01", "0001-01-01", "greater than or equal", id="the first day"),
        pytest.param("2026-01-01\0", "2026-01-02", "Enter a valid date", id="NUL"),
    ],
)
@pytest.mark.parametrize("export", [{}, {"export": "csv"}])
def test_period__nonsense(
    manager: Client, since: str, until: str, message: str, export: dict[str, str]
) -> None:
    response = manager.get(URL, {"since": since, "until": until} | export)

    assert response.status_code == 422
    assert message in response.content.decode()


def test_workbook__numbers_and_no_formula(manager: Client) -> None:
    evil = ADDRESS | {"name": "=1+1"}
    order = billed(datetime(2026, 11, 3, tzinfo=UTC), {"WAVES": 1}, billing=evil)
    refunded(order, datetime(2026, 11, 4, tzinfo=UTC))

    response = manager.get(URL, {"since": "2026-11-01", "until": "2026-11-30", "export": "xlsx"})

    assert response.headers["Content-Disposition"] == (
        'attachment; filename="bookkeeping-2026-11-01-2026-11-30.xlsx"'
    )
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    heads, invoice, credit = book.active.iter_rows()
    names = [cell.value for cell in heads]
    assert invoice[names.index("Customer")].value == "'=1+1"
    assert (credit[names.index("Gross")].value, credit[names.index("Gross")].data_type) == (
        -12,
        "n",
    )


@pytest.mark.parametrize("role", ["Fulfilment", "Editors", "Marketers"])
def test_books__are_for_shop_managers(client: Client, role: str) -> None:
    client.force_login(make_user("staff@example.com", role))

    for query in ({}, {"since": "2026-11-01", "until": "2026-11-30", "export": "csv"}):
        assert client.get(URL, query).status_code in (302, 403)
    assert URL not in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize(
    ("day", "last"), [((2026, 2, 10), 28), ((2028, 2, 1), 29), ((2026, 12, 31), 31)]
)
def test_month_of(day: tuple[int, int, int], last: int) -> None:
    period = month_of(date(*day))

    assert (period.first.day, period.last.day) == (1, last)
    assert period.first.month == period.last.month == day[1]
