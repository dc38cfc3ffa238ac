"""Stripe's messages for tests: signed by the library, posted to the real view."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from checkout.models import Order
from tests.stripe_stand_in import StandIn

URL = "/checkout/webhooks/stripe/"
Event = dict[str, Any]


def post(
    client: Client, stripe_api: StandIn, event: Event, *, signature: str | None = None
) -> HttpResponse:
    body = json.dumps(event)
    header = stripe_api.sign(body) if signature is None else signature
    return client.post(  # type: ignore[return-value]
        URL, body, content_type="application/json", headers={"Stripe-Signature": header}
    )


class Postman:
    """Brings events, and runs the tasks that follow each."""

    def __init__(self, stripe_api: StandIn, capture: DjangoCaptureOnCommitCallbacks) -> None:
        self.stripe_api, self.capture, self.client = stripe_api, capture, Client()

    def bring(self, *events: Event) -> list[int]:
        """The answers."""
        return [self._bring(event) for event in events]

    def newest(self, *kinds: str) -> list[Event]:
        """The last event of each type that Stripe has."""
        events = self.stripe_api.events.values()
        return [[event for event in events if event["type"] == kind][-1] for kind in kinds]

    def paid(self, order: Order) -> str:
        """The shopper pays and the shop hears of it; the payment intent."""
        event = self.stripe_api.pay(str(order.latest_payment.reference))
        assert self.bring(event) == [200]
        return str(event["data"]["object"]["payment_intent"])

    def _bring(self, event: Event) -> int:
        with self.capture(execute=True):
            return post(self.client, self.stripe_api, event).status_code
