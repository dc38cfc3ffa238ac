"""A stand-in, a client of the real library, and a shop that listens for webhooks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import stripe

from . import StandIn
from .answer import JsonObject

KEY = "sk_test_stand_in"


@dataclass
class Shop:
    """Where webhooks arrive: answers `statuses` in turn, then 200, and keeps what it got."""

    url: str
    statuses: list[int] = field(default_factory=list)
    received: list[tuple[str, str]] = field(default_factory=list)

    def events(self, secret: str) -> list[stripe.Event]:
        """Each body, once its signature is verified by the real library."""
        return [
            stripe.Webhook.construct_event(body, header, secret) for body, header in self.received
        ]


def client_of(stand_in: StandIn, *, key: str = KEY, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        key, base_addresses={"api": stand_in.base_url}, max_network_retries=retries
    )


def headers_of(answer: stripe.StripeObject) -> Mapping[str, str]:
    assert answer.last_response
    return answer.last_response.headers


def error_in(failure: stripe.StripeError) -> JsonObject:
    """The `error` of the body: some of the library's exceptions do not carry its code."""
    assert isinstance(failure.http_body, str)
    error: JsonObject = json.loads(failure.http_body)["error"]
    return error


@pytest.fixture
def stripe_api() -> Iterator[StandIn]:
    with StandIn(webhook_backoff=0.01) as stand_in:
        yield stand_in


@pytest.fixture
def client(stripe_api: StandIn) -> stripe.StripeClient:
    return client_of(stripe_api)


@pytest.fixture
def shop() -> Iterator[Shop]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            listening.received.append((body, self.headers["Stripe-Signature"]))
            self.send_response(listening.statuses.pop(0) if listening.statuses else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Silence."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening = Shop(f"http://127.0.0.1:{server.server_port}/webhooks/stripe/")
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield listening
    server.shutdown()
    thread.join()
    server.server_close()
