"""Honesty: what the stand-in answers and takes is what the `stripe` library knows."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import params as known
from stripe.params import checkout as known_checkout

from . import StandIn, parameters
from .answer import JsonObject
from .conftest import headers_of
from .examples import full_order, open_session, order
from .fields import Field, Hash, Text
from .library_types import faults_in, faults_in_parameters, literals, options

KINDS: dict[str, type[Any]] = {
    "charge": stripe.Charge,
    "checkout.session": stripe.checkout.Session,
    "coupon": stripe.Coupon,
    "dispute": stripe.Dispute,
    "event": stripe.Event,
    "item": stripe.LineItem,
    "payment_intent": stripe.PaymentIntent,
    "refund": stripe.Refund,
}
COUNTED = (
    (stripe.checkout.Session, 70),
    (stripe.PaymentIntent, 48),
    (stripe.Refund, 26),
    (stripe.Dispute, 20),
)


def faults(answer: JsonObject) -> list[str]:
    return list(faults_in(answer, KINDS[answer["object"]]))


def everything_in(stripe_api: StandIn) -> list[JsonObject]:
    lists = (stripe_api.sessions, stripe_api.payment_intents, stripe_api.charges)
    answers = [each for objects in lists for each in objects.values()]
    answers += [*stripe_api.refunds.values(), *stripe_api.disputes.values()]
    answers += stripe_api.events.values()
    return answers + [event["data"]["object"] for event in stripe_api.events.values()]


def test_answers__every_way_to_pay(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    full: Any = full_order(int(time.time()))
    paid, later, refused = (client.v1.checkout.sessions.create(full) for _ in range(3))
    open_session(client)
    stripe_api.decline(paid.id)
    stripe_api.pay(paid.id)
    stripe_api.pay_later(later.id)
    stripe_api.settle(later.id)
    stripe_api.pay_later(refused.id)
    stripe_api.settle(refused.id, succeeded=False)
    stripe_api.decline(open_session(client).id)
    intent = stripe_api.sessions[paid.id]["payment_intent"]
    stripe_api.settle_refund(stripe_api.refund(intent, 100)["id"], succeeded=False)
    intent = stripe_api.sessions[later.id]["payment_intent"]
    stripe_api.settle_refund(stripe_api.refund(intent)["id"])
    intent = stripe_api.sessions[paid.id]["payment_intent"]
    for won in (True, False):
        for enquiry in (True, False):
            dispute = stripe_api.dispute(intent, 100, enquiry=enquiry)["data"]["object"]["id"]
            stripe_api.decide(dispute, won)
    stripe_api.advance(25 * 60 * 60)

    answers = everything_in(stripe_api)

    assert [fault for answer in answers for fault in faults(answer)] == []
    assert {answer["object"] for answer in answers} == KINDS.keys() - {"coupon", "item"}
    assert {event["type"] for event in stripe_api.events.values()} == {
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "charge.failed",
        "charge.pending",
        "charge.refunded",
        "charge.succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.completed",
        "checkout.session.expired",
        "payment_intent.canceled",
        "payment_intent.created",
        "payment_intent.payment_failed",
        "payment_intent.processing",
        "payment_intent.succeeded",
        "refund.created",
        "refund.failed",
        "refund.updated",
    }


def test_answers__lines_coupons_and_expanded(
    stripe_api: StandIn, client: stripe.StripeClient
) -> None:
    coupon = client.v1.coupons.create({"amount_off": 250, "currency": "gbp", "name": "Thanks"})
    session = open_session(client, discounts=[{"coupon": coupon.id}])
    stripe_api.pay(session.id)
    lines = client.v1.checkout.sessions.line_items.list(session.id)
    whole = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["line_items", "payment_intent.latest_charge"]}
    )

    answers: list[stripe.StripeObject] = [coupon, whole, *lines.data]
    assert [fault for answer in answers for fault in faults(answer.to_dict())] == []


def test_answers__library_has_not_shrunk() -> None:
    """Guards the checks above: without annotations they would find nothing wrong."""
    assert [(kind, len(kind.__annotations__)) for kind, _ in COUNTED] == list(COUNTED)
    wrong = {"object": "event", "id": 7, "livemode": None, "account_name": "x"}
    assert set(faults(wrong)) >= {
        "Event.account_name is not known to the library",
        "Event.id is 7, not <class 'str'>",
        "Event.livemode is null",
        "Event.data is never null but missing",
    }


@pytest.mark.parametrize(
    ("takes", "kind"),
    [
        pytest.param(parameters.SESSION_CREATE, known_checkout.SessionCreateParams, id="session"),
        pytest.param(parameters.SESSION_LIST, known_checkout.SessionListParams, id="sessions"),
        pytest.param(parameters.RETRIEVE, known_checkout.SessionRetrieveParams, id="retrieve"),
        pytest.param(parameters.RETRIEVE, known_checkout.SessionExpireParams, id="expire"),
        pytest.param(
            parameters.LINE_ITEM_LIST, known_checkout.SessionLineItemListParams, id="line items"
        ),
        pytest.param(parameters.REFUND_CREATE, known.RefundCreateParams, id="refund"),
        pytest.param(parameters.REFUND_LIST, known.RefundListParams, id="refunds"),
        pytest.param(parameters.CHARGE_LIST, known.ChargeListParams, id="charges"),
        pytest.param(parameters.DISPUTE_LIST, known.DisputeListParams, id="disputes"),
        pytest.param(parameters.EVENT_LIST, known.EventListParams, id="events"),
        pytest.param(parameters.COUPON_CREATE, known.CouponCreateParams, id="coupon"),
    ],
)
def test_parameters__are_the_librarys(takes: Field, kind: Any) -> None:
    assert list(faults_in_parameters(takes, kind)) == []


def test_parameters__a_wrong_table_is_noticed() -> None:
    takes = Hash({"mode": Text(choices=("payment", "barter")), "colour": Text()})

    assert set(faults_in_parameters(takes, known_checkout.SessionCreateParams)) == {
        "[colour] is not known to the library",
        "[mode]=barter is not known to the library",
    }


def test_parameters__a_full_order_comes_back(client: stripe.StripeClient) -> None:
    params: Any = full_order(int(time.time()))

    session = client.v1.checkout.sessions.create(params).to_dict()

    repeated = (
        "billing_address_collection cancel_url client_reference_id customer_email expires_at"
        " locale metadata mode phone_number_collection shipping_address_collection submit_type"
        " success_url"
    )
    assert {key: session[key] for key in repeated.split()} == {
        key: params[key] for key in repeated.split()
    }
    assert session["custom_text"]["submit"] == {"message": "Thank you."}


def test_errors__codes_are_the_librarys() -> None:
    sources = "".join(path.read_text() for path in Path(__file__).parent.glob("[!t]*.py"))
    used = set(re.findall(r'\bcode="(\w+)"', sources))

    hint = stripe.PaymentIntent.LastPaymentError.__annotations__["code"]

    assert len(used) > 10
    assert used - set(literals(options(hint))) == set()


def test_headers__request_and_version(client: stripe.StripeClient) -> None:
    params: Any = order()
    session = client.v1.checkout.sessions.create(params, {"stripe_version": "2025-01-01.test"})

    sent = headers_of(session)
    assert sent["request-id"].startswith("req_")
    assert sent["stripe-version"] == "2025-01-01.test"
    assert "idempotent-replayed" not in sent
