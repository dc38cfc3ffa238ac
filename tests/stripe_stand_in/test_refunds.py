"""Refunds: parts, all of it, and never more."""

from __future__ import annotations

import pytest
import stripe

from . import StandIn
from .examples import line, open_session


def paid(stripe_api: StandIn, client: stripe.StripeClient, amount: int = 1250) -> str:
    """The PaymentIntent of a paid session."""
    session = open_session(client, line_items=[line(amount)])
    return str(stripe_api.pay(session.id)["data"]["object"]["payment_intent"])


def test_refund__parts_then_the_rest(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    intent = paid(stripe_api, client)

    part = client.v1.refunds.create(
        {"payment_intent": intent, "amount": 500, "reason": "requested_by_customer"}
    )
    rest = client.v1.refunds.create({"payment_intent": intent, "metadata": {"order": "B-1"}})

    assert (part.amount, part.status, part.reason) == (500, "succeeded", "requested_by_customer")
    assert (rest.amount, rest.currency, rest.payment_intent) == (750, "gbp", intent)
    listed = client.v1.refunds.list({"payment_intent": intent})
    assert [refund.id for refund in listed] == [rest.id, part.id]
    [charge] = stripe_api.charges.values()
    assert (charge["amount_refunded"], charge["refunded"]) == (1250, True)


def test_refund__more_than_is_left(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    intent = paid(stripe_api, client)
    client.v1.refunds.create({"payment_intent": intent, "amount": 550})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent, "amount": 701})

    assert (refusal.value.code, refusal.value.param) == (None, "amount")
    assert refusal.value.user_message == (
        "Refund amount (£7.01) is greater than unrefunded amount on charge (£7.00)"
    )
    assert len(stripe_api.refunds) == 1


def test_refund__again(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    intent = paid(stripe_api, client)
    client.v1.refunds.create({"payment_intent": intent})

    with pytest.raises(stripe.InvalidRequestError, match="already been refunded") as refusal:
        client.v1.refunds.create({"payment_intent": intent, "amount": 1})

    assert (refusal.value.http_status, refusal.value.code) == (400, "charge_already_refunded")


@pytest.mark.parametrize("amount", [0, -1])
def test_refund__not_positive(
    stripe_api: StandIn, client: stripe.StripeClient, amount: int
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="Invalid positive integer"):
        client.v1.refunds.create({"payment_intent": paid(stripe_api, client), "amount": amount})


def test_refund__nothing_paid(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)
    intent = stripe_api.pay_later(session.id)["data"]["object"]["payment_intent"]

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent})
    with pytest.raises(stripe.InvalidRequestError, match="No such payment_intent: 'pi_x'"):
        client.v1.refunds.create({"payment_intent": "pi_x"})
    with pytest.raises(stripe.InvalidRequestError, match="One of the following params"):
        client.v1.refunds.create({})


def test_refund__events(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    intent = paid(stripe_api, client)
    before = set(stripe_api.events)

    client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund-1"})

    caused = [event for key, event in stripe_api.events.items() if key not in before]
    assert [event["type"] for event in caused] == ["refund.created", "charge.refunded"]
    assert {event["request"]["idempotency_key"] for event in caused} == {"refund-1"}


def test_refund__from_the_dashboard(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    refund = stripe_api.refund(paid(stripe_api, client), 200)

    assert client.v1.refunds.retrieve(refund["id"]).amount == 200
    *_, last = stripe_api.events.values()
    assert last["request"] == {"id": None, "idempotency_key": None}


def test_refund__of_a_debit_waits(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)
    intent = stripe_api.pay_later(session.id)["data"]["object"]["payment_intent"]
    stripe_api.settle(session.id)

    refund = client.v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"

    assert stripe_api.settle_refund(refund.id)["type"] == "refund.updated"
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_refund__fails_later(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    intent = paid(stripe_api, client)
    refund = client.v1.refunds.create({"payment_intent": intent})

    event = stripe_api.settle_refund(refund.id, succeeded=False)

    assert (event["type"], event["data"]["object"]["status"]) == ("refund.failed", "failed")
    [charge] = stripe_api.charges.values()
    assert (charge["amount_refunded"], charge["refunded"]) == (0, False)
