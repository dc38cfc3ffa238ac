"""Requests that tests send."""

from __future__ import annotations

from typing import Any

import stripe

Params = dict[str, Any]


def line(amount: int = 1250, *, currency: str = "gbp", quantity: int = 1) -> Params:
    """One line at `amount` minor units apiece."""
    data = {"currency": currency, "unit_amount": amount, "product_data": {"name": "Tea & cake"}}
    return {"price_data": data, "quantity": quantity}


def order(**changes: Any) -> Params:
    """A plain session for one line of 12.50 GBP."""
    return {
        "mode": "payment",
        "line_items": [line()],
        "success_url": "https://shop.test/thanks/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "https://shop.test/basket/",
        **changes,
    }


def full_order(now: int) -> Params:
    """Everything a shop is likely to send."""
    address = {"line1": "1 High Street", "city": "Leeds", "postal_code": "LS1 1AA"}
    rate = {
        "display_name": "Tracked post",
        "type": "fixed_amount",
        "fixed_amount": {"amount": 495, "currency": "gbp"},
    }
    return order(
        billing_address_collection="required",
        client_reference_id="B-1001",
        custom_text={"submit": {"message": "Thank you."}},
        customer_email="ada@example.com",
        expires_at=now + 3600,
        line_items=[line(1250, quantity=2), line(800)],
        locale="en-GB",
        metadata={"order": "B-1001"},
        payment_intent_data={
            "description": "Order B-1001",
            "metadata": {"order": "B-1001"},
            "shipping": {"name": "Ada", "address": {**address, "country": "GB"}},
        },
        phone_number_collection={"enabled": False},
        shipping_address_collection={"allowed_countries": ["GB", "IE"]},
        shipping_options=[{"shipping_rate_data": rate}],
        submit_type="pay",
    )


def open_session(client: stripe.StripeClient, **changes: Any) -> stripe.checkout.Session:
    params: Any = order(**changes)
    return client.v1.checkout.sessions.create(params)
