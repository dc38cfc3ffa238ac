"""Parcels: handed over once, followed by the shopper, corrected by staff."""

from __future__ import annotations

import pytest

from accounts.tests.factories import make_user
from checkout import sending, settling
from checkout.carriers import Carrier, tracking_page
from checkout.models import EmailKind, Order, OrderEmail, Shipment, Tracking
from checkout.status import OrderStatus, TransitionNotAllowed
from checkout.tests.factories import make_order
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
ROYAL = Tracking(carrier=Carrier.ROYAL_MAIL, number="AB123456789GB")


@pytest.fixture
def order() -> Order:
    make_product(sku="WAVES", price="12.00")
    order = make_order({"WAVES": 1})
    settling.mark_paid_by_hand(order, None)
    return Order.objects.get(pk=order.pk)


def sent_mails() -> list[tuple[int, str]]:
    return list(OrderEmail.objects.filter(kind="sent").values_list("edition", "kind"))


def test_send__with_tracking(order: Order) -> None:
    packer = make_user("packer@example.com")

    shipment = sending.send(order, ROYAL, packer)

    assert Order.objects.get().status == OrderStatus.SENT
    assert (shipment.order, shipment.actor, shipment.tracking) == (order, packer, ROYAL)
    assert shipment.tracking_url == (
        "https://www.royalmail.com/track-your-item#/tracking-results/AB123456789GB"
    )
    event = order.events.get(what="status", data__after="sent")
    assert (event.data["carrier"], event.data["tracking"]) == ("Royal Mail", "AB123456789GB")
    assert sent_mails() == [(1, "sent")]


def test_send__without_tracking(order: Order) -> None:
    shipment = sending.send(order, Tracking())

    assert not shipment.can_be_followed
    assert shipment.tracking_url == ""
    assert sent_mails() == [(1, "sent")]


def test_send__once(order: Order) -> None:
    sending.send(order, ROYAL)

    with pytest.raises(TransitionNotAllowed):
        sending.send(order, ROYAL)

    assert Shipment.objects.count() == 1
    assert sent_mails() == [(1, "sent")]


@pytest.mark.parametrize("tell", [False, True])
def test_correct__is_told_only_when_asked(order: Order, tell: bool) -> None:
    shipment = sending.send(order, ROYAL)
    OrderEmail.objects.filter(kind="sent").update(attempts=1)

    changed = sending.correct(shipment, Tracking(Carrier.OTHER, "Bike Bob", "7"), tell=tell)

    assert changed
    stored = Shipment.objects.get()
    assert (stored.carrier_label, stored.number, stored.tracking_url) == ("Bike Bob", "7", "")
    assert order.events.filter(what="tracking_corrected").count() == 1
    assert sent_mails() == ([(1, "sent"), (2, "sent")] if tell else [(1, "sent")])


def test_correct__nothing_new(order: Order) -> None:
    shipment = sending.send(order, ROYAL)

    assert sending.correct(shipment, ROYAL, tell=False) is False

    assert not order.events.filter(what="tracking_corrected").exists()


def test_correct__the_first_mail_has_not_left_yet(order: Order) -> None:
    """It will say what is right by then: a second one would say the same."""
    shipment = sending.send(order, ROYAL)

    sending.correct(shipment, Tracking(number="8"), tell=True)

    assert sent_mails() == [(1, EmailKind.SENT.value)]


@pytest.mark.parametrize(
    ("carrier", "number", "expected"),
    [
        pytest.param("ups", "1/2", "https://www.ups.com/track?tracknum=1%2F2", id="quoted"),
        pytest.param("evri", "", "", id="no number"),
        pytest.param("other", "5", "", id="unknown carrier"),
        pytest.param("", "5", "", id="no carrier"),
    ],
)
def test_tracking_page(carrier: str, number: str, expected: str) -> None:
    assert tracking_page(carrier, number) == expected


def test_tracking_url__what_was_typed_comes_first() -> None:
    shipment = Shipment(carrier=Carrier.UPS, number="1Z", url="https://example.com/where")

    assert shipment.tracking_url == "https://example.com/where"
