"""What a shopper does on the pay page, and what a bank says days later."""

from __future__ import annotations

from .account import Account
from .answer import JsonObject
from .events import record
from .payment_shape import new_charge, new_intent, outcome
from .session_shape import customer

SHOPPER = "shopper@example.com"
NAME = "Stand-in Shopper"
REFUSED = "The bank refused the debit."
ADDRESS = {
    "city": "London",
    "country": "GB",
    "line1": "1 Example Street",
    "line2": None,
    "postal_code": "N1 1AA",
    "state": None,
}


class NotPayableError(Exception):
    """The session is complete or expired, or does not offer that way to pay."""


def pay_by_card(account: Account, session: JsonObject) -> JsonObject:
    """Paid at once; the `checkout.session.completed` event."""
    require_open(session)
    introduce(session)
    if session["amount_total"] == 0:
        return complete(account, session, "no_payment_required")
    intent, charge = attempt(account, session, "card")
    succeed(account, intent, charge)
    return complete(account, session, "paid")


def pay_by_debit(account: Account, session: JsonObject) -> JsonObject:
    """Complete but unpaid until `settle`; the `checkout.session.completed` event."""
    require_open(session)
    kind = debit_kind(session)
    if kind is None or session["amount_total"] == 0:
        raise NotPayableError(f"session {session['id']} offers no bank debit")
    introduce(session)
    intent, charge = attempt(account, session, kind)
    intent.update(status="processing")
    record(account, "payment_intent.processing", intent)
    record(account, "charge.pending", charge)
    return complete(account, session, "unpaid")


def decline_card(account: Account, session: JsonObject) -> JsonObject:
    """The session stays open for another try; the `payment_intent.payment_failed` event."""
    require_open(session)
    if session["amount_total"] == 0:
        raise NotPayableError(f"session {session['id']} needs no card")
    intent, charge = attempt(account, session, "card")
    return fail(account, intent, charge, "card_declined", "Your card was declined.")


def settle(account: Account, session: JsonObject, succeeded: bool) -> JsonObject:
    """The bank's word on a debit; the `checkout.session.async_payment_…` event."""
    intent = account.intents.get(session["payment_intent"] or "")
    if intent is None or intent["status"] != "processing":
        raise NotPayableError(f"session {session['id']} is not waiting for a bank")
    charge = account.charges[intent["latest_charge"]]
    if not succeeded:
        fail(account, intent, charge, "payment_intent_payment_attempt_failed", REFUSED)
        return record(account, "checkout.session.async_payment_failed", session)
    succeed(account, intent, charge)
    session.update(payment_status="paid")
    return record(account, "checkout.session.async_payment_succeeded", session)


def require_open(session: JsonObject) -> None:
    if session["status"] != "open":
        raise NotPayableError(f"session {session['id']} is {session['status']}")


def debit_kind(session: JsonObject) -> str | None:
    return next((kind for kind in session["payment_method_types"] if kind != "card"), None)


def introduce(session: JsonObject) -> None:
    """The shopper fills in who they are, and where to, if they are asked."""
    email = session["customer_email"] or SHOPPER
    session["customer_details"] = customer(
        email, name=NAME, address=dict(ADDRESS), tax_exempt="none"
    )
    asked = session["shipping_address_collection"]
    if asked:
        address = {**ADDRESS, "country": asked["allowed_countries"][0]}
        session["collected_information"] = {
            "business_name": None,
            "individual_name": None,
            "shipping_details": {"address": address, "name": NAME},
        }


def attempt(account: Account, session: JsonObject, kind: str) -> tuple[JsonObject, JsonObject]:
    """The session's PaymentIntent, made at the first try, and a new pending charge on it."""
    now = account.clock.now()
    intent = account.intents.get(session["payment_intent"] or "")
    if intent is None:
        intent = new_intent(session, account.intent_data[session["id"]], now)
        account.intents[intent["id"]] = intent
        session["payment_intent"] = intent["id"]
        record(account, "payment_intent.created", intent)
    charge = new_charge(intent, session, kind, now)
    account.charges[charge["id"]] = charge
    intent.update(
        latest_charge=charge["id"], payment_method=charge["payment_method"], last_payment_error=None
    )
    return intent, charge


def succeed(account: Account, intent: JsonObject, charge: JsonObject) -> None:
    amount = charge["amount"]
    charge.update(
        status="succeeded", paid=True, captured=True, amount_captured=amount, outcome=outcome(True)
    )
    intent.update(status="succeeded", amount_received=amount)
    record(account, "charge.succeeded", charge)
    record(account, "payment_intent.succeeded", intent)


def fail(
    account: Account, intent: JsonObject, charge: JsonObject, code: str, message: str
) -> JsonObject:
    charge.update(
        status="failed", failure_code=code, failure_message=message, outcome=outcome(False)
    )
    error = {"charge": charge["id"], "code": code, "message": message, "type": "card_error"}
    if code == "card_declined":
        error["decline_code"] = "generic_decline"
    intent.update(status="requires_payment_method", payment_method=None, last_payment_error=error)
    record(account, "charge.failed", charge)
    return record(account, "payment_intent.payment_failed", intent)


def complete(account: Account, session: JsonObject, payment_status: str) -> JsonObject:
    session.update(status="complete", payment_status=payment_status, url=None)
    return record(account, "checkout.session.completed", session)
