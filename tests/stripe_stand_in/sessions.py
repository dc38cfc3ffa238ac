"""Checkout Sessions: create, expire, and falling due."""

from __future__ import annotations

from .account import NOBODY, Account, Cause
from .answer import ApiError, JsonObject, ParameterError, beyond_us
from .events import record
from .payment_shape import DEBITS
from .pricing import price
from .session_shape import new_session

SHORTEST = 30 * 60
LONGEST = 24 * 60 * 60


def create_session(account: Account, params: JsonObject) -> JsonObject:
    refuse_beyond_us(params)
    now = account.clock.now()
    check_expiry(params.get("expires_at"), now)
    priced = price(params, account.coupons, now)
    kinds = payment_kinds(params, priced.currency)
    session = new_session(params, priced, account.base_url, now, kinds)
    account.sessions[session["id"]] = session
    account.lines[session["id"]] = priced.lines
    account.intent_data[session["id"]] = params.get("payment_intent_data", {})
    return session


def refuse_beyond_us(params: JsonObject) -> None:
    if params["mode"] != "payment":
        raise beyond_us(f"mode={params['mode']}")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise beyond_us(f"ui_mode={params['ui_mode']}")
    if params.get("automatic_tax", {}).get("enabled"):
        raise beyond_us("automatic tax")
    if "allow_promotion_codes" in params and "discounts" in params:
        raise ParameterError(
            "You may only specify one of these parameters: allow_promotion_codes, discounts."
        )


def check_expiry(expires_at: int | None, now: int) -> None:
    """Counted from the moment Stripe makes the session, so exactly 30 minutes is too near."""
    if expires_at is None:
        return
    if expires_at < now + SHORTEST:
        wrong = "at least 30 minutes"
    elif expires_at > now + LONGEST:
        wrong = "less than 24 hours"
    else:
        return
    raise ParameterError(
        f"The `expires_at` timestamp must be {wrong} from Checkout Session creation.",
        param="expires_at",
    )


def payment_kinds(params: JsonObject, currency: str) -> list[str]:
    """Cards, and the bank debit of the currency if it has one, less what the request rules out.

    `payment_method_types` is an answer only: the API of 2026-09-30 no longer takes it.
    """
    eligible = ["card", DEBITS[currency]] if currency in DEBITS else ["card"]
    allowed = params.get("allowed_payment_method_types", eligible)
    excluded = params.get("excluded_payment_method_types", [])
    kinds = [kind for kind in eligible if kind in allowed and kind not in excluded]
    if not kinds:
        raise ApiError("No valid payment method types for this Checkout Session.")
    return kinds


def expire_session(account: Account, session: JsonObject, cause: Cause = NOBODY) -> JsonObject:
    """`cause` is the API request that asked for it; nobody, when time did."""
    if session["status"] != "open":
        raise ApiError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of `{session['status']}`."
        )
    session.update(status="expired", url=None)
    intent = account.intents.get(session["payment_intent"] or "")
    if intent:
        intent.update(
            status="canceled", canceled_at=account.clock.now(), cancellation_reason="expired"
        )
        record(account, "payment_intent.canceled", intent, cause)
    return record(account, "checkout.session.expired", session, cause)


def expire_due(account: Account) -> list[JsonObject]:
    """Expire every open session whose time has come; the events, oldest session first."""
    now = account.clock.now()
    due = [
        session
        for session in account.sessions.values()
        if session["status"] == "open" and session["expires_at"] <= now
    ]
    return [expire_session(account, session) for session in due]
