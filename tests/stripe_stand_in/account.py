"""One pretend Stripe account: everything it remembers, and the lock around it."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import RLock
from typing import Any, NamedTuple

from .answer import ApiError, JsonObject, no_such
from .clock import Clock
from .courier import Courier
from .faults import Faults
from .idempotency import IdempotencyStore


class Cause(NamedTuple):
    """The API request behind an event; both None when a person on a page caused it."""

    id: str | None = None
    idempotency_key: str | None = None


NOBODY = Cause()


@dataclass
class Request:
    """A request the API received. `status` is 0 until it is answered."""

    method: str
    path: str
    params: JsonObject
    idempotency_key: str | None
    stripe_version: str | None
    id: str
    status: int = 0


@dataclass
class Account:
    """Objects by identifier, in the order they were made. Change them under `lock` only."""

    api_key: str | None
    courier: Courier
    base_url: str = ""
    clock: Clock = field(default_factory=Clock)
    lock: Any = field(default_factory=RLock)
    sessions: dict[str, JsonObject] = field(default_factory=dict)
    # What a session does not show: its priced lines, and what its PaymentIntent will be made of.
    lines: dict[str, list[JsonObject]] = field(default_factory=dict)
    intent_data: dict[str, JsonObject] = field(default_factory=dict)
    intents: dict[str, JsonObject] = field(default_factory=dict)
    charges: dict[str, JsonObject] = field(default_factory=dict)
    refunds: dict[str, JsonObject] = field(default_factory=dict)
    disputes: dict[str, JsonObject] = field(default_factory=dict)
    coupons: dict[str, JsonObject] = field(default_factory=dict)
    events: dict[str, JsonObject] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    idempotency: IdempotencyStore = field(default_factory=IdempotencyStore)
    faults: Faults = field(default_factory=Faults)

    def session(self, identifier: str) -> JsonObject:
        try:
            return self.sessions[identifier]
        except KeyError:
            message = f"No such checkout.session: {identifier}"
            raise ApiError(message, status=404, code="resource_missing", param="session") from None

    def intent(self, identifier: str, param: str = "intent") -> JsonObject:
        return find(self.intents, identifier, "payment_intent", param)

    def charge(self, identifier: str, param: str = "charge") -> JsonObject:
        return find(self.charges, identifier, "charge", param)

    def forget(self) -> None:
        """Back to an empty account; endpoints stay."""
        for kept in (self.sessions, self.lines, self.intent_data, self.intents, self.charges):
            kept.clear()
        for kept in (self.refunds, self.disputes, self.coupons, self.events):
            kept.clear()
        self.requests.clear()
        self.idempotency = IdempotencyStore()
        self.faults.clear()
        self.courier.forget()
        self.clock.offset = 0


def find(objects: dict[str, JsonObject], identifier: str, kind: str, param: str) -> JsonObject:
    try:
        return objects[identifier]
    except KeyError:
        raise no_such(kind, identifier, param) from None
