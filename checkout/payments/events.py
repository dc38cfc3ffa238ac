"""What a stored webhook event says about its payment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from checkout.models import PaymentEvent
from checkout.payments.base import Observation
from checkout.payments.stripe import observe


def _session_failed(session: dict[str, Any]) -> Observation:
    return observe(session, failed=True)


# Unknown types are stored and change nothing.
_READERS: dict[str, Callable[[dict[str, Any]], Observation]] = {
    "checkout.session.completed": observe,
    "checkout.session.expired": observe,
    "checkout.session.async_payment_succeeded": observe,
    "checkout.session.async_payment_failed": _session_failed,
}


def is_understood(event_type: str) -> bool:
    return event_type in _READERS


def observation_in(event: PaymentEvent) -> Observation | None:
    reader = _READERS.get(event.type)
    return reader(event.payload["data"]["object"]) if reader else None
