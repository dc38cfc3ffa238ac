"""Disputes: told by Stripe, seen by staff, and what a lost one takes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from checkout import refunding, sending
from checkout.admin.order_filters import ToDo, waiting_for
from checkout.models import Dispute, Order, Refund, Tracking
from checkout.payments.stripe import see_dispute
from checkout.status import OrderStatus
from checkout.tests.stripe_events import Event, Postman
from products.models import Sku
from tests.stripe_stand_in import StandIn

pytestmark = pytest.mark.django_db
S = OrderStatus
D = Decimal


def stands(order: Order) -> tuple[str, list[str], list[tuple[Decimal, str]]]:
    """The order; its disputes; what went back and why."""
    fresh = Order.objects.get(pk=order.pk)
    made = Refund.objects.filter(made_at__isnull=False).order_by("pk")
    refunds = made.values_list("amount", "reason")
    return fresh.status, [one.state for one in fresh.disputes], list(refunds)


def decided(stripe_api: StandIn, opened: Event, won: bool) -> Event:
    return stripe_api.decide(opened["data"]["object"]["id"], won)


@pytest.mark.parametrize("times", [1, 3], ids=["told once", "told three times"])
def test_opened__seen_and_not_packed(
    order: Order, postman: Postman, stripe_api: StandIn, times: int
) -> None:
    intent = postman.paid(order)
    assert list(Order.objects.to_pack()) == [order]

    opened = stripe_api.dispute(intent, reason="product_not_received")
    postman.bring(*(opened | {"id": f"evt_{number}"} for number in range(times)))

    assert stands(order) == (S.PAID, ["open"], [])
    dispute = Dispute.objects.get()
    assert (dispute.amount, dispute.currency) == (D(28), "GBP")
    assert dispute.reason_in_words == "product not received"
    assert dispute.respond_by is not None
    assert list(Order.objects.to_pack()) == []
    assert list(waiting_for(ToDo.DISPUTED)) == [order]
    assert order.events.filter(what="dispute_opened").count() == 1
    with pytest.raises(sending.InDispute):
        sending.send(order, Tracking())
    assert stands(order)[0] == S.PAID


# Each: the amount in dispute, who wins, how the order stands, what went back.
DECISIONS: list[Any] = [
    pytest.param(None, True, S.PAID, "won", [], id="won"),
    pytest.param(None, False, S.REFUNDED, "lost", [(D(28), "dispute")], id="lost"),
    pytest.param(800, False, S.PARTIALLY_REFUNDED, "lost", [(D(8), "dispute")], id="a part lost"),
    pytest.param(2900, False, S.REFUNDED, "lost", [(D(28), "dispute")], id="the bank converts"),
]


@pytest.mark.parametrize(("amount", "won", "status", "state", "gone"), DECISIONS)
@pytest.mark.parametrize(
    "arrive", [[0, 1], [1, 0], [1], [0, 1, 0, 1]], ids=["in order", "reversed", "one", "twice"]
)
def test_decided(
    order: Order,
    postman: Postman,
    stripe_api: StandIn,
    amount: int | None,
    won: bool,
    status: OrderStatus,
    state: str,
    gone: list[tuple[Decimal, str]],
    arrive: list[int],
) -> None:
    intent = postman.paid(order)
    opened = stripe_api.dispute(intent, amount)
    events = [opened, decided(stripe_api, opened, won)]

    for number, place in enumerate(arrive):
        assert postman.bring(events[place] | {"id": f"evt_{number}"}) == [200]

    assert stands(order) == (status, [state], gone)
    assert list(Order.objects.disputed()) == []
    # Of what was lost in part, the rest is still to be sent.
    assert list(Order.objects.to_pack()) == ([] if status == S.REFUNDED else [order])
    # The goods are where they were, and the shopper hears of it from their bank.
    assert Sku.objects.get().on_hand == 8
    assert order.emails.filter(kind="refunded").count() == 0
    assert order.events.filter(what=f"dispute_{state}").count() == 1


def test_lost__after_a_part_went_back(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    """The bank takes all of it, the shop had given a part already: no more than was left."""
    intent = postman.paid(order)
    stripe_api.refund(intent, 800)
    postman.bring(*postman.newest("charge.refunded"))
    opened = stripe_api.dispute(intent)

    postman.bring(opened, decided(stripe_api, opened, won=False))

    assert stands(order) == (S.REFUNDED, ["lost"], [(D(8), "outside"), (D(20), "dispute")])
    assert refunding.refundable(Order.objects.get()) == 0


@pytest.mark.parametrize(
    ("change", "state"),
    [
        pytest.param({"status": "warning_needs_response"}, "open", id="an enquiry"),
        pytest.param({"status": "warning_closed"}, "won", id="an enquiry, closed"),
        pytest.param({"status": "under_review"}, "open", id="under review"),
        pytest.param({"status": "appeal_under_review"}, "open", id="appealed"),
        pytest.param({"status": "won"}, "won", id="won"),
        pytest.param({"status": "lost"}, "lost", id="lost"),
        pytest.param({"status": "prevented"}, "won", id="prevented, nothing taken"),
        pytest.param(
            {"status": "prevented", "balance_transactions": [{"amount": -2800}]},
            "lost",
            id="prevented by giving in",
        ),
        pytest.param(
            {
                "status": "prevented",
                "balance_transactions": [{"amount": -2800}, {"amount": 2800}],
            },
            "won",
            id="prevented, taken and given back",
        ),
        pytest.param({"status": "a word of tomorrow"}, "open", id="unknown"),
    ],
)
def test_state__of_every_status(
    order: Order, postman: Postman, stripe_api: StandIn, change: dict[str, Any], state: str
) -> None:
    dispute = stripe_api.dispute(postman.paid(order))["data"]["object"]

    assert see_dispute(dispute | change).state == state
    assert see_dispute(dispute | {"evidence_details": {"due_by": 0}}).respond_by is None


def test_dispute__of_another_shop(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    opened = stripe_api.dispute(postman.paid(order))
    opened["data"]["object"] |= {"payment_intent": "pi_theirs"}

    assert postman.bring(opened) == [200]
    assert not Dispute.objects.exists()


def test_admin__staff_see_it(
    order: Order, postman: Postman, stripe_api: StandIn, client: Client
) -> None:
    intent = postman.paid(order)
    opened = stripe_api.dispute(intent)
    postman.bring(opened)
    client.force_login(make_user("packer@example.com", "Fulfilment"))

    page = client.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    first = client.get("/admin/").content.decode()

    assert "The customer’s bank asks for £28.00 back (fraudulent)" in page
    assert "Mark as sent" not in page
    assert "Disputed</span>" in page
    assert f"https://dashboard.stripe.com/test/payments/{intent}" in page
    assert "Disputed by the customer’s bank: 1 order" in first
    assert "0 orders to pack" in first

    postman.bring(decided(stripe_api, opened, won=True))
    page = client.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    assert "asks for £28.00 back" not in page
    assert "Decided for the shop" in page
