"""What tests move behind Stripe's back: webhooks late, twice, in disorder; an API in trouble."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from . import courier, events
from .account import Account, find
from .answer import JsonObject
from .courier import USUAL_EVENTS, Endpoint
from .faults import Fault


class Levers:
    account: Account
    webhook_secret: str

    def add_webhook(
        self, url: str, secret: str | None = None, events: Sequence[str] = USUAL_EVENTS
    ) -> None:
        """Post events of these types there too ("*" is every type)."""
        self.account.courier.listen(Endpoint(url, secret or self.webhook_secret, tuple(events)))

    def hold_webhooks(self) -> None:
        """Keep every event back, in `held_events`, until `release_webhooks`."""
        self.account.courier.holding = True

    def release_webhooks(self, order: Sequence[str] | None = None) -> None:
        """Send what was held. `order` names the events to send: any order, twice, or not at all.

        Without `order` they go as they happened; with `[]` they are lost.
        """
        by_id = {event["id"]: event for event in self.account.courier.release()}
        for identifier in by_id if order is None else order:
            self.account.courier.post(by_id[identifier])

    def deliver(self, event_id: str, times: int = 1) -> list[int]:
        """Post an event now, held or sent or not; the answers' statuses, 0 for no connection."""
        event = self._event(event_id)
        return [status for _ in range(times) for status in self.account.courier.deliver(event)]

    def wait_for_webhooks(self, timeout: float = 5.0) -> None:
        """Until every event has arrived or been given up; TimeoutError after `timeout` s."""
        if not self.account.courier.wait(timeout):
            raise TimeoutError(f"webhooks still on their way after {timeout} s")

    def emit(self, kind: str, subject: JsonObject) -> JsonObject:
        """An event that nobody caused: an unknown type, or a body made wrong on purpose."""
        with self.account.lock:
            return deepcopy(events.record(self.account, kind, subject))

    def payload(self, event_id: str) -> str:
        """The exact body that the webhook carries."""
        return courier.payload(self._event(event_id))

    def sign(self, payload: str, secret: str | None = None, timestamp: int | None = None) -> str:
        """The `Stripe-Signature` header over a body; now, unless `timestamp` (seconds) says."""
        return courier.sign(payload, secret or self.webhook_secret, timestamp)

    def fail_next(
        self,
        n: int = 1,
        status: int | None = 500,
        *,
        hang: float = 0.0,
        executed: bool = False,
        method: str | None = None,
        path: str = "/v1/",
    ) -> None:
        """Trouble for the next `n` API requests of `method` to paths that begin with `path`.

        They wait `hang` seconds and answer `status`: 500, 429, any; 0 closes the connection;
        None answers truthfully after the wait. With `executed` the work is done and only the
        answer is lost, so that a retry with the same idempotency key finds it.
        """
        self.account.faults.add(Fault(n, status, hang, executed, method, path))

    def reset(self) -> None:
        """An empty account with the same webhooks, key and address."""
        with self.account.lock:
            self.account.forget()

    def _event(self, event_id: str) -> JsonObject:
        return find(self.account.events, event_id, "event", "id")
