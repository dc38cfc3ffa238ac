"""Coupons: the one way Stripe takes a discount, since a negative line is refused."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from .answer import ApiError, JsonObject, missing
from .ids import new_id

if TYPE_CHECKING:
    from .account import Account


def create_coupon(account: Account, params: JsonObject) -> JsonObject:
    if ("amount_off" in params) == ("percent_off" in params):
        raise ApiError("Must provide percent_off or amount_off, and not both.")
    if "amount_off" in params and "currency" not in params:
        raise missing("currency")
    identifier = params.get("id") or new_id("", 8)
    if identifier in account.coupons:
        raise ApiError("Coupon already exists.", code="resource_already_exists")
    account.coupons[identifier] = new_coupon(identifier, params, account.clock.now())
    return account.coupons[identifier]


def new_coupon(identifier: str, params: JsonObject, now: int) -> JsonObject:
    percent = params.get("percent_off")
    return {
        "id": identifier,
        "object": "coupon",
        "amount_off": params.get("amount_off"),
        "created": now,
        "currency": params.get("currency") if "amount_off" in params else None,
        "duration": params.get("duration", "once"),
        "duration_in_months": None,
        "livemode": False,
        "max_redemptions": None,
        "metadata": params.get("metadata", {}),
        "name": params.get("name"),
        "percent_off": None if percent is None else float(percent),
        "redeem_by": None,
        "times_redeemed": 0,
        "valid": True,
    }


def discount_of(coupon: JsonObject, subtotal: int, currency: str) -> int:
    """Never more than the items cost."""
    if coupon["amount_off"] is None:
        part = subtotal * Decimal(str(coupon["percent_off"])) / 100
        return int(part.quantize(Decimal(1), ROUND_HALF_UP))
    if coupon["currency"] != currency:
        raise ApiError(
            f"The coupon `{coupon['id']}` can't be applied because its currency "
            f"`{coupon['currency']}` doesn't match the Checkout Session's currency `{currency}`."
        )
    return min(int(coupon["amount_off"]), subtotal)
