"""Idempotency, and the real library against an API in trouble."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from . import StandIn
from .conftest import client_of, error_in, headers_of
from .examples import line, order

KEYED: Any = {"idempotency_key": "order-7-1"}


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library's pause before a retry, half a second, is long for a test."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)


def create(client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    params: Any = order(**changes)
    return client.v1.checkout.sessions.create(params, KEYED)


def test_key__same_request(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    first = create(client)
    stripe_api.pay(first.id)

    again = create(client)

    # The answer of then, though the session is paid by now.
    assert again.to_dict() == first.to_dict()
    assert headers_of(again)["idempotent-replayed"] == "true"
    original = headers_of(first)["request-id"]
    assert headers_of(again)["original-request"] == original
    assert len(stripe_api.sessions) == 1


def test_key__other_parameters(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    create(client)

    with pytest.raises(stripe.IdempotencyError, match="same parameters") as refusal:
        create(client, metadata={"attempt": "2"})

    assert refusal.value.http_status == 400
    assert error_in(refusal.value)["type"] == "idempotency_error"
    assert len(stripe_api.sessions) == 1


def test_key__other_endpoint(client: stripe.StripeClient) -> None:
    create(client)

    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create({"payment_intent": "pi_x"}, KEYED)


def test_key__keeps_an_error(client: stripe.StripeClient) -> None:
    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            create(client, line_items=[line(1)])

    assert refusal.value.headers
    assert refusal.value.headers["idempotent-replayed"] == "true"


def test_key__a_refused_parameter_keeps_nothing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(client, locale="en-AU")

    assert create(client).status == "open"


def test_key__forgotten_after_a_day(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    first = create(client)
    stripe_api.advance(24 * 60 * 60)

    assert create(client).id != first.id


def test_key__in_use(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    stripe_api.fail_next(1, status=None, hang=0.4)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(create, client)
        while not stripe_api.requests:
            time.sleep(0.01)
        with pytest.raises(stripe.APIError, match="in-progress request") as refusal:
            create(client)

    assert refusal.value.http_status == 409
    assert error_in(refusal.value)["code"] == "idempotency_key_in_use"
    assert list(stripe_api.sessions) == [slow.result().id]


@pytest.mark.parametrize("status", [500, 503, 0], ids=["500", "503", "no answer"])
def test_retries__before_the_work(stripe_api: StandIn, status: int) -> None:
    stripe_api.fail_next(2, status=status)

    session = create(client_of(stripe_api, retries=2))

    assert list(stripe_api.sessions) == [session.id]
    assert [request.status for request in stripe_api.requests] == [status, status, 200]
    assert {request.idempotency_key for request in stripe_api.requests} == {"order-7-1"}


@pytest.mark.parametrize("status", [500, 0], ids=["500", "no answer"])
def test_retries__after_the_work(stripe_api: StandIn, status: int) -> None:
    stripe_api.fail_next(1, status=status, executed=True)

    session = create(client_of(stripe_api, retries=1))

    assert list(stripe_api.sessions) == [session.id]
    assert headers_of(session)["idempotent-replayed"] == "true"


def test_retries__too_few(stripe_api: StandIn) -> None:
    stripe_api.fail_next(3)

    with pytest.raises(stripe.APIError) as failure:
        create(client_of(stripe_api, retries=2))

    assert failure.value.http_status == 500
    assert stripe_api.sessions == {}


def test_rate_limit(stripe_api: StandIn) -> None:
    stripe_api.fail_next(1, status=429)

    with pytest.raises(stripe.RateLimitError) as failure:
        create(client_of(stripe_api, retries=2))

    # The library leaves it to us to slow down and try again.
    assert error_in(failure.value)["code"] == "rate_limit"
    assert len(stripe_api.requests) == 1


def test_time_out(stripe_api: StandIn) -> None:
    stripe_api.fail_next(1, status=None, hang=5.0, executed=True)
    hasty = stripe.StripeClient(
        "sk_test_x",
        base_addresses={"api": stripe_api.base_url},
        http_client=stripe.RequestsClient(timeout=0.2),
        max_network_retries=0,
    )
    began = time.monotonic()

    with pytest.raises(stripe.APIConnectionError):
        create(hasty)

    assert time.monotonic() - began < 2
    # The answer was lost, not the work: the same key finds it.
    [made] = stripe_api.sessions
    assert create(client_of(stripe_api)).id == made


def test_fail_next__only_where_asked(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    stripe_api.fail_next(1, status=500, method="POST", path="/v1/refunds")

    session = create(client)
    assert client.v1.checkout.sessions.retrieve(session.id).id == session.id
    with pytest.raises(stripe.APIError):
        client.v1.refunds.create({"payment_intent": "pi_x"})


def test_requests__listed(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = create(client, metadata={"order": "7"})
    client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})

    post, get = stripe_api.requests
    assert (post.method, post.path) == ("POST", "/v1/checkout/sessions")
    # As they came: every leaf a string.
    assert post.params["line_items"][0]["price_data"]["unit_amount"] == "1250"
    assert post.params["metadata"] == {"order": "7"}
    assert post.idempotency_key == "order-7-1"
    assert post.stripe_version == stripe.api_version
    assert (get.path, get.params) == (
        f"/v1/checkout/sessions/{session.id}",
        {"expand": ["payment_intent"]},
    )
    assert get.idempotency_key is None
