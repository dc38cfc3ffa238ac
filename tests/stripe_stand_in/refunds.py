"""Refunds: never more than the charge, and what Stripe says to those who try."""

from __future__ import annotations

from .account import NOBODY, Account, Cause
from .answer import ApiError, JsonObject
from .disputes import refuse_disputed
from .events import record
from .money import reads
from .payment_shape import new_refund


def create_refund(account: Account, params: JsonObject, cause: Cause = NOBODY) -> JsonObject:
    charge = charge_to_refund(account, params)
    refuse_disputed(account, charge)
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    check_amount(charge, amount, left)
    refund = new_refund(charge, amount, params, account.clock.now())
    account.refunds[refund["id"]] = refund
    add_to_charge(charge, amount)
    record(account, "refund.created", refund, cause)
    record(account, "charge.refunded", charge, cause)
    return refund


def charge_to_refund(account: Account, params: JsonObject) -> JsonObject:
    if "payment_intent" not in params and "charge" not in params:
        raise ApiError(
            "One of the following params should be provided for this request: payment_intent "
            "or charge.",
            code="parameter_missing",
        )
    if "payment_intent" not in params:
        return require_success(account.charge(params["charge"]), params["charge"])
    intent = account.intent(params["payment_intent"], "payment_intent")
    if params.get("charge", intent["latest_charge"]) != intent["latest_charge"]:
        raise ApiError(f"Charge {params['charge']} does not belong to PaymentIntent {intent['id']}")
    return require_success(account.charges.get(intent["latest_charge"]), intent["id"])


def require_success(charge: JsonObject | None, named: str) -> JsonObject:
    if charge is None or charge["status"] != "succeeded":
        intent = charge["payment_intent"] if charge else named
        raise ApiError(
            f"This PaymentIntent ({intent}) does not have a successful charge to refund."
        )
    return charge


def check_amount(charge: JsonObject, amount: int, left: int) -> None:
    if left <= 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    if amount > left:
        currency = charge["currency"]
        raise ApiError(
            f"Refund amount ({reads(amount, currency)}) is greater than unrefunded amount on "
            f"charge ({reads(left, currency)})",
            param="amount",
        )


def add_to_charge(charge: JsonObject, amount: int) -> None:
    """A failed refund takes its (negative) amount off again."""
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]


def settle_refund(account: Account, refund: JsonObject, succeeded: bool) -> JsonObject:
    """How a refund ended: a pending one arrives, or any one fails later (a closed account)."""
    if refund["status"] == "failed" or (succeeded and refund["status"] != "pending"):
        raise ValueError(f"refund {refund['id']} is already {refund['status']}")
    if succeeded:
        refund.update(status="succeeded")
        return record(account, "refund.updated", refund)
    refund.update(status="failed", failure_reason="expired_or_canceled_card")
    add_to_charge(account.charges[refund["charge"]], -refund["amount"])
    record(account, "refund.updated", refund)
    return record(account, "refund.failed", refund)
