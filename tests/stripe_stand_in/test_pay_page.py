"""The pay page, the controls and the process, as a browser test meets them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import stripe

from . import StandIn
from .conftest import Shop, client_of
from .examples import line, open_session


def ask(url: str, method: str = "GET", body: str = "") -> tuple[int, str, str]:
    """Status, text and Location, without following it."""
    parts = urlsplit(url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=5)
    connection.request(method, parts.path, body.encode())
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text, response.headers.get("Location", "")


def control(base_url: str, name: str, **arguments: Any) -> Any:
    _, text, _ = ask(f"{base_url}/_control/{name}", "POST", json.dumps(arguments))
    return json.loads(text)


def names(html: str) -> list[str]:
    return re.findall(r"<button[^>]*>([^<]+)</button>", html)


def test_page__what_it_says(client: stripe.StripeClient) -> None:
    session = open_session(client, line_items=[line(1250, quantity=2)])

    status, html, _ = ask(str(session.url))

    assert status == 200
    assert re.findall(r"<h1>(.*)</h1>", html) == ["Pay £25.00"]
    assert "<strong>£25.00 GBP</strong>" in html
    assert "Tea &amp; cake" in html
    assert names(html) == ["Pay", "Pay later by bank debit", "Decline card"]
    assert '<a href="https://shop.test/basket/">Cancel and return to the shop</a>' in html


@pytest.mark.parametrize(
    ("changes", "buttons"),
    [
        pytest.param(
            {"excluded_payment_method_types": ["bacs_debit"]},
            ["Pay", "Decline card"],
            id="no debit",
        ),
        pytest.param({"line_items": [line(0)]}, ["Pay"], id="nothing to pay"),
    ],
)
def test_page__what_it_offers(
    client: stripe.StripeClient, changes: dict[str, Any], buttons: list[str]
) -> None:
    assert names(ask(str(open_session(client, **changes).url))[1]) == buttons


@pytest.mark.parametrize(
    ("outcome", "payment_status"),
    [
        pytest.param("card", "paid", id="pay"),
        pytest.param("bank_debit", "unpaid", id="pay later"),
    ],
)
def test_page__done(
    stripe_api: StandIn,
    client: stripe.StripeClient,
    shop: Shop,
    outcome: str,
    payment_status: str,
) -> None:
    stripe_api.add_webhook(shop.url)
    session = open_session(client)

    status, _, there = ask(str(session.url), "POST", f"outcome={outcome}")

    assert (status, there) == (303, f"https://shop.test/thanks/?session={session.id}")
    assert stripe_api.sessions[session.id]["payment_status"] == payment_status
    # The webhook comes before the shopper, as it mostly does with Stripe.
    assert len(shop.received) == 1
    assert ask(str(session.url))[0] == 410


def test_page__declined(client: stripe.StripeClient) -> None:
    session = open_session(client)

    status, _, there = ask(str(session.url), "POST", "outcome=decline")

    assert (status, there) == (303, f"/pay/{session.id}")
    assert '<p role="alert">Your card was declined.</p>' in ask(str(session.url))[1]
    assert ask(str(session.url), "POST", "outcome=card")[0] == 303


def test_page__too_late(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)
    stripe_api.advance(24 * 60 * 60)

    status, html, _ = ask(str(session.url), "POST", "outcome=card")

    assert status == 410
    assert "This payment page is expired." in html
    assert stripe_api.payment_intents == {}


def test_page__nothing_there(stripe_api: StandIn) -> None:
    assert ask(f"{stripe_api.base_url}/pay/cs_x")[0] == 404
    assert ask(f"{stripe_api.base_url}/pay/cs_x", "POST", "outcome=card")[0] == 404
    assert ask(f"{stripe_api.base_url}/")[0] == 404


def test_control__acts_and_lists(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)
    base = stripe_api.base_url

    completed = control(base, "pay_later", session_id=session.id)["result"]
    settled = control(base, "settle", session_id=session.id, succeeded=False)["result"]
    control(base, "fail_next", n=1, status=429)

    assert completed["type"] == "checkout.session.completed"
    assert settled["type"] == "checkout.session.async_payment_failed"
    with pytest.raises(stripe.RateLimitError):
        client.v1.events.list()
    listed = json.loads(ask(f"{base}/_control/requests")[1])["result"]
    assert [each["status"] for each in listed] == [200, 429]
    assert listed[0]["params"]["mode"] == "payment"
    assert control(base, "reset") == {"result": None}
    assert json.loads(ask(f"{base}/_control/sessions")[1]) == {"result": {}}


def test_control__wrong(stripe_api: StandIn, client: stripe.StripeClient) -> None:
    session = open_session(client)
    base = stripe_api.base_url

    assert control(base, "pay", session_id="cs_x") == {"error": "No such checkout.session: cs_x"}
    assert "is not waiting" in control(base, "settle", session_id=session.id)["error"]
    assert "unexpected keyword" in control(base, "pay", session="x")["error"]
    assert control(base, "stop") == {"error": "no control POST stop"}


def test_process__pays_and_tells_the_shop(shop: Shop) -> None:
    root = Path(__file__).resolve().parents[2]
    options = ["--webhook-url", shop.url, "--webhook-secret", "whsec_process"]
    command = [sys.executable, "-m", "tests.stripe_stand_in", *options]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            base_url = process.stdout.readline().strip()
            client = stripe.StripeClient("sk_test_x", base_addresses={"api": base_url})
            session = open_session(client)
            assert ask(str(session.url), "POST", "outcome=card")[0] == 303
            assert [event.type for event in shop.events("whsec_process")] == [
                "checkout.session.completed"
            ]
        finally:
            process.terminate()
    assert process.returncode == 0


def test_stop__does_not_wait_for_a_hang() -> None:
    with StandIn() as stripe_api:
        stripe_api.fail_next(1, status=None, hang=60)
        hasty = stripe.StripeClient(
            "sk_test_x",
            base_addresses={"api": stripe_api.base_url},
            http_client=stripe.RequestsClient(timeout=0.1),
            max_network_retries=0,
        )
        with pytest.raises(stripe.APIConnectionError):
            open_session(hasty)
    assert not stripe_api.sessions
    with pytest.raises(stripe.APIConnectionError):
        open_session(client_of(stripe_api))
