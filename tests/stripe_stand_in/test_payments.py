"""What the shopper and the bank do to a session."""

from __future__ import annotations

import pytest
import stripe

from . import NotPayableError, StandIn
from .examples import line, open_session


def test_pay__card(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client, metadata={"order": "B-1"}, customer_email="ada@example.com")

    event = stripe_api.pay(session.id)

    assert event["type"] == "checkout.session.completed"
    assert event["request"] == {"id": None, "idempotency_key": None}
    paid = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert event["data"]["object"]["payment_intent"] == paid.to_dict()["payment_intent"]["id"]
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details
    assert paid.customer_details.email == "ada@example.com"
    assert paid.metadata
    assert paid.metadata.to_dict() == {"order": "B-1"}
    assert isinstance(paid.payment_intent, stripe.PaymentIntent)
    assert (paid.payment_intent.status, paid.payment_intent.amount_received) == ("succeeded", 1250)


def test_pay__twice(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)
    stripe_api.pay(session.id)

    with pytest.raises(NotPayableError, match="is complete"):
        stripe_api.pay(session.id)

    assert len(stripe_api.payment_intents) == 1


def test_pay__after_a_declined_card(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)

    failed = stripe_api.decline(session.id)["data"]["object"]
    assert failed["last_payment_error"]["code"] == "card_declined"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    stripe_api.pay(session.id)

    [intent] = stripe_api.payment_intents.values()
    assert intent["id"] == failed["id"]
    assert intent["last_payment_error"] is None
    assert [charge["status"] for charge in stripe_api.charges.values()] == ["failed", "succeeded"]


@pytest.mark.parametrize(
    ("succeeded", "payment_status", "intent_status"),
    [
        pytest.param(True, "paid", "succeeded", id="arrives"),
        pytest.param(False, "unpaid", "requires_payment_method", id="fails"),
    ],
)
def test_pay_later(
    stripe_api: StandIn,
    client: stripe.StripeClient,
    succeeded: bool,
    payment_status: str,
    intent_status: str,
) -> None:
    session = open_session(client)

    completed = stripe_api.pay_later(session.id)["data"]["object"]
    assert (completed["status"], completed["payment_status"]) == ("complete", "unpaid")
    intent = client.v1.payment_intents.retrieve(completed["payment_intent"])
    assert (intent.status, intent.amount_received) == ("processing", 0)

    event = stripe_api.settle(session.id, succeeded=succeeded)

    word = "succeeded" if succeeded else "failed"
    assert event["type"] == f"checkout.session.async_payment_{word}"
    assert event["data"]["object"]["payment_status"] == payment_status
    assert client.v1.payment_intents.retrieve(intent.id).status == intent_status
    with pytest.raises(NotPayableError, match="not waiting"):
        stripe_api.settle(session.id)


def test_pay_later__cards_only(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client, allowed_payment_method_types=["card"])

    with pytest.raises(NotPayableError, match="no bank debit"):
        stripe_api.pay_later(session.id)


def test_pay__nothing_to_pay(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client, line_items=[line(0)])

    paid = stripe_api.pay(session.id)["data"]["object"]

    assert (paid["payment_status"], paid["payment_intent"]) == ("no_payment_required", None)
