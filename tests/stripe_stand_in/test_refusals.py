"""What Stripe refuses, with its codes and words."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from . import StandIn
from .conftest import client_of
from .examples import line, open_session, order


def price(**changes: Any) -> dict[str, Any]:
    return {"price_data": {**line()["price_data"], **changes}, "quantity": 1}


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        pytest.param({"colour": "red"}, "parameter_unknown", "colour", id="unknown"),
        pytest.param(
            {"line_items": [price(product_data={"name": "a", "size": "L"})]},
            "parameter_unknown",
            "line_items[0][price_data][product_data][size]",
            id="unknown inside",
        ),
        pytest.param(
            {"line_items": [{"amount": 100, "currency": "gbp", "name": "a", "quantity": 1}]},
            "parameter_unknown",
            "line_items[0][amount]",
            id="the old way to write a line",
        ),
        pytest.param(
            {"line_items": [price(unit_amount=-1)]},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
            id="negative",
        ),
        pytest.param(
            {"line_items": [price(unit_amount="12.50")]},
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
            id="not whole",
        ),
        pytest.param(
            {"line_items": [{"price_data": line()["price_data"]}]},
            "parameter_missing",
            "line_items[0][quantity]",
            id="no quantity",
        ),
        pytest.param(
            {"line_items": [{"price": "price_1", "quantity": 1}]},
            "resource_missing",
            "line_items[0][price]",
            id="no such price",
        ),
        pytest.param({"customer_email": "ada"}, "email_invalid", "customer_email", id="email"),
        pytest.param(
            {"customer_email": ""}, "parameter_invalid_empty", "customer_email", id="empty"
        ),
        pytest.param({"success_url": "/thanks/"}, "url_invalid", "success_url", id="url"),
        pytest.param({"locale": "en-AU"}, None, "locale", id="locale"),
        pytest.param({"client_reference_id": "x" * 201}, None, "client_reference_id", id="long"),
        pytest.param({"metadata": {"k" * 41: "v"}}, None, "metadata", id="metadata key"),
        pytest.param({"metadata": {"k": "v" * 501}}, None, "metadata[k]", id="metadata value"),
        pytest.param(
            {"line_items": [line(currency="xxx")]},
            None,
            "line_items[0][price_data][currency]",
            id="currency",
        ),
        pytest.param(
            {"line_items": [line(), line(currency="eur")]}, None, None, id="two currencies"
        ),
        pytest.param(
            {"discounts": [{"coupon": "NONE"}]}, "resource_missing", "discounts[0][coupon]",
            id="coupon",
        ),
        pytest.param(
            {"payment_method_types": ["card"]}, "parameter_unknown", "payment_method_types",
            id="a key of older versions",
        ),
        pytest.param({"allowed_payment_method_types": ["oxxo"]}, None, None, id="no way to pay"),
        pytest.param({"mode": "subscription"}, None, None, id="beyond the stand-in"),
    ],
)  # fmt: skip
def test_session__refused(
    stripe_api: StandIn,
    client: stripe.StripeClient,
    changes: dict[str, Any],
    code: str | None,
    param: str | None,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_session(client, **changes)

    assert (refusal.value.http_status, refusal.value.code, refusal.value.param) == (
        400,
        code,
        param,
    )
    assert stripe_api.sessions == {}


@pytest.mark.parametrize("absent", ["line_items", "mode", "success_url"])
def test_session__missing(client: stripe.StripeClient, absent: str) -> None:
    params: Any = {key: value for key, value in order().items() if key != absent}

    with pytest.raises(stripe.InvalidRequestError, match=f"Missing required param: {absent}"):
        client.v1.checkout.sessions.create(params)


@pytest.mark.parametrize(
    ("currency", "least", "reads"),
    [
        pytest.param("gbp", 30, "£0.30 GBP", id="gbp"),
        pytest.param("eur", 50, "€0.50 EUR", id="eur"),
        pytest.param("usd", 50, "$0.50 USD", id="usd"),
        pytest.param("jpy", 50, "¥50 JPY", id="jpy"),
        pytest.param("huf", 17500, "175.00 HUF", id="huf"),
    ],
)
def test_total__minimum(client: stripe.StripeClient, currency: str, least: int, reads: str) -> None:
    assert open_session(client, line_items=[line(least, currency=currency)]).amount_total == least

    with pytest.raises(stripe.InvalidRequestError, match="at least") as refusal:
        open_session(client, line_items=[line(least - 1, currency=currency)])

    assert refusal.value.code == "amount_too_small"
    assert str(refusal.value.user_message).endswith(reads)


def test_total__maximum(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        open_session(client, line_items=[line(100_000_000)])

    assert refusal.value.code == "amount_too_large"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        pytest.param(30 * 60 - 1, "at least 30 minutes", id="too near"),
        pytest.param(24 * 60 * 60 + 60, "less than 24 hours", id="too far"),
    ],
)
def test_expires_at__refused(client: stripe.StripeClient, seconds: int, words: str) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words) as refusal:
        open_session(client, expires_at=int(time.time()) + seconds)

    assert refusal.value.param == "expires_at"


@pytest.mark.parametrize("key", ["sk_test_other_1234", "sk_live_1234567890", "pk_test_1234567890"])
def test_key__wrong(key: str) -> None:
    with StandIn(api_key="sk_test_right") as stripe_api:
        with pytest.raises(stripe.AuthenticationError) as refusal:
            open_session(client_of(stripe_api, key=key))

        assert refusal.value.http_status == 401
        assert key not in str(refusal.value)
        assert open_session(client_of(stripe_api, key="sk_test_right")).status == "open"


def test_key__live_is_never_taken(stripe_api: StandIn) -> None:
    with pytest.raises(stripe.AuthenticationError):
        open_session(client_of(stripe_api, key="sk_live_1234567890"))


def test_retrieve__nothing_there(client: stripe.StripeClient) -> None:
    calls: dict[str, Callable[[], object]] = {
        "No such checkout.session: cs_x": lambda: client.v1.checkout.sessions.retrieve("cs_x"),
        "No such payment_intent: 'pi_x'": lambda: client.v1.payment_intents.retrieve("pi_x"),
        "No such event: 'evt_x'": lambda: client.v1.events.retrieve("evt_x"),
        "No such refund: 're_x'": lambda: client.v1.refunds.retrieve("re_x"),
        "Unrecognized request URL": lambda: client.v1.customers.list({"limit": 1}),
    }
    for words, call in calls.items():
        with pytest.raises(stripe.InvalidRequestError, match=words) as refusal:
            call()
        assert refusal.value.http_status == 404


def test_expand__unknown(client: stripe.StripeClient) -> None:
    session = open_session(client)

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(session.id, {"expand": ["customer"]})
