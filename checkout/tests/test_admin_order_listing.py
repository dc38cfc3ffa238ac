"""The listing of orders: searched, filtered, taken away as a spreadsheet; and the first page."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from django.db import connection
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout import refunding, sending, settling
from checkout.carriers import Carrier
from checkout.models import Order, Refund, Tracking
from checkout.readdressing import readdress
from checkout.tests.factories import ADDRESS, make_method, make_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
FORMULA = '=cmd|" /C calc"!A0'


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


@pytest.fixture(autouse=True)
def _goods() -> None:
    make_product("Waves", sku="WAVES", price="12.00", on_hand=50)
    make_method("Standard", "4.00")


def paid(quantity: int = 1, **changes: Any) -> Order:
    order = make_order({"WAVES": quantity}, **changes)
    settling.mark_paid_by_hand(order, None)
    return Order.objects.get(pk=order.pk)


def listed(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("orders:index"), query)
    assert response.status_code == 200
    return [order.number for order in response.context["object_list"]]


def content_of(response: Any) -> bytes:
    assert isinstance(response, (HttpResponse, StreamingHttpResponse))
    return b"".join(response) if response.streaming else response.content


def rows(client: Client, name: str = "index", **query: Any) -> list[dict[str, str]]:
    response = client.get(reverse(f"orders:{name}"), query | {"export": "csv"})
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(content_of(response).decode())))


def sheet(client: Client, name: str = "index") -> list[Mapping[str, Any]]:
    response = client.get(reverse(f"orders:{name}"), {"export": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(content_of(response)))
    heads, *body = book.active.iter_rows()
    return [{head.value: cell for head, cell in zip(heads, row, strict=True)} for row in body]


# --- Found ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda number: number, id="as printed"),
        pytest.param(lambda number: number.lower(), id="small letters"),
        pytest.param(lambda number: number.replace("-", ""), id="without its dash"),
        pytest.param(lambda number: number.replace("-", " "), id="with a gap"),
        pytest.param(lambda number: number.replace("-", "")[:6], id="its beginning"),
        pytest.param(lambda number: number[2:7], id="a piece of it"),
    ],
)
def test_search__by_number(packer: Client, change: Any) -> None:
    order, other = paid(), paid()
    Order.objects.filter(pk=order.pk).update(number="7KQ3-M9XT")
    Order.objects.filter(pk=other.pk).update(number="ZZZZ-2222")

    assert listed(packer, q=change("7KQ3-M9XT")) == ["7KQ3-M9XT"]


def test_search__by_tracking_number(packer: Client) -> None:
    order = paid()
    paid()
    sending.send(order, Tracking(Carrier.DHL, "", "AB123GB"))

    assert listed(packer, q="ab 123 gb") == [order.number]
    assert listed(packer, q="AB123") == []


@pytest.mark.parametrize("change", [str, str.lower, lambda number: number.replace("-0000", "-")])
def test_search__by_invoice_and_credit_note(packer: Client, change: Any) -> None:
    order, other = paid(), paid()
    refunding.refund_in_full(order, order.total, restock=False)
    [note] = order.credit_notes.all()

    assert listed(packer, q=change(order.invoice.number)) == [order.number]
    assert listed(packer, q=change(note.number)) == [order.number]
    assert listed(packer, q=change(other.invoice.number)) == [other.number]
    assert listed(packer, q="INV-1999-00001") == []


def test_search__by_company_and_by_the_name_it_was_sent_to_before(packer: Client) -> None:
    order = paid(billing=ADDRESS | {"company": "Analytical Engines Ltd"})
    paid()
    readdress(order, ADDRESS | {"name": "Grace Hopper"})

    assert listed(packer, q="analytical eng") == [order.number]
    assert listed(packer, q="grace") == [order.number]


@pytest.mark.parametrize(
    "words", ["\0", "%", "_", "'", "x" * 5000, "😀", "-1", "9" * 40, "INV-" + "9" * 30, "\\"]
)
def test_search__hostile_words_find_nothing(packer: Client, words: str) -> None:
    paid()

    assert listed(packer, q=words) == []


def test_filter__by_payment_delivery_and_country(packer: Client) -> None:
    express = make_method("Express", "9.00")
    home = make_order({"WAVES": 1}, provider="demo")
    abroad = make_order(
        {"WAVES": 1}, method=express, delivery=ADDRESS | {"country": "FR", "postcode": "75001"}
    )

    assert listed(packer, payment_provider="demo") == [home.number]
    assert listed(packer, payment_provider=["demo", "bank_transfer"]) == [
        abroad.number,
        home.number,
    ]
    assert listed(packer, shipping_method="Express") == [abroad.number]
    assert listed(packer, country="FR") == [abroad.number]
    assert listed(packer, country="DE") == []


@pytest.mark.parametrize("query", [{"country": "??"}, {"status": "eaten"}, {"todo": "sleep"}])
def test_filter__nonsense_finds_nothing(packer: Client, query: dict[str, str]) -> None:
    """A mistyped address must not export every customer."""
    paid()

    assert listed(packer, **query) == []
    assert rows(packer, **query) == []


def test_to_do__what_waits(packer: Client) -> None:
    to_pack, given_back, held, refused = paid(), paid(), paid(), paid()
    [by_hand] = refunding.refund_in_full(given_back, given_back.total, restock=False)
    held.payments.update(status="held")
    [no] = refunding.refund_in_full(refused, refused.total, restock=False)
    Refund.objects.filter(pk=no.pk).update(by_hand=False, last_error="disputed")
    assert by_hand.by_hand

    assert listed(packer, todo="pack", ordering="placed_at") == [to_pack.number, held.number]
    assert listed(packer, todo="payment_held") == [held.number]
    assert listed(packer, todo="refund_by_hand") == [given_back.number]
    assert listed(packer, todo="refund_refused") == [refused.number]


def test_columns__what_a_packer_wants(packer: Client) -> None:
    order = paid(3, delivery=ADDRESS | {"name": "Grace Hopper"})

    html = packer.get(reverse("orders:index")).content.decode()

    for words in (order.number, "Grace Hopper", "United Kingdom", "Paid", "Standard", "£40.00"):
        assert words in html
    assert packer.get(reverse("orders:index")).context["object_list"][0].units == 3


# --- Taken away ----------------------------------------------------------------------------------


def test_export__an_order_a_row(packer: Client) -> None:
    order = paid(2)
    sending.send(order, Tracking(Carrier.DHL, "", "AB1"))

    [row] = rows(packer)

    assert row["Number"] == order.number
    assert (row["Units"], row["Total"], row["Tax"]) == (
        "2",
        "28.00",
        f"{order.tax:.2f}",
    )
    assert (row["Name"], row["Country"], row["Postcode"]) == ("Ada Lovelace", "GB", "SW1Y 4JH")
    assert (row["Status"], row["Tracking number"]) == ("Sent", "AB1")
    assert row["Invoice"] == order.invoice.number
    assert row["Given back"] == "0.00"
    assert row["Placed"] == f"{timezone.localtime(order.placed_at):%Y-%m-%d %H:%M:%S}"


def test_export__a_line_a_row(packer: Client) -> None:
    make_product("Tides", sku="TIDES", price="5.00")
    order = make_order({"WAVES": 2, "TIDES": 1})
    other = make_order({"WAVES": 1}, email="two@example.com")

    found = rows(packer, "lines")

    assert [(row["Number"], row["SKU"], row["Quantity"]) for row in found] == [
        (other.number, "WAVES", "1"),
        (order.number, "WAVES", "2"),
        (order.number, "TIDES", "1"),
    ]
    assert [row["Gross"] for row in found] == ["12.00", "24.00", "5.00"]
    assert [row["Number"] for row in rows(packer, "lines", q="two@")] == [other.number]


def test_export__as_the_listing_is_filtered(packer: Client) -> None:
    order = paid()
    make_order({"WAVES": 1})

    assert [row["Number"] for row in rows(packer, status="paid")] == [order.number]


def test_export__numbers_and_dates_in_a_workbook(packer: Client) -> None:
    order = paid(2)

    [row] = sheet(packer)
    [line] = sheet(packer, "lines")

    assert (row["Total"].value, row["Total"].data_type) == (28, "n")
    assert row["Total"].number_format == "0.00"
    assert isinstance(row["Placed"].value, datetime)
    assert row["Units"].value == 2
    assert (line["Unit price, gross"].value, line["Quantity"].value) == (12, 2)
    assert line["Number"].value == order.number


@pytest.mark.parametrize("name", ["index", "lines"])
def test_export__runs_no_formula(packer: Client, name: str) -> None:
    make_product(FORMULA, sku="BAD", price="1.00")
    evil = ADDRESS | {"name": FORMULA, "line1": "+1", "city": "@SUM(A1)"}
    make_order({"BAD": 1}, delivery=evil, note="-1+1", phone="=1")

    [row] = rows(packer, name)
    [cells] = sheet(packer, name)

    assert f"'{FORMULA}" in row.values()
    for value in [*row.values(), *(cell.value for cell in cells.values())]:
        assert not str(value or "").startswith(("=", "+", "-", "@"))
    assert "f" not in {cell.data_type for cell in cells.values()}


def test_export__is_read_piece_by_piece(packer: Client, django_assert_max_num_queries: Any) -> None:
    for _ in range(5):
        paid()

    with django_assert_max_num_queries(24):
        assert len(rows(packer)) == 5
    response = packer.get(reverse("orders:index"), {"export": "csv"})
    assert response.streaming
    content_of(response)


def test_export__needs_the_right(client: Client) -> None:
    client.force_login(make_user("editor@example.com", "Editors"))

    for name in ("index", "lines"):
        response = client.get(reverse(f"orders:{name}"), {"export": "csv"})
        assert response.status_code in (302, 403)


def test_lines__are_a_spreadsheet_only(packer: Client) -> None:
    assert packer.get(reverse("orders:lines")).headers["Location"] == reverse("orders:index")


# --- The first page ------------------------------------------------------------------------------


def panels(client: Client, who: str) -> str:
    client.force_login(make_user(f"{who.replace(' ', '')}@example.com", who))
    return client.get("/admin/").content.decode()


def test_first_page__the_oldest_to_pack(client: Client) -> None:
    numbers = [paid().number for _ in range(6)]

    html = panels(client, "Fulfilment")

    assert "To pack: 6 orders" in html
    assert [number for number in numbers if number in html] == numbers[:5]
    assert f"{reverse('orders:index')}?todo=pack" in html


@pytest.mark.parametrize(("who", "sees_refunds"), [("Fulfilment", False), ("Shop managers", True)])
def test_first_page__trouble_is_for_those_who_may(
    client: Client, who: str, sees_refunds: bool
) -> None:
    order, held = paid(), paid()
    refunding.refund_in_full(order, order.total, restock=False)
    held.payments.update(status="held")

    html = panels(client, who)

    assert ("Money to send back by hand: 1 order" in html) is sees_refunds
    assert "Payment does not match: 1 order" in html


def test_first_page__not_for_editors(client: Client) -> None:
    order = paid()

    assert order.number not in panels(client, "Editors")


def test_first_page__hostile_names(client: Client) -> None:
    paid(delivery=ADDRESS | {"name": "<script>alert(1)</script>"})

    html = panels(client, "Fulfilment")

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_export__amounts_of_a_currency_without_pence(packer: Client) -> None:
    order = paid()
    Order.objects.filter(pk=order.pk).update(
        currency="JPY", total=Decimal(1500), paid_total=Decimal(1500)
    )

    assert rows(packer)[0]["Total"] == "1500"


# Sign-in, rights and settings of the admin among them.
QUERIES = {"": 24, "todo=pack": 24, "q=Ada": 25, "status=paid&country=GB": 24}


@pytest.mark.parametrize(("query", "budget"), QUERIES.items())
def test_listing__asks_as_much_for_many_as_for_few(packer: Client, query: str, budget: int) -> None:
    """Of each order that is shown, and of none that is not."""

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert packer.get(f"{reverse('orders:index')}?{query}").status_code == 200
        return len(queries)

    paid()
    asked()  # warms what is kept for the life of a process
    few = asked()
    for _more in range(5):
        paid()
    assert asked() == few <= budget


def test_listing__knows_what_it_does_not_select(packer: Client) -> None:
    """Units, and what keeps an order in the house, of the orders of a page."""
    order = paid()
    refunding.refund_in_full(order, order.total, restock=False)
    html = packer.get(reverse("orders:index")).content.decode()
    assert "Being refunded" in html
