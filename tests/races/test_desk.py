"""Two at the desk at one moment: a parcel goes where its order says, once, by one number."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from django.db import transaction

from checkout import sending
from checkout.models import Order, OrderAddress, OrderEmail, Shipment, Tracking
from checkout.readdressing import AddressIsFinal, may_readdress, readdress
from checkout.sending import Effect
from checkout.status import OrderStatus
from checkout.tests.factories import ADDRESS, make_paid_order
from products.tests.factories import make_product
from tests.races.conftest import at_once, failures

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("no_documents"),
]
HANDS = 8


@pytest.fixture
def order() -> Order:
    make_product(sku="WAVES", price="12.00", on_hand=10)
    return make_paid_order({"WAVES": 1})


def floor(number: int) -> dict[str, str]:
    return ADDRESS | {"line2": f"Floor {number}"}


def test_address__changed_by_all_hands_at_once(order: Order) -> None:
    results = at_once(HANDS, lambda number: readdress(order, floor(number)))

    assert failures(results) == []
    versions = OrderAddress.objects.filter(order=order, kind="delivery")
    assert sorted(versions.values_list("version", flat=True)) == [*range(1, HANDS + 2)]
    assert order.events.filter(what="readdressed").count() == HANDS


def test_address__changed_while_it_is_sent(order: Order) -> None:
    """Whoever comes first: the order was sent to the address that it has."""

    def change_or_send(number: int) -> int:
        if number:
            return readdress(order, floor(number)).version
        sending.send(order, Tracking())
        return Order.objects.get(pk=order.pk).delivery_address.version

    sent_to, *changed = at_once(HANDS, change_or_send)

    kinds = {type(result) for result in changed}
    assert kinds <= {int, AddressIsFinal}
    assert Order.objects.get(pk=order.pk).delivery_address.version == sent_to


def test_address__look_first_then_write_changes_it_after_it_was_sent(
    order: Order, capsys: pytest.CaptureFixture[str]
) -> None:
    """The control: the same without the order's lock."""

    def change_or_send(number: int) -> None:
        if not number:
            time.sleep(0.05)
            sending.send(order, Tracking())
            return
        with transaction.atomic():
            seen = Order.objects.get(pk=order.pk)
            if may_readdress(seen):
                time.sleep(0.5)
                OrderAddress(order=seen, kind="delivery", version=number + 1, **ADDRESS).save()

    at_once(2, change_or_send)

    order.refresh_from_db()
    changed = order.addresses.filter(kind="delivery").count() > 1
    with capsys.disabled():
        print(f" [control: {order.status}, address changed afterwards: {changed}]", end="")
    assert (order.status, changed) == (OrderStatus.SENT, True)


def test_file__uploaded_by_all_hands_at_once_sends_once(order: Order) -> None:
    tracking = Tracking("dhl", "", "AB1")

    results = at_once(HANDS, lambda number: sending.take_tracking(order, tracking))

    assert Counter(results) == {Effect.SENDS: 1, Effect.IS_KNOWN: HANDS - 1}
    assert Shipment.objects.get().number == "AB1"
    assert OrderEmail.objects.filter(kind="sent").count() == 1
