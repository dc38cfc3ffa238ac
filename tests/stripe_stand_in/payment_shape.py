"""PaymentIntents, Charges and Refunds as Stripe shows them (amounts in minor units)."""

from __future__ import annotations

from .answer import JsonObject
from .ids import new_id
from .words import words

DEBITS = {
    "aud": "au_becs_debit",
    "cad": "acss_debit",
    "eur": "sepa_debit",
    "gbp": "bacs_debit",
    "nzd": "nz_bank_account",
    "usd": "us_bank_account",
}
NEVER_ON_INTENT = words(
    "application application_fee_amount automatic_payment_methods canceled_at"
    " cancellation_reason customer customer_account"
    " last_payment_error latest_charge next_action on_behalf_of payment_method"
    " payment_method_configuration_details processing review setup_future_usage source"
    " transfer_data"
)
NEVER_ON_CHARGE = words(
    "application application_fee application_fee_amount balance_transaction customer"
    " failure_balance_transaction failure_code failure_message on_behalf_of receipt_number"
    " receipt_url review source source_transfer transfer_data"
)
NEVER_ON_REFUND = words(
    "balance_transaction description failure_reason next_action receipt_number"
    " source_transfer_reversal transfer_reversal"
)
CARD = {
    "amount_authorized": None,
    "brand": "visa",
    "checks": {
        "address_line1_check": None,
        "address_postal_code_check": "pass",
        "cvc_check": "pass",
    },
    "country": "GB",
    "exp_month": 12,
    "exp_year": 2034,
    "fingerprint": "StandInFingerprint",
    "funding": "credit",
    "installments": None,
    "last4": "4242",
    "mandate": None,
    "network": "visa",
    "three_d_secure": None,
    "wallet": None,
}


def new_intent(session: JsonObject, data: JsonObject, now: int) -> JsonObject:
    """Made when the shopper first tries to pay, not with the session, as Stripe does."""
    identifier = new_id("pi_3")
    shipping = data.get("shipping")
    return {
        "id": identifier,
        "object": "payment_intent",
        **dict.fromkeys(NEVER_ON_INTENT),
        **described(data),
        "allowed_payment_method_types": session["allowed_payment_method_types"],
        "amount": session["amount_total"],
        "amount_capturable": 0,
        "amount_details": {"tip": {}},
        "amount_received": 0,
        "capture_method": data.get("capture_method", "automatic_async"),
        "client_secret": f"{identifier}_secret_{new_id('', 25)}",
        "confirmation_method": "automatic",
        "created": now,
        "currency": session["currency"],
        "excluded_payment_method_types": session["excluded_payment_method_types"],
        "livemode": False,
        "payment_method_options": {},
        "payment_method_types": list(session["payment_method_types"]),
        "shipping": in_full(shipping) if shipping else None,
        "status": "requires_payment_method",
    }


def described(data: JsonObject) -> JsonObject:
    """What `payment_intent_data` says, and both the intent and its charges repeat."""
    keys = words("description receipt_email statement_descriptor statement_descriptor_suffix")
    repeated = {key: data.get(key) for key in [*keys, "transfer_group"]}
    return {**repeated, "metadata": data.get("metadata", {})}


def in_full(shipping: JsonObject) -> JsonObject:
    lines = ("city", "country", "line1", "line2", "postal_code", "state")
    return {
        "address": {line: shipping["address"].get(line) for line in lines},
        "carrier": shipping.get("carrier"),
        "name": shipping["name"],
        "phone": shipping.get("phone"),
        "tracking_number": shipping.get("tracking_number"),
    }


def new_charge(intent: JsonObject, session: JsonObject, kind: str, now: int) -> JsonObject:
    """A charge in hand: `pending` until the payment says how it went."""
    details = session["customer_details"] or {}
    return {
        "id": new_id("ch_3"),
        "object": "charge",
        **dict.fromkeys(NEVER_ON_CHARGE),
        **described(intent),
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "billing_details": billing(details),
        "calculated_statement_descriptor": "STRIPE STAND-IN",
        "captured": False,
        "created": now,
        "currency": intent["currency"],
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "outcome": None,
        "paid": False,
        "payment_intent": intent["id"],
        "payment_method": new_id("pm_1"),
        "payment_method_details": method_details(kind),
        "radar_options": {},
        "refunded": False,
        "shipping": intent["shipping"],
        "status": "pending",
    }


def method_details(kind: str) -> JsonObject:
    """A bank debit is told by its type alone; the stand-in holds no accounts."""
    return {"type": kind, "card": dict(CARD)} if kind == "card" else {"type": kind}


def billing(details: JsonObject) -> JsonObject:
    known = {key: details.get(key) for key in ("address", "email", "name", "phone")}
    return {**known, "tax_id": None}


def outcome(accepted: bool) -> JsonObject:
    return {
        "advice_code": None if accepted else "try_again_later",
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network" if accepted else "declined_by_network",
        "reason": None if accepted else "generic_decline",
        "risk_level": "normal",
        "seller_message": "Payment complete." if accepted else "The bank did not say why.",
        "type": "authorized" if accepted else "issuer_declined",
    }


def new_refund(charge: JsonObject, amount: int, params: JsonObject, now: int) -> JsonObject:
    """Cards are refunded at once; a bank debit's refund stays `pending`."""
    kind = charge["payment_method_details"]["type"]
    return {
        "id": new_id("re_3"),
        "object": "refund",
        **dict.fromkeys(NEVER_ON_REFUND),
        "amount": amount,
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "destination_details": destination(kind),
        "metadata": params.get("metadata", {}),
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "status": "succeeded" if kind == "card" else "pending",
    }


def destination(kind: str) -> JsonObject:
    if kind != "card":
        return {"type": kind}
    card = {
        "reference": None,
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"type": "card", "card": card}
