"""Webhooks: signed, posted from one background thread, tried again a few times."""

from __future__ import annotations

import heapq
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Condition, Thread

import stripe

from .answer import JsonObject
from .post import NO_CONNECTION, check_loopback, post

# The types a shop with Checkout subscribes to in the dashboard. "*" is every type.
USUAL_EVENTS = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.refunded",
    "charge.dispute.created",
    "charge.dispute.closed",
)


@dataclass(frozen=True)
class Endpoint:
    url: str
    secret: str
    events: Sequence[str] = USUAL_EVENTS

    def hears(self, kind: str) -> bool:
        return kind in self.events or "*" in self.events


@dataclass(frozen=True)
class Delivery:
    """One try. `status` is the endpoint's answer, 0 when there was none."""

    event_id: str
    event_type: str
    url: str
    attempt: int
    status: int


@dataclass(order=True)
class Parcel:
    due: float
    order: int
    event: JsonObject = field(compare=False)
    endpoint: Endpoint = field(compare=False)
    attempt: int = field(default=1, compare=False)


class Courier:
    """`tries` in all, `backoff` seconds before the second, doubled before each next."""

    def __init__(self, *, tries: int = 4, backoff: float = 0.25, timeout: float = 10.0) -> None:
        self.tries, self.backoff, self.timeout = tries, backoff, timeout
        self.endpoints: list[Endpoint] = []
        self.deliveries: list[Delivery] = []
        self.held: list[JsonObject] = []
        self.holding = False
        self._queue: list[Parcel] = []
        self._posted = 0
        self._busy = False
        self._stopped = False
        self._changed = Condition()
        self._thread: Thread | None = None

    def listen(self, endpoint: Endpoint) -> None:
        check_loopback(endpoint.url)
        self.endpoints.append(endpoint)

    def listeners(self, kind: str) -> int:
        return sum(endpoint.hears(kind) for endpoint in self.endpoints)

    def post(self, event: JsonObject) -> None:
        """Send soon, or keep while webhooks are held."""
        with self._changed:
            if self.holding:
                self.held.append(event)
                return
            for endpoint in self.endpoints:
                if endpoint.hears(event["type"]):
                    self._enqueue(event, endpoint)

    def release(self) -> list[JsonObject]:
        """Stop holding; what was held, for the caller to post or to lose."""
        with self._changed:
            self.holding = False
            held, self.held = self.held, []
        return held

    def deliver(self, event: JsonObject) -> list[int]:
        """Once to every endpoint, now, whatever it subscribes to; their answers."""
        return [self._send(event, endpoint, attempt=1) for endpoint in self.endpoints]

    def wait(self, timeout: float) -> bool:
        """Whether everything posted has arrived, or been given up, within `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and not self._busy, timeout)

    def forget(self) -> None:
        with self._changed:
            self._queue.clear()
            self.held.clear()
            self.deliveries.clear()
            self.holding = False
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._queue.clear()
            self._changed.notify_all()
        if self._thread:
            self._thread.join(self.timeout)

    def _enqueue(
        self, event: JsonObject, endpoint: Endpoint, attempt: int = 1, wait: float = 0
    ) -> None:
        self._posted += 1
        parcel = Parcel(time.monotonic() + wait, self._posted, event, endpoint, attempt)
        heapq.heappush(self._queue, parcel)
        if self._thread is None:
            self._thread = Thread(target=self._run, name="stripe-webhooks", daemon=True)
            self._thread.start()
        self._changed.notify_all()

    def _run(self) -> None:
        while (parcel := self._next()) is not None:
            try:
                self._carry(parcel)
            finally:
                with self._changed:
                    self._busy = False
                    self._changed.notify_all()

    def _next(self) -> Parcel | None:
        """The next parcel when it is due; None when the courier stops."""
        with self._changed:
            while not self._stopped:
                wait = self._queue[0].due - time.monotonic() if self._queue else None
                if wait is not None and wait <= 0:
                    self._busy = True
                    return heapq.heappop(self._queue)
                self._changed.wait(wait)
        return None

    def _carry(self, parcel: Parcel) -> None:
        status = self._send(parcel.event, parcel.endpoint, parcel.attempt)
        if arrived(status) or parcel.attempt >= self.tries:
            return
        wait = self.backoff * 2 ** (parcel.attempt - 1)
        with self._changed:
            if not self._stopped:
                self._enqueue(parcel.event, parcel.endpoint, parcel.attempt + 1, wait)

    def _send(self, event: JsonObject, endpoint: Endpoint, attempt: int) -> int:
        body = payload(event)
        status = post(endpoint.url, body, sign(body, endpoint.secret), self.timeout)
        with self._changed:
            if arrived(status):
                event["pending_webhooks"] = max(0, event["pending_webhooks"] - 1)
            self.deliveries.append(
                Delivery(event["id"], event["type"], endpoint.url, attempt, status)
            )
        return status


def arrived(status: int) -> bool:
    return status != NO_CONNECTION and 200 <= status < 300


def payload(event: JsonObject) -> str:
    """The body Stripe posts: JSON indented by two spaces."""
    return json.dumps(event, indent=2)


def sign(body: str, secret: str, timestamp: int | None = None) -> str:
    """The `Stripe-Signature` header, made by the library that will check it."""
    header = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=timestamp)
    return str(header)
