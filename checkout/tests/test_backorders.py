"""What orders that wait to be packed wait for: goods that were sold beyond stock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from checkout import backorders, sending
from checkout.models import Order, OrderLine, Tracking
from checkout.tests.factories import make_method, make_order, make_paid_order
from products import stock
from products.models import MovementReason, Sku
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _goods() -> None:
    """Five of each; of the first more may be sold."""
    make_product("Waves", sku="WAVES", on_hand=5)
    make_product("Tides", sku="TIDES", on_hand=5)
    make_method()
    Sku.objects.filter(code="WAVES").update(backorders_allowed=True)


def paid_days_ago(days: int, **quantities: int) -> Order:
    order = make_paid_order(quantities)
    Order.objects.filter(pk=order.pk).update(paid_at=timezone.now() - timedelta(days=days))
    return order


def test_missing__who_paid_first_gets_what_is_here() -> None:
    third = paid_days_ago(1, WAVES=4)
    first = paid_days_ago(3, WAVES=3, TIDES=5)
    second = paid_days_ago(2, WAVES=4)

    assert Sku.objects.get(code="WAVES").on_hand == -6
    assert backorders.missing() == {second.pk: {"WAVES": 2}, third.pk: {"WAVES": 4}}
    assert first.pk not in backorders.missing()


def test_missing__nothing_while_there_is_enough() -> None:
    paid_days_ago(1, WAVES=5)

    assert backorders.missing() == {}


def test_missing__what_arrives_goes_to_the_oldest() -> None:
    older, newer = paid_days_ago(2, WAVES=7), paid_days_ago(1, WAVES=2)
    stock.move("WAVES", +2, MovementReason.RECEIVED)

    assert backorders.missing() == {newer.pk: {"WAVES": 2}}
    assert older.pk not in backorders.missing()


def test_missing__neither_what_was_sent_nor_what_is_unpaid_nor_what_went_back() -> None:
    sent, refunded = paid_days_ago(3, WAVES=5), paid_days_ago(2, WAVES=2)
    waits = paid_days_ago(1, WAVES=1)
    make_order({"WAVES": 9})
    sending.send(sent, Tracking())
    OrderLine.objects.filter(order=refunded).update(units_refunded=1)

    assert backorders.missing() == {waits.pk: {"WAVES": 1}, refunded.pk: {"WAVES": 1}}


def test_desk__says_what_is_waited_for(client: Client) -> None:
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    ready, waits = paid_days_ago(2, WAVES=5), paid_days_ago(1, WAVES=3, TIDES=1)

    listing = client.get(reverse("orders:index"), {"todo": "pack", "ordering": "placed_at"})
    goods = client.get(reverse("orders:index"), {"todo": "goods"})
    page = client.get(reverse("orders:inspect", args=[waits.pk])).content.decode()
    first_page = client.get("/admin/").content.decode()

    assert [(o.number, o.waits_for) for o in listing.context["object_list"]] == [
        (ready.number, ""),
        (waits.number, "3 × WAVES"),
    ]
    assert listing.content.decode().count("Waits for 3 × WAVES") == 1
    assert [order.number for order in goods.context["object_list"]] == [waits.number]
    assert "Waits for goods: 3 × WAVES." in page
    assert "Waits for 3 × WAVES" in first_page
    assert "2 orders to pack" in first_page


def test_shopper__reads_what_their_order_waits_for(client: Client) -> None:
    served, waits = paid_days_ago(2, WAVES=5), paid_days_ago(1, WAVES=2)
    said = "We wait for 2 × Waves, and send your order as soon as that is here."

    assert said in client.get(waits.get_absolute_url()).content.decode()
    assert "We wait for" not in client.get(served.get_absolute_url()).content.decode()
    stock.move("WAVES", +2, MovementReason.RECEIVED)
    assert "We wait for" not in client.get(waits.get_absolute_url()).content.decode()
