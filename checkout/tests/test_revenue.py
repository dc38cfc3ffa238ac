"""What came in, by day: to the penny what the books say, and added up once."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout import bookkeeping, revenue
from checkout.models import BookedDay, Invoice
from checkout.periods import Booked, Period
from checkout.tests.factories import ADDRESS, make_method
from checkout.tests.test_bookkeeping import NOVEMBER, billed, refunded
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
URL = "/admin/orders/revenue/?since=2026-11-01&until=2026-11-30"
THIRD, FOURTH = datetime(2026, 11, 3, 12, tzinfo=UTC), datetime(2026, 11, 4, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _goods() -> None:
    make_product("Waves", sku="WAVES", price="12.00", on_hand=50)
    make_product("Prism", sku="PRISM", price="7.77", on_hand=50)
    make_method("Standard", "3.33")


def test_days__are_to_the_penny_what_the_books_say() -> None:
    order = billed(THIRD, {"WAVES": 1, "PRISM": 3})
    billed(FOURTH, {"PRISM": 1}, delivery=ADDRESS | {"country": "US", "postcode": "10001"})
    refunded(order, FOURTH)
    billed(datetime(2026, 12, 1, 12, tzinfo=UTC), {"WAVES": 1})

    booked: dict[tuple[date, Decimal], Booked] = defaultdict(Booked)
    for entry in bookkeeping.entries(NOVEMBER):
        for rate, part in entry.by_rate.items():
            booked[entry.issued_at.date(), rate] += part
    found: dict[tuple[date, Decimal], Booked] = defaultdict(Booked)
    for one in revenue.of(NOVEMBER):
        found[one.day, one.rate] += one.booked
    assert found == booked
    assert sum(one.credited.gross for one in revenue.of(NOVEMBER)) == order.total


def test_day__is_added_up_once(django_assert_num_queries: Any) -> None:
    billed(THIRD, {"WAVES": 1})
    sums = revenue.of(NOVEMBER)
    with django_assert_num_queries(3):  # how many invoices, credit notes, and what is kept
        assert revenue.of(NOVEMBER) == sums


def test_day__is_added_up_anew_once_it_has_more_papers() -> None:
    first = billed(THIRD, {"WAVES": 1})
    billed(FOURTH, {"WAVES": 1})
    revenue.of(NOVEMBER)
    assert BookedDay.objects.count() == 2
    second = billed(THIRD, {"WAVES": 2})

    [third, _fourth] = revenue.of(NOVEMBER)
    assert third.billed.gross == first.total + second.total


def test_days__are_those_of_the_shop_whoever_looks() -> None:
    """In Auckland it is the fourth already."""
    billed(datetime(2026, 11, 3, 23, 30, tzinfo=UTC), {"WAVES": 1})
    with timezone.override("Pacific/Auckland"):
        assert [one.day for one in revenue.of(NOVEMBER)] == [date(2026, 11, 3)]
        assert revenue.of(Period(date(2026, 11, 4), date(2026, 11, 30))) == []


def test_page_and_spreadsheet(client: Client) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    order = billed(THIRD, {"WAVES": 2})
    other = billed(FOURTH, {"PRISM": 1})
    refunded(other, FOURTH)

    page = client.get(URL).content.decode()
    assert "<strong>£27.33</strong> in all" in page
    assert "after £11.10 was given back" in page
    assert "Bank transfer" in page
    text = b"".join(client.get(f"{URL}&export=csv")).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["Day"], row["Sold"], row["Given back"], row["Gross"]) for row in rows] == [
        ("2026-11-03", "27.33", "0.00", "27.33"),
        ("2026-11-04", "11.10", "11.10", "0.00"),
    ]
    assert sum(Decimal(row["Gross"]) for row in rows) == order.total


def test_page__nothing_was_sold(client: Client) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    assert not Invoice.objects.exists()
    assert "No invoice and no credit note" in client.get(URL).content.decode()
