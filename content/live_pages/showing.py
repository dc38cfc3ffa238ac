"""What the page that is being rendered shows. Outside of such a rendering nothing happens here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Model

from content.live_pages.names import SITE, name_of


@dataclass
class Shown:
    """Filled while a page renders. `refusal` says why no copy of it may be kept."""

    names: dict[str, None] = field(default_factory=dict)
    good_until: datetime | None = None
    refusal: str = ""
    is_page: bool = False
    # How often a dependency was named and how often the database was asked: a block that asks and
    # names nothing would go stale unseen.
    named: int = 0
    asked: int = 0

    def refuse(self, reason: str) -> None:
        self.refusal = self.refusal or reason


_shown: ContextVar[Shown | None] = ContextVar("shown", default=None)


@contextmanager
def showing() -> Iterator[Shown]:
    shown = Shown()
    token = _shown.set(shown)
    try:
        with connection.execute_wrapper(_note_query):
            yield shown
    finally:
        _shown.reset(token)


def depends_on(*things: str | Model | None) -> None:
    """The page shows these, and is rendered anew when one of them changes. None is passed over.

    Models are named by `name_of`; name also what would be shown if it existed or were published.
    """
    shown = _shown.get()
    if shown is None:
        return
    shown.named += 1
    for thing in things:
        if thing is not None:
            shown.names[thing if isinstance(thing, str) else name_of(thing)] = None


def shows_what(names: Sequence[str]) -> None:
    """A kept value, which is part of every page if it depends on nothing but `site`: a block that
    uses it has not accounted for what it reads itself."""
    shown = _shown.get()
    if shown:
        shown.names.update(dict.fromkeys(names))
        shown.named += any(name != SITE for name in names)


def good_until(moment: datetime | None) -> None:
    """Something on the page is different from that moment on, without anybody changing it."""
    shown = _shown.get()
    if shown and moment and (shown.good_until is None or moment < shown.good_until):
        shown.good_until = moment


def refuse(reason: str) -> None:
    """No copy of this page may be kept."""
    shown = _shown.get()
    if shown:
        shown.refuse(reason)


@contextmanager
def out_of_sight() -> Iterator[None]:
    """What is read and done within is not shown: clearing up on the way, say."""
    token = _shown.set(None)
    try:
        yield
    finally:
        _shown.reset(token)


@contextmanager
def accounting_for(what: str) -> Iterator[None]:
    """Whoever asks the database within must name what was read."""
    shown = _shown.get()
    asked, named = (shown.asked, shown.named) if shown else (0, 0)
    yield
    if shown and shown.asked > asked and shown.named == named:
        shown.refuse(f"{what} reads from the database and depends on nothing")


def serve_noted(serve: Any) -> Any:
    """Wagtail's `on_serve_page`: only what is served as a page, to everybody, may be kept."""

    def inner(page: Any, request: Any, args: Any, kwargs: Any) -> Any:
        shown = _shown.get()
        if shown:
            shown.is_page = True
            depends_on("site", page)
            good_until(page.expire_at)
        return serve(page, request, args, kwargs)

    return inner


def _note_query(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    from content.live_pages.watching import unwatched_in

    shown = _shown.get()
    if shown:
        shown.asked += 1
        for table in unwatched_in(sql):
            shown.refuse(f"nobody says when {table} changes")
    return execute(sql, params, many, context)
