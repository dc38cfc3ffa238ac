"""The calls the stand-in answers, and what each one does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import parameters as takes
from .account import Account, Cause, find
from .answer import ApiError, JsonObject
from .coupons import create_coupon
from .fields import Hash
from .listing import line_items, newest_first, page
from .refunds import create_refund
from .sessions import create_session, expire_session


@dataclass(frozen=True)
class Call:
    """A call in hand: `id` is the one in its path, "" where there is none."""

    account: Account
    id: str
    params: JsonObject
    cause: Cause


@dataclass(frozen=True)
class Route:
    method: str
    path: str
    takes: Hash
    run: Callable[[Call], JsonObject]

    def match(self, method: str, path: str) -> str | None:
        """The identifier in the path, "" where there is none; None for another path."""
        found = re.fullmatch(re.escape(self.path).replace(":id", "([^/]+)"), path)
        if method != self.method or found is None:
            return None
        return found[1] if found.groups() else ""


def find_route(method: str, path: str) -> tuple[Route, str]:
    for route in ROUTES:
        identifier = route.match(method, path)
        if identifier is not None:
            return route, identifier
    raise ApiError(
        f"Unrecognized request URL ({method}: {path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
        status=404,
    )


def post_session(call: Call) -> JsonObject:
    return create_session(call.account, call.params)


def get_session(call: Call) -> JsonObject:
    return call.account.session(call.id)


def post_expire(call: Call) -> JsonObject:
    session = call.account.session(call.id)
    expire_session(call.account, session, call.cause)
    return session


def get_lines(call: Call) -> JsonObject:
    return line_items(call.account, call.account.session(call.id), call.params)


def list_sessions(call: Call) -> JsonObject:
    intent, status = call.params.get("payment_intent"), call.params.get("status")
    found = newest_first(call.account.sessions, payment_intent=intent, status=status)
    return page(found, call.params, SESSIONS)


def get_intent(call: Call) -> JsonObject:
    return call.account.intent(call.id)


def get_charge(call: Call) -> JsonObject:
    return call.account.charge(call.id)


def post_refund(call: Call) -> JsonObject:
    return create_refund(call.account, call.params, call.cause)


def get_refund(call: Call) -> JsonObject:
    return find(call.account.refunds, call.id, "refund", "id")


def list_refunds(call: Call) -> JsonObject:
    intent, charge = call.params.get("payment_intent"), call.params.get("charge")
    found = newest_first(call.account.refunds, payment_intent=intent, charge=charge)
    return page(found, call.params, "/v1/refunds")


def list_charges(call: Call) -> JsonObject:
    intent = call.params.get("payment_intent")
    found = newest_first(call.account.charges, payment_intent=intent)
    return page(found, call.params, "/v1/charges")


def get_dispute(call: Call) -> JsonObject:
    return find(call.account.disputes, call.id, "dispute", "dispute")


def list_disputes(call: Call) -> JsonObject:
    intent, charge = call.params.get("payment_intent"), call.params.get("charge")
    found = newest_first(call.account.disputes, payment_intent=intent, charge=charge)
    return page(found, call.params, "/v1/disputes")


def get_event(call: Call) -> JsonObject:
    return find(call.account.events, call.id, "event", "id")


def list_events(call: Call) -> JsonObject:
    found = newest_first(call.account.events, type=call.params.get("type"))
    if "types" in call.params:
        found = [event for event in found if event["type"] in call.params["types"]]
    if "delivery_success" in call.params:
        wanted = call.params["delivery_success"]
        found = [event for event in found if (event["pending_webhooks"] == 0) == wanted]
    return page(found, call.params, "/v1/events")


def post_coupon(call: Call) -> JsonObject:
    return create_coupon(call.account, call.params)


def get_coupon(call: Call) -> JsonObject:
    return find(call.account.coupons, call.id, "coupon", "coupon")


SESSIONS = "/v1/checkout/sessions"
ROUTES = (
    Route("POST", SESSIONS, takes.SESSION_CREATE, post_session),
    Route("GET", SESSIONS, takes.SESSION_LIST, list_sessions),
    Route("GET", f"{SESSIONS}/:id", takes.RETRIEVE, get_session),
    Route("POST", f"{SESSIONS}/:id/expire", takes.RETRIEVE, post_expire),
    Route("GET", f"{SESSIONS}/:id/line_items", takes.LINE_ITEM_LIST, get_lines),
    Route("GET", "/v1/payment_intents/:id", takes.RETRIEVE, get_intent),
    Route("GET", "/v1/charges", takes.CHARGE_LIST, list_charges),
    Route("GET", "/v1/charges/:id", takes.RETRIEVE, get_charge),
    Route("GET", "/v1/disputes", takes.DISPUTE_LIST, list_disputes),
    Route("GET", "/v1/disputes/:id", takes.RETRIEVE, get_dispute),
    Route("POST", "/v1/refunds", takes.REFUND_CREATE, post_refund),
    Route("GET", "/v1/refunds", takes.REFUND_LIST, list_refunds),
    Route("GET", "/v1/refunds/:id", takes.RETRIEVE, get_refund),
    Route("GET", "/v1/events", takes.EVENT_LIST, list_events),
    Route("GET", "/v1/events/:id", takes.RETRIEVE, get_event),
    Route("POST", "/v1/coupons", takes.COUPON_CREATE, post_coupon),
    Route("GET", "/v1/coupons/:id", takes.RETRIEVE, get_coupon),
)
