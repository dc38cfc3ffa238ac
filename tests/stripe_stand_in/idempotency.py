"""Stripe's promise about `Idempotency-Key`: one key, one request, one answer, for a day.

Source: "Idempotent requests" in Stripe's API reference. The answer is kept whatever it was,
also an error, once the request began to run; a refused parameter keeps nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from .answer import Answer, ApiError, JsonObject, ParameterError

KEPT_FOR = 24 * 60 * 60


@dataclass
class Entry:
    path: str
    params: JsonObject
    at: int
    answer: Answer | None = None


class IdempotencyStore:
    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._lock = Lock()

    def claim(self, key: str, path: str, params: JsonObject, now: int) -> Answer | None:
        """The kept answer, or None: then the caller owns the key until `keep` or `release`."""
        if len(key) > 255:
            raise ParameterError("Idempotency keys can have up to 255 characters.")
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or entry.at + KEPT_FOR <= now:
                self._entries[key] = Entry(path, params, now)
                return None
            refuse_other_request(key, entry, path, params)
            if entry.answer is None:
                raise in_use(key)
            return entry.answer

    def keep(self, key: str, answer: Answer) -> None:
        with self._lock:
            if key in self._entries:
                self._entries[key].answer = answer

    def release(self, key: str) -> None:
        with self._lock:
            self._entries.pop(key, None)


def refuse_other_request(key: str, entry: Entry, path: str, params: JsonObject) -> None:
    other = f"Try using a key other than '{key}' if you meant to execute a different request."
    if entry.path != path:
        raise ApiError(
            "Keys for idempotent requests can only be used for the same endpoint they were "
            f"first used for ('{path}' vs '{entry.path}'). {other}",
            kind="idempotency_error",
        )
    if entry.params != params:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were "
            f"first used with. {other}",
            kind="idempotency_error",
        )


def in_use(key: str) -> ApiError:
    return ApiError(
        "There is currently another in-progress request using this Idempotent Key (that "
        "probably means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later.",
        status=409,
        code="idempotency_key_in_use",
    )
