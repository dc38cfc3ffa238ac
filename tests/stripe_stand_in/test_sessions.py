"""Checkout Sessions: what they cost, when they expire, how they are listed."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe

from . import NotPayableError, StandIn
from .examples import full_order, line, open_session


def test_session__open(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client, line_items=[line(1250, quantity=2)])

    assert session.id.startswith("cs_test_")
    assert session.url == f"{stripe_api.base_url}/pay/{session.id}"
    assert (session.amount_total, session.currency) == (2500, "gbp")
    assert (session.status, session.payment_status) == ("open", "unpaid")
    # Stripe makes the PaymentIntent when the shopper pays, not before.
    assert session.payment_intent is None
    assert session.expires_at - session.created == 24 * 60 * 60


def test_session__amounts_with_shipping(client: stripe.StripeClient) -> None:
    params: Any = full_order(int(time.time()))

    session = client.v1.checkout.sessions.create(params)

    assert (session.amount_subtotal, session.amount_total) == (3300, 3795)
    assert session.total_details
    assert session.total_details.amount_shipping == 495
    assert session.shipping_cost
    assert session.shipping_cost.amount_total == 495


@pytest.mark.parametrize(
    ("coupon", "discount"),
    [
        pytest.param({"amount_off": 1, "currency": "gbp"}, 1, id="one penny"),
        pytest.param({"amount_off": 9999, "currency": "gbp"}, 2000, id="more than the items"),
        pytest.param({"percent_off": 12.5}, 250, id="percent"),
    ],
)
def test_session__coupon(client: stripe.StripeClient, coupon: Any, discount: int) -> None:
    made = client.v1.coupons.create(coupon)
    lines = [line(999), line(1001)]

    session = open_session(client, line_items=lines, discounts=[{"coupon": made.id}])

    assert session.amount_subtotal == 2000
    assert session.amount_total == 2000 - discount
    rows = client.v1.checkout.sessions.line_items.list(session.id).data
    assert sum(row.amount_discount for row in rows) == discount
    assert sum(row.amount_total for row in rows) == session.amount_total


def test_session__zero_decimal(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client, line_items=[line(500, currency="JPY")])

    assert (session.amount_total, session.currency) == (500, "jpy")
    assert session.payment_method_types == ["card"]
    stripe_api.pay(session.id)
    [intent] = stripe_api.payment_intents.values()
    assert (intent["amount_received"], intent["currency"]) == (500, "jpy")


def test_session__decimal_unit_amount(client: stripe.StripeClient) -> None:
    data = {"currency": "gbp", "unit_amount_decimal": "12.5", "product_data": {"name": "Bead"}}

    session = open_session(client, line_items=[{"price_data": data, "quantity": 5}])

    assert session.amount_total == 63


def test_expire__asked(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)

    expired = client.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "k"})

    assert (expired.status, expired.url) == ("expired", None)
    [event] = stripe_api.events.values()
    assert event["type"] == "checkout.session.expired"
    assert event["request"]["idempotency_key"] == "k"
    with pytest.raises(stripe.InvalidRequestError, match="has a status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)


def test_expire__when_due(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    soon = open_session(client, expires_at=int(time.time()) + 45 * 60)
    later = open_session(client)
    done = open_session(client)
    stripe_api.pay(done.id)

    assert stripe_api.advance(44 * 60) == []
    [event] = stripe_api.advance(60)

    assert event["data"]["object"]["id"] == soon.id
    statuses = [client.v1.checkout.sessions.retrieve(each.id).status for each in (later, done)]
    assert statuses == ["open", "complete"]
    with pytest.raises(NotPayableError, match="is expired"):
        stripe_api.pay(soon.id)


def test_list__newest_first_in_pages(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    made = [open_session(client).id for _ in range(5)]
    stripe_api.pay(made[2])
    intent = stripe_api.sessions[made[2]]["payment_intent"]
    sessions = client.v1.checkout.sessions

    pages = sessions.list({"limit": 2})
    assert [each.id for each in pages.auto_paging_iter()] == made[::-1]
    assert [each.id for each in sessions.list({"payment_intent": intent})] == [made[2]]
    assert [each.id for each in sessions.list({"status": "complete"})] == [made[2]]
    before = sessions.list({"ending_before": made[0], "limit": 2})
    assert [each.id for each in before] == [made[2], made[1]]
    assert before.has_more
    assert list(sessions.list({"created": {"gt": int(time.time()) + 9}})) == []
