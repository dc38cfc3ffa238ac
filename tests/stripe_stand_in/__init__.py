"""A stand-in for Stripe, for tests: Checkout Sessions, refunds, events and signed webhooks.

    with StandIn(webhook_url=…, webhook_secret=…) as stripe_api:
        client = stripe.StripeClient("sk_test_x", base_addresses={"api": stripe_api.base_url})
        session = client.v1.checkout.sessions.create({…})
        event = stripe_api.pay(session.id)

Nothing here reaches beyond 127.0.0.1. Its own tests keep it honest: every key it takes or
answers is one that the `stripe` library knows. As a process: `python -m tests.stripe_stand_in`.
"""

from .account import Request
from .courier import USUAL_EVENTS, Delivery
from .payments import NotPayableError
from .stand_in import SECRET, StandIn

__all__ = ["SECRET", "USUAL_EVENTS", "Delivery", "NotPayableError", "Request", "StandIn"]
