"""What a request has looked up already, so that it asks once. Forgotten with the answer."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from django.http import HttpRequest, HttpResponse

T = TypeVar("T")

_things: ContextVar[dict[Hashable, Any] | None] = ContextVar("at_hand", default=None)


def once(key: Hashable, look_up: Callable[[], T]) -> T:
    """What was found under this key before, else by `look_up`. Outside of a request (tasks,
    commands) nothing is remembered."""
    things = _things.get()
    if things is None:
        return look_up()
    if key not in things:
        things[key] = look_up()
    found: T = things[key]
    return found


def remember(kind: str, found: Mapping[int, Any]) -> None:
    """Rows by their ids, None for those that are gone."""
    things = _things.get()
    if things is not None:
        things.setdefault(kind, {}).update(found)


def recall(kind: str, ids: Iterable[Any]) -> dict[int, Any] | None:
    """The rows with these ids, where all of them have been looked for; else None."""
    known = (_things.get() or {}).get(kind, {})
    if not known or any(pk is not None and pk not in known for pk in ids):
        return None
    return {pk: known[pk] for pk in ids if pk is not None and known[pk] is not None}


class AtHand:
    """Middleware: what is looked up is remembered until the answer is given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _things.set({})
        try:
            return self.get_response(request)
        finally:
            _things.reset(token)
