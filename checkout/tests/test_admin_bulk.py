"""Many orders at once in the admin: ticked in the listing, or named by a carrier's file."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from checkout import refunding, sending, tracking_file
from checkout.admin import in_bulk
from checkout.models import Order, OrderEmail, OrderEvent, Shipment, Tracking
from checkout.tests.factories import make_method, make_order, make_paid_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
BELL = "AB123456789GB"


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


@pytest.fixture(autouse=True)
def _goods() -> None:
    make_product("Waves", sku="WAVES", price="12.00", on_hand=50)
    make_method("Standard", "4.00")


def paid() -> Order:
    return make_paid_order({"WAVES": 1})


def state() -> tuple[Any, ...]:
    """Whatever a bulk action may change."""
    return (
        sorted(Order.objects.values_list("pk", "status")),
        sorted(Shipment.objects.values_list("order", "carrier", "carrier_name", "number")),
        OrderEmail.objects.count(),
        OrderEvent.objects.count(),
    )


def statuses(*orders: Order) -> list[str]:
    found = Order.objects.in_bulk([order.pk for order in orders])
    return [found[order.pk].status for order in orders]


def many(client: Client, name: str, *orders: Order, **data: Any) -> Any:
    chosen = {"order": [order.pk for order in orders]}
    return client.post(reverse(f"orders:{name}"), chosen | data)


# --- Ticked in the listing -----------------------------------------------------------------------


def test_listing__has_a_box_for_each_order_and_a_button_for_each_action(packer: Client) -> None:
    order = paid()

    html = packer.get(reverse("orders:index"), {"status": "paid"}).content.decode()

    assert f'name="order" value="{order.pk}"' in html
    for name in ("send_many", "deliver_many"):
        assert f'formaction="{reverse(f"orders:{name}")}"' in html
    assert 'name="next" value="/admin/orders/?status=paid"' in html


def test_send_many__each_with_its_number(packer: Client) -> None:
    first, second, other = paid(), paid(), paid()

    response = many(
        packer,
        "send_many",
        first,
        second,
        carrier="royal_mail",
        next="/admin/orders/?todo=pack",
        **{f"{first.pk}-number": "AB 123", f"{second.pk}-carrier": "dhl"},
    )

    assert response.headers["Location"] == "/admin/orders/?todo=pack"
    assert statuses(first, second, other) == ["sent", "sent", "paid"]
    assert sorted(Shipment.objects.values_list("order", "carrier", "number")) == [
        (first.pk, "royal_mail", "AB123"),
        (second.pk, "dhl", ""),
    ]
    assert OrderEmail.objects.filter(kind="sent").count() == 2


def test_send_many__one_that_is_refused_stops_no_other(packer: Client) -> None:
    good, unpaid, refunded = paid(), make_order({"WAVES": 1}), paid()
    refunding.refund_in_full(refunded, refunded.total, restock=False)

    response = many(packer, "send_many", good, unpaid, refunded)

    assert response.status_code == 409
    html = response.content.decode()
    assert f"{unpaid.number}</a>: This cannot be done: the order is “Awaiting payment” now." in html
    assert f"{refunded.number}</a>: The money of this order goes back" in html
    assert "1 order is sent." in html
    assert statuses(good, unpaid, refunded) == ["sent", "pending", "paid"]
    assert Shipment.objects.get().order == good


def test_send_many__asks_only_for_those_that_can_go(packer: Client) -> None:
    good, unpaid = paid(), make_order({"WAVES": 1})
    before = state()

    response = packer.get(reverse("orders:send_many"), {"order": [good.pk, unpaid.pk]})

    html = response.content.decode()
    assert response.status_code == 200
    assert f'name="{good.pk}-number"' in html
    assert f'name="{unpaid.pk}-number"' not in html
    assert "the order is “Awaiting payment” now" in html
    assert state() == before


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        pytest.param({"number": "<b>"}, "Use letters, digits", id="number"),
        pytest.param({"number": "A" * 65}, "at most 64", id="too long"),
        pytest.param({"carrier": "pigeon"}, "Select a valid choice", id="carrier"),
        pytest.param({"carrier": "other"}, "Which carrier is it?", id="no name of the other"),
        pytest.param({"number": "A\0B"}, "Null characters", id="NUL"),
    ],
)
def test_send_many__what_is_wrong_is_said_and_nothing_sent(
    packer: Client, wrong: dict[str, str], message: str
) -> None:
    first, second = paid(), paid()
    before = state()

    response = many(
        packer, "send_many", first, second, **{f"{first.pk}-{k}": v for k, v in wrong.items()}
    )

    assert response.status_code == 422
    assert message in response.content.decode()
    assert state() == before


def test_send_many__twice_sends_once(packer: Client) -> None:
    order = paid()
    many(packer, "send_many", order)
    before = state()

    assert many(packer, "send_many", order).status_code == 409
    assert state() == before


def test_deliver_many(packer: Client) -> None:
    sent, unsent = paid(), paid()
    sending.send(sent, Tracking())

    response = many(packer, "deliver_many", sent, unsent)

    assert response.status_code == 409
    assert "1 order is delivered." in response.content.decode()
    assert statuses(sent, unsent) == ["delivered", "paid"]
    assert many(packer, "deliver_many", sent).status_code == 409


@pytest.mark.parametrize("name", ["send_many", "deliver_many"])
@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param([], id="none"),
        pytest.param(["0"], id="unknown"),
        pytest.param(["9" * 30, "-1", "x", "", "²", "1 OR 1"], id="nonsense"),
    ],
)
def test_many__nothing_chosen(packer: Client, name: str, chosen: list[str]) -> None:
    url = reverse(f"orders:{name}")

    for response in (
        packer.get(url, {"order": chosen}, follow=True),
        packer.post(url, {"order": chosen, "next": "https://elsewhere.example/"}, follow=True),
    ):
        assert response.redirect_chain == [(reverse("orders:index"), 302)]
        assert "Choose orders first" in response.content.decode()


def test_many__too_many(packer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_bulk, "MAX_ORDERS", 1)
    orders = [paid(), paid()]

    response = many(packer, "send_many", *orders)

    assert response.status_code == 302
    assert statuses(*orders) == ["paid", "paid"]


# --- A carrier's file ----------------------------------------------------------------------------


def upload(client: Client, content: str | bytes, encoding: str = "utf-8") -> Any:
    file = io.BytesIO(content if isinstance(content, bytes) else content.encode(encoding))
    file.name = "parcels.csv"
    return client.post(reverse("orders:tracking"), {"file": file})


def confirm(client: Client, response: Any) -> Any:
    return client.post(reverse("orders:tracking"), {"rows": response.context["rows"]})


def test_file__is_shown_before_anything_is_done(packer: Client) -> None:
    order = paid()
    before = state()

    response = upload(packer, f"Order number,Carrier,Tracking number\n{order.number},DHL,{BELL}\n")

    assert response.status_code == 200
    assert "Send 1 order" in response.content.decode()
    assert state() == before
    assert confirm(packer, response).headers["Location"] == reverse("orders:index")
    assert statuses(order) == ["sent"]
    assert Shipment.objects.get().tracking == Tracking("dhl", "", BELL)


@pytest.mark.parametrize(
    ("header", "row", "encoding"),
    [
        pytest.param("order;carrier;tracking", "{n};Royal Mail;{t}", "utf-8-sig", id="semicolons"),
        pytest.param("Tracking No.\tOrder No.", "{t}\t{n}", "utf-16", id="tabs, UTF-16"),
        pytest.param("ORDER_ID,x,Tracking-Code", "#{n},,{t}", "utf-8", id="other columns"),
        pytest.param("Name,Courier,Consignment", "{n},Zusteller Süd,{t}", "cp1252", id="cp1252"),
        pytest.param("Reference,Tracking number", '"{n}"," {t} "', "utf-8", id="quoted"),
    ],
)
def test_file__however_it_was_saved(packer: Client, header: str, row: str, encoding: str) -> None:
    order = paid()
    typed = order.number.replace("-", "").lower()
    spaced = f"{BELL[:2]} {BELL[2:]}"

    confirm(packer, upload(packer, f"{header}\r\n{row.format(n=typed, t=spaced)}\r\n", encoding))

    shipment = Shipment.objects.get(order=order)
    assert shipment.number == BELL
    assert shipment.carrier_name in ("", "Zusteller Süd")


def test_file__twice_changes_nothing(packer: Client) -> None:
    order = paid()
    table = f"order,tracking\n{order.number},{BELL}\n"
    first = upload(packer, table)
    confirm(packer, first)
    before = state()

    again = upload(packer, table)

    assert again.context["to_do"] == 0
    assert "Known already" in again.content.decode()
    assert confirm(packer, first).status_code == 302
    assert state() == before


def test_file__gives_a_number_to_what_was_sent_without(packer: Client) -> None:
    order = paid()
    sending.send(order, Tracking())

    confirm(packer, upload(packer, f"order,tracking,carrier\n{order.number},{BELL},evri\n"))

    assert Shipment.objects.get().tracking == Tracking("evri", "", BELL)
    assert OrderEmail.objects.filter(order=order, kind="sent").count() == 1  # not begun: one is due


def test_file__each_bad_row_by_name(packer: Client) -> None:
    good, unpaid, other, twice = paid(), make_order({"WAVES": 1}), paid(), paid()
    sending.send(other, Tracking("dhl", "", "OLD1"))
    rows = [
        (good.number, BELL),
        (unpaid.number, "A1"),
        (other.number, "A2"),
        (twice.number, ""),
        ("ZZZZ-9999", "A3"),
        (good.number, "A4"),
        (paid().number, "=1+1"),
    ]

    response = upload(packer, "order,tracking\n" + "".join(f"{a},{b}\n" for a, b in rows))

    assert [one.problem for one in response.context["planned"]] == [
        "",
        "This cannot be done: the order is “Awaiting payment” now.",
        "It was sent under another tracking number. Change that on the order’s page.",
        "There is no tracking number.",
        "There is no order of this number.",
        "The order stands in row 2 already.",
        "Use letters, digits, spaces, hyphens, dots and slashes.",
    ]
    confirm(packer, response)
    assert list(Shipment.objects.order_by("pk").values_list("order", "number")) == [
        (other.pk, "OLD1"),
        (good.pk, BELL),
    ]


def test_file__what_changed_since_the_preview_is_refused(packer: Client) -> None:
    order, other = paid(), paid()
    table = f"order,tracking\n{order.number},A1\n{other.number},A2\n"
    preview = upload(packer, table)
    sending.send(order, Tracking("dhl", "", "ELSE"))

    response = confirm(packer, preview)

    assert response.status_code == 409
    assert "sent under another tracking number" in response.content.decode()
    assert sorted(Shipment.objects.values_list("number", flat=True)) == ["A2", "ELSE"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "The submitted file is empty", id="empty"),
        pytest.param(b"\n\n", "The file is empty", id="blank lines"),
        pytest.param(b"order,tracking\n", "no rows below the header", id="header only"),
        pytest.param(b"a,b\n1,2\n", "The first row must name the columns", id="other columns"),
        pytest.param(b"PK\x03\x04" + b"\0" * 60, "This is an Excel workbook", id="xlsx"),
        pytest.param(b"<html></html>", "This is not a table", id="HTML"),
        pytest.param(bytes(range(1, 32)) * 9, "This is not text", id="bytes"),
        pytest.param(
            b"order,tracking\n" + b"A,1\n" * 501, "more than 500 rows", id="too many rows"
        ),
        pytest.param(b"order,tracking\n" + b"A,1\n" * 260_000, "larger than 1 MB", id="too large"),
        pytest.param(b'order,tracking\n"' + b"x" * 900_000, "no order of this number", id="quote"),
    ],
)
def test_file__rubbish(packer: Client, content: bytes, message: str) -> None:
    before = state()

    response = upload(packer, content)

    assert response.status_code == 422
    assert message in response.content.decode()
    assert state() == before


@pytest.mark.parametrize(
    "rows", ["", "nonsense", "order,tracking\n", "a\0b", "order,tracking\n" + "x,y\n" * 501]
)
def test_file__rubbish_instead_of_the_preview(packer: Client, rows: str) -> None:
    before = state()

    response = packer.post(reverse("orders:tracking"), {"rows": rows})

    assert response.status_code == 422
    assert state() == before


@pytest.mark.parametrize(
    ("typed", "tracking"),
    [
        ("Royal Mail", Tracking("royal_mail", "", "1")),
        ("ROYAL-MAIL", Tracking("royal_mail", "", "1")),
        ("dhl", Tracking("dhl", "", "1")),
        ("", Tracking("", "", "1")),
        ("Pigeon Post", Tracking("other", "Pigeon Post", "1")),
    ],
)
def test_carrier__however_it_is_written(typed: str, tracking: Tracking) -> None:
    assert tracking_file.tracked(typed, "1") == tracking
