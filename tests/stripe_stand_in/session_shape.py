"""The Checkout Session as Stripe shows it: every field that the API answers with.

Amounts are whole numbers of the currency's minor unit; times are seconds since the epoch.
"""

from __future__ import annotations

from typing import Any

from .answer import JsonObject
from .ids import new_id
from .pricing import Priced
from .words import words

BRANDING = {
    "background_color": "#ffffff",
    "border_style": "rounded",
    "button_color": "#0074d4",
    "display_name": "Stripe stand-in",
    "font_family": "default",
    "icon": None,
    "logo": None,
}
TEXT_PLACES = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")
# Fields a request sets and the answer repeats, with what the answer says if it did not.
REPEATED: dict[str, Any] = {
    "allow_promotion_codes": None,
    "allowed_payment_method_types": None,
    "billing_address_collection": None,
    "cancel_url": None,
    "client_reference_id": None,
    "customer_creation": "if_required",
    "customer_email": None,
    "excluded_payment_method_types": None,
    "locale": None,
    "metadata": {},
    "origin_context": None,
    "shipping_address_collection": None,
    "submit_type": None,
    "success_url": None,
}
# What this stand-in never does, and so always says it has not.
NEVER = words(
    "after_expiration client_secret collected_information consent consent_collection"
    " currency_conversion customer customer_account"
    " integration_identifier invoice name_collection optional_items payment_intent payment_link"
    " payment_method_configuration_details permissions recovered_from"
    " saved_payment_method_options setup_intent subscription wallet_options"
)


def new_session(
    params: JsonObject, priced: Priced, base_url: str, now: int, kinds: list[str]
) -> JsonObject:
    """An open session; `kinds` are its payment method types."""
    identifier = new_id("cs_test_a1", 56)
    repeated = {key: params.get(key, default) for key, default in REPEATED.items()}
    return {
        "id": identifier,
        "object": "checkout.session",
        **dict.fromkeys(NEVER),
        **repeated,
        **amounts(priced),
        **settings(params),
        "created": now,
        "customer_details": known_customer(params.get("customer_email")),
        "expires_at": params.get("expires_at", now + 24 * 60 * 60),
        "livemode": False,
        "mode": "payment",
        "payment_method_collection": "if_required",
        "payment_method_options": {"card": {"request_three_d_secure": "automatic"}},
        "payment_method_types": kinds,
        "payment_status": "unpaid",
        "status": "open",
        "ui_mode": "hosted_page",
        "url": f"{base_url}/pay/{identifier}",
    }


def amounts(priced: Priced) -> JsonObject:
    return {
        "amount_subtotal": priced.subtotal,
        "amount_total": priced.total,
        "currency": priced.currency,
        "discounts": [{"coupon": priced.coupon, "promotion_code": None}] if priced.coupon else [],
        "shipping_cost": priced.shipping_cost,
        "shipping_options": priced.shipping_options,
        "total_details": {
            "amount_discount": priced.discount,
            "amount_shipping": priced.shipping,
            "amount_tax": 0,
        },
    }


def settings(params: JsonObject) -> JsonObject:
    texts = params.get("custom_text", {})
    return {
        "adaptive_pricing": params.get("adaptive_pricing", {"enabled": False}),
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "branding_settings": dict(BRANDING),
        "custom_fields": [],
        "custom_text": {place: texts.get(place) for place in TEXT_PLACES},
        "invoice_creation": {"enabled": False, "invoice_data": no_invoice()},
        "phone_number_collection": params.get("phone_number_collection", {"enabled": False}),
    }


def no_invoice() -> JsonObject:
    empty = words("account_tax_ids custom_fields description footer issuer rendering_options")
    return {**dict.fromkeys(empty), "metadata": {}}


def known_customer(email: str | None) -> JsonObject | None:
    """Before payment Stripe knows no more of the customer than the request told it."""
    return customer(email, name=None, address=None, tax_exempt=None) if email else None


def customer(
    email: str, *, name: str | None, address: JsonObject | None, tax_exempt: str | None
) -> JsonObject:
    return {
        "address": address,
        "business_name": None,
        "email": email,
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": tax_exempt,
        "tax_ids": [] if tax_exempt else None,
    }
