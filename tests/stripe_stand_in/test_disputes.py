"""Disputes: opened, decided, listed, and no refund meanwhile."""

from __future__ import annotations

import pytest
import stripe

from . import StandIn
from .test_refunds import paid


@pytest.mark.parametrize(
    ("won", "enquiry", "status", "kinds"),
    [
        pytest.param(
            True,
            False,
            "won",
            ["created", "funds_withdrawn", "funds_reinstated", "closed"],
            id="won",
        ),
        pytest.param(False, False, "lost", ["created", "funds_withdrawn", "closed"], id="lost"),
        pytest.param(True, True, "warning_closed", ["created", "closed"], id="only asked"),
    ],
)
def test_dispute(
    stripe_api: StandIn,
    client: stripe.StripeClient,
    won: bool,
    enquiry: bool,
    status: str,
    kinds: list[str],
) -> None:
    intent = paid(stripe_api, client)

    opened = stripe_api.dispute(intent, enquiry=enquiry)["data"]["object"]
    closed = stripe_api.decide(opened["id"], won)

    assert (opened["amount"], opened["payment_intent"]) == (1250, intent)
    assert closed["type"] == "charge.dispute.closed"
    assert client.v1.disputes.retrieve(opened["id"]).status == status
    assert [one.id for one in client.v1.disputes.list({"payment_intent": intent})] == [opened["id"]]
    events = [event["type"] for event in stripe_api.events.values() if "dispute" in event["type"]]
    assert events == [f"charge.dispute.{kind}" for kind in kinds]
    assert next(iter(client.v1.charges.list({"payment_intent": intent}))).disputed
    with pytest.raises(ValueError, match="is already"):
        stripe_api.decide(opened["id"], won)


@pytest.mark.parametrize("decided", [False, True], ids=["open", "lost"])
def test_dispute__no_refund(
    stripe_api: StandIn, client: stripe.StripeClient, decided: bool
) -> None:
    intent = paid(stripe_api, client)
    dispute = stripe_api.dispute(intent)["data"]["object"]["id"]
    if decided:
        stripe_api.decide(dispute, won=False)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create({"payment_intent": intent})

    assert refusal.value.code == "charge_disputed"
    assert stripe_api.refunds == {}
