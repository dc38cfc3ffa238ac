"""Pick list and packing slips: what is to be packed, each unit once, and nothing that costs."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.tests.factories import make_user
from checkout import packing, paying, refunding, settling
from checkout.admin.in_bulk import MAX_ORDERS
from checkout.models import Order, Shipment, Tracking
from checkout.refund_shares import Wish
from checkout.sending import send
from checkout.tests.factories import ADDRESS, make_order
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves() -> None:
    set_up_shop(name="Bower", email="help@bower.example")
    make_product("Waves", sku="W-A3", price="19.00", on_hand=50)
    make_product("Ferns", sku="F-A4", price="7.00", on_hand=50)


def paid(quantities: dict[str, int], **details: Any) -> Order:
    order = make_order(quantities, **details)
    settling.mark_paid_by_hand(order, None)
    return Order.objects.get(pk=order.pk)


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


def get(client: Client, *orders: Order, method: str = "get") -> Any:
    chosen = {"order": [order.pk for order in orders]}
    return getattr(client, method)(reverse("orders:packing"), chosen)


def pages(response: Any) -> list[str]:
    document = PdfReader(BytesIO(b"".join(response.streaming_content)))
    return [" ".join(page.extract_text().split()) for page in document.pages]


# --- What it says --------------------------------------------------------------------------------


def test_pick_list__by_sku_with_totals_and_orders(shelves: None) -> None:
    one, two = paid({"W-A3": 2, "F-A4": 1}), paid({"W-A3": 3})

    picks = packing.pick_list(packing._slips([one, two]))

    assert [(pick.sku, pick.units, pick.orders) for pick in picks] == [
        ("F-A4", 1, ((one.number, 1),)),
        ("W-A3", 5, ((one.number, 2), (two.number, 3))),
    ]


def test_pdf__a_list_then_a_page_an_order(packer: Client, shelves: None) -> None:
    one = paid({"W-A3": 2, "F-A4": 1}, note="Ring twice")
    two = paid({"W-A3": 3}, delivery=ADDRESS | {"name": "Grace Hopper"})
    before = list(Order.objects.values())

    for method in ("get", "post"):
        response = get(packer, one, two, method=method)

        assert response["Content-Type"] == "application/pdf"
        assert "no-store" in response["Cache-Control"]
        picks, first, second = pages(response)
        assert "Pick list" in picks
        assert picks.index("F-A4") < picks.index("W-A3")
        assert one.number in picks
        assert f"{two.number} × 3" in picks
        for said in (one.number, "Ada Lovelace", "Waves", "Ferns", "W-A3", "Ring twice"):
            assert said in first, said
        assert "Grace Hopper" in second
        assert "Ferns" not in second
    for page in (picks, first, second):
        assert "£" not in page
        assert "19.00" not in page
    assert list(Order.objects.values()) == before
    assert Shipment.objects.count() == 0


def test_slip__leaves_out_what_was_refunded(shelves: None) -> None:
    order = paid({"W-A3": 2, "F-A4": 1})
    units = {order.lines.get(sku_id="W-A3").pk: 1, order.lines.get(sku_id="F-A4").pk: 1}
    refunding.refund(order, Wish(units), Decimal("26.00"))

    [slip] = packing._slips(packing.printable([Order.objects.get()])[0])

    assert [(line.sku_id, line.units_left) for line in slip.lines] == [("W-A3", 1)]


def test_printable__what_is_to_go_or_has_gone(shelves: None) -> None:
    waiting, to_pack, gone = make_order({"W-A3": 1}), paid({"W-A3": 1}), paid({"W-A3": 1})
    send(gone, Tracking())
    given_up = make_order({"W-A3": 1})
    paying.cancel(given_up)
    refunded = paid({"W-A3": 1})
    refunding.refund_in_full(refunded, refunded.total, restock=True)
    orders = list(Order.objects.order_by("pk"))

    good, left_out = packing.printable(orders)

    assert {order.pk for order in good} == {to_pack.pk, gone.pk}
    assert {order.pk for order in left_out} == {waiting.pk, given_up.pk, refunded.pk}


def test_pdf__names_what_must_not_be_packed(packer: Client, shelves: None) -> None:
    good, bad = paid({"W-A3": 1}), make_order({"F-A4": 1})

    picks, *slips = pages(get(packer, good, bad))

    assert f"Not to be packed: {bad.number} (Awaiting payment)" in picks
    assert "F-A4" not in picks
    assert len(slips) == 1


def test_pdf__long_names_and_hostile_words(shelves: None) -> None:
    make_product("<img src=file:///etc/passwd>" + "Long " * 30, sku="X" * 60)
    order = paid({"X" * 60: 1}, delivery=ADDRESS | {"name": "</section>" + "Ada" * 30})

    document = PdfReader(BytesIO(packing.render([order])))

    assert len(document.pages) == 2
    assert "<img src=file" in document.pages[1].extract_text()


# --- Who may, and how many -----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_view__needs_the_right_to_see_orders(client: Client, shelves: None, method: str) -> None:
    order = paid({"W-A3": 1})
    assert get(client, order, method=method).status_code == 302  # to sign in
    client.force_login(make_user("editor@example.com", "Editors"))

    response = get(client, order, method=method)

    assert response["Content-Type"] != "application/pdf"
    assert response.status_code == 302
    assert response["Location"] == reverse("wagtailadmin_home")


@pytest.mark.parametrize("chosen", [[], ["x"], ["-1"], ["9" * 30], ["0"], ["1\x00"]])
def test_view__nothing_chosen(packer: Client, chosen: list[str]) -> None:
    response = packer.get(reverse("orders:packing"), {"order": chosen})

    assert (response.status_code, response["Location"]) == (302, reverse("orders:index"))


def test_view__no_more_than_fit(
    packer: Client, shelves: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("checkout.admin.in_bulk.MAX_ORDERS", 1)
    assert MAX_ORDERS == 100

    response = get(packer, paid({"W-A3": 1}), paid({"W-A3": 1}))

    assert (response.status_code, response["Location"]) == (302, reverse("orders:index"))


def test_view__is_offered_in_the_listing_and_on_the_orders_page(
    packer: Client, shelves: None
) -> None:
    order = paid({"W-A3": 1})
    address = reverse("orders:packing")

    assert f'formaction="{address}"' in packer.get(reverse("orders:index")).content.decode()
    inspect = reverse("orders:inspect", args=[order.pk])
    assert f'href="{address}?order={order.pk}"' in packer.get(inspect).content.decode()
