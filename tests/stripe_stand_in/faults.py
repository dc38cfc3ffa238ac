"""Trouble to order: errors, rate limits, slow answers and lost connections."""

from __future__ import annotations

from dataclasses import dataclass, replace
from threading import Event, Lock

from .answer import ApiError

# An answer of this status closes the connection without a byte.
NO_ANSWER = 0


@dataclass(frozen=True)
class Fault:
    """The next `left` API requests wait `hang` seconds, then answer `status`.

    `status` None answers truthfully after the wait; `NO_ANSWER` hangs up. With `executed` the
    work is done first and only the answer is lost: the case that idempotency keys are for.
    """

    left: int
    status: int | None
    hang: float = 0.0
    executed: bool = False
    method: str | None = None
    path: str = "/v1/"

    def concerns(self, method: str, path: str) -> bool:
        return self.method in (None, method) and path.startswith(self.path)


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = Lock()
        # Set when the server stops, so that nobody waits out a long `hang`.
        self.stopping = Event()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def take(self, method: str, path: str) -> Fault | None:
        with self._lock:
            for place, fault in enumerate(self._faults):
                if fault.concerns(method, path):
                    self._use(place, fault)
                    return fault
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.left > 1:
            self._faults[place] = replace(fault, left=fault.left - 1)
        else:
            del self._faults[place]

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def strike(self, fault: Fault) -> None:
        """Wait, then raise; or return, when the fault was only the wait."""
        if self.stopping.wait(fault.hang) or fault.status == NO_ANSWER:
            raise HangUpError
        if fault.status is not None:
            raise error_of(fault.status)


class HangUpError(Exception):
    """Close the connection without an answer."""


def error_of(status: int) -> ApiError:
    if status == 429:
        return ApiError(
            "Request rate limit exceeded. Learn more about rate limits here "
            "https://stripe.com/docs/rate-limits.",
            status=429,
            code="rate_limit",
        )
    if status >= 500:
        return ApiError("An unknown error occurred", status=status, kind="api_error")
    if status == 402:
        return card_declined()
    return ApiError(f"The stand-in was told to answer {status}.", status=status)


def card_declined() -> ApiError:
    return ApiError(
        "Your card was declined.",
        status=402,
        kind="card_error",
        code="card_declined",
        decline_code="generic_decline",
    )
