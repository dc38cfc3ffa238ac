"""Disputes: a bank asks for a charge's money back, and decides later.

The stand-in keeps no balance, so `balance_transactions` stays empty.
"""

from __future__ import annotations

from .account import Account
from .answer import ApiError, JsonObject
from .events import record
from .ids import new_id
from .words import words

NEVER_IN_EVIDENCE = words(
    "access_activity_log appeal billing_address cancellation_policy cancellation_policy_disclosure"
    " cancellation_rebuttal customer_communication customer_email_address customer_name"
    " customer_purchase_ip customer_signature duplicate_charge_documentation"
    " duplicate_charge_explanation duplicate_charge_id product_description receipt refund_policy"
    " refund_policy_disclosure refund_refusal_explanation service_date service_documentation"
    " shipping_address shipping_carrier shipping_date shipping_documentation"
    " shipping_tracking_number uncategorized_file uncategorized_text"
)
ANSWER_WITHIN = 9 * 24 * 60 * 60
OPEN = frozenset(words("needs_response under_review warning_needs_response warning_under_review"))


def open_dispute(
    account: Account, charge: JsonObject, amount: int | None, reason: str, enquiry: bool
) -> JsonObject:
    """The `charge.dispute.created` event. An `enquiry` takes no money yet."""
    if charge["status"] != "succeeded":
        raise ValueError(f"charge {charge['id']} is {charge['status']}")
    now = account.clock.now()
    dispute = new_dispute(charge, charge["amount"] if amount is None else amount, reason, now)
    if enquiry:
        dispute["status"] = "warning_needs_response"
        dispute["payment_method_details"]["card"]["case_type"] = "inquiry"
        dispute["is_charge_refundable"] = True
    account.disputes[dispute["id"]] = dispute
    charge["disputed"] = True
    event = record(account, "charge.dispute.created", dispute)
    if not enquiry:
        record(account, "charge.dispute.funds_withdrawn", dispute)
    return event


def close_dispute(account: Account, dispute: JsonObject, won: bool) -> JsonObject:
    """The `charge.dispute.closed` event."""
    if dispute["status"] not in OPEN:
        raise ValueError(f"dispute {dispute['id']} is already {dispute['status']}")
    warning = dispute["status"].startswith("warning_")
    dispute["status"] = "warning_closed" if won and warning else "won" if won else "lost"
    dispute["is_charge_refundable"] = won
    if won and not warning:
        record(account, "charge.dispute.funds_reinstated", dispute)
    return record(account, "charge.dispute.closed", dispute)


def refuse_disputed(account: Account, charge: JsonObject) -> None:
    """While a bank has the money, or kept it, there is nothing to refund."""
    for dispute in account.disputes.values():
        if dispute["charge"] == charge["id"] and not dispute["is_charge_refundable"]:
            raise ApiError(
                f"Charge {charge['id']} has been charged back; cannot issue a refund.",
                code="charge_disputed",
            )


def new_dispute(charge: JsonObject, amount: int, reason: str, now: int) -> JsonObject:
    return {
        "id": new_id("du_1"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys(NEVER_IN_EVIDENCE), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": now + ANSWER_WITHIN,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": False,
        "livemode": False,
        "metadata": {},
        "network_reason_code": "10",
        "payment_intent": charge["payment_intent"],
        "payment_method_details": method_details(),
        "reason": reason,
        "status": "needs_response",
    }


def method_details() -> JsonObject:
    card = {"brand": "visa", "case_type": "chargeback", "network": "visa"}
    return {"type": "card", "card": {**card, "network_reason_code": "10"}}
