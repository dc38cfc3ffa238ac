"""Events: what happened, with the object as it then was, sent to whoever listens."""

from __future__ import annotations

from copy import deepcopy

import stripe

from .account import NOBODY, Account, Cause
from .answer import JsonObject
from .ids import new_id


def record(account: Account, kind: str, subject: JsonObject, cause: Cause = NOBODY) -> JsonObject:
    """Keep an event of type `kind` about a copy of `subject`, and post it."""
    event: JsonObject = {
        "id": new_id("evt_1", 23),
        "object": "event",
        "api_version": stripe.api_version,
        "created": account.clock.now(),
        "data": {"object": deepcopy(subject)},
        "livemode": False,
        "pending_webhooks": account.courier.listeners(kind),
        "request": cause._asdict(),
        "type": kind,
    }
    account.events[event["id"]] = event
    account.courier.post(event)
    return event
