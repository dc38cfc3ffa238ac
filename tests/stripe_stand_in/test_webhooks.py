"""Webhooks: real signatures, tried again, late, twice, in disorder and lost."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
import stripe

from . import SECRET, StandIn
from .conftest import Shop, client_of
from .examples import open_session


@pytest.fixture
def stripe_api(shop: Shop) -> Iterator[StandIn]:
    with StandIn(webhook_url=shop.url, webhook_backoff=0.01) as stand_in:
        yield stand_in


@pytest.fixture
def session_id(stripe_api: StandIn) -> str:
    return open_session(client_of(stripe_api)).id


def test_webhook__signed(stripe_api: StandIn, shop: Shop, session_id: str) -> None:
    event = stripe_api.pay(session_id)
    stripe_api.wait_for_webhooks()

    [arrived] = shop.events(SECRET)
    assert arrived.to_dict() == event
    assert (arrived.object, arrived.livemode, arrived.pending_webhooks) == ("event", False, 1)
    assert arrived.api_version == stripe.api_version
    assert stripe_api.events[event["id"]]["pending_webhooks"] == 0
    with pytest.raises(stripe.SignatureVerificationError):
        shop.events("whsec_other")


def test_sign__by_hand(stripe_api: StandIn, session_id: str) -> None:
    body = stripe_api.payload(stripe_api.pay(session_id)["id"])

    fresh = stripe_api.sign(body)
    stale = stripe_api.sign(body, SECRET, timestamp=int(time.time()) - 1000)

    assert stripe.Webhook.construct_event(body, fresh, SECRET).type == "checkout.session.completed"
    for wrong, header in ((body + " ", fresh), (body, stale), (body, "t=1,v1=é")):
        with pytest.raises((stripe.SignatureVerificationError, TypeError)):
            stripe.Webhook.construct_event(wrong, header, SECRET)


def test_webhook__only_what_is_subscribed(stripe_api: StandIn, session_id: str) -> None:
    stripe_api.pay(session_id)
    stripe_api.wait_for_webhooks()

    assert len(stripe_api.events) == 4
    assert [each.event_type for each in stripe_api.deliveries] == ["checkout.session.completed"]


@pytest.mark.parametrize(
    ("answers", "tries"),
    [
        pytest.param([500, 302], 3, id="arrives at last"),
        pytest.param([409, 409, 409, 409, 409], 4, id="given up"),
    ],
)
def test_webhook__tried_again(
    stripe_api: StandIn, shop: Shop, session_id: str, answers: list[int], tries: int
) -> None:
    shop.statuses = list(answers)
    event = stripe_api.pay(session_id)
    stripe_api.wait_for_webhooks()

    expected = [*answers, 200][:tries]
    assert [each.status for each in stripe_api.deliveries] == expected
    assert [each.attempt for each in stripe_api.deliveries] == list(range(1, tries + 1))
    assert {json.loads(body)["id"] for body, _ in shop.received} == {event["id"]}


def test_webhook__nobody_there() -> None:
    with StandIn(webhook_url="http://127.0.0.1:9/", webhook_tries=2, webhook_backoff=0.01) as alone:
        alone.pay(open_session(client_of(alone)).id)
        alone.wait_for_webhooks()

        assert [each.status for each in alone.deliveries] == [0, 0]


@pytest.mark.parametrize(
    ("order", "arrive"),
    [
        pytest.param(None, [0, 1], id="late"),
        pytest.param([1, 0], [1, 0], id="in disorder"),
        pytest.param([0, 0, 1], [0, 0, 1], id="twice"),
        pytest.param([1], [1], id="one lost"),
        pytest.param([], [], id="all lost"),
    ],
)
def test_webhook__held(
    stripe_api: StandIn,
    shop: Shop,
    session_id: str,
    order: list[int] | None,
    arrive: list[int],
) -> None:
    stripe_api.hold_webhooks()
    happened = [stripe_api.pay_later(session_id)["id"], stripe_api.settle(session_id)["id"]]
    stripe_api.wait_for_webhooks()
    assert shop.received == []
    assert set(happened) <= {event["id"] for event in stripe_api.held_events}

    stripe_api.release_webhooks(None if order is None else [happened[place] for place in order])
    stripe_api.wait_for_webhooks()

    assert [event.id for event in shop.events(SECRET)] == [happened[place] for place in arrive]


def test_deliver__now_and_again(stripe_api: StandIn, shop: Shop, session_id: str) -> None:
    stripe_api.hold_webhooks()
    event = stripe_api.pay(session_id)
    shop.statuses = [200, 409]

    assert stripe_api.deliver(event["id"], times=2) == [200, 409]
    assert {each.id for each in shop.events(SECRET)} == {event["id"]}


def test_emit__what_nobody_expects(stripe_api: StandIn, shop: Shop) -> None:
    event = stripe_api.emit("customer.created", {"id": "cus_1", "object": "customer"})

    assert stripe_api.deliver(event["id"]) == [200]
    assert shop.events(SECRET)[0].type == "customer.created"


def test_add_webhook__a_second_secret(stripe_api: StandIn, shop: Shop, session_id: str) -> None:
    stripe_api.add_webhook(shop.url, "whsec_new", events=["*"])

    event = stripe_api.pay(session_id)
    stripe_api.wait_for_webhooks()

    assert event["pending_webhooks"] == 2
    assert len(stripe_api.deliveries) == 5


@pytest.mark.parametrize("url", ["https://shop.test/", "http://shop.test/", "file:///etc/hosts"])
def test_add_webhook__elsewhere(stripe_api: StandIn, url: str) -> None:
    with pytest.raises(ValueError, match="loopback only"):
        stripe_api.add_webhook(url)


def test_events__listed(stripe_api: StandIn, session_id: str) -> None:
    event = stripe_api.pay(session_id)
    stripe_api.wait_for_webhooks()
    events = client_of(stripe_api).v1.events

    assert events.retrieve(event["id"]).type == "checkout.session.completed"
    assert [each.id for each in events.list({"type": event["type"]})] == [event["id"]]
    wanted = ["checkout.session.completed", "charge.succeeded"]
    assert [each.type for each in events.list({"types": wanted})] == wanted
    assert list(events.list({"delivery_success": False})) == []
