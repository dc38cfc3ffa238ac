"""The first middleware: gives out pages as ready bytes, and has them rendered where it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from time import time
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from content.live_pages import addresses, badge
from content.live_pages.backing import Backing, Unreachable, the_backing
from content.live_pages.copies import Copy, Shelf, is_over
from content.live_pages.counting import count
from content.live_pages.showing import Shown, showing

GetResponse = Callable[[HttpRequest], HttpResponse]
# How long one waits for a page that another request is rendering.
PATIENCE = 10.0  # seconds
# For how many of them, one after the other.
ATTEMPTS = 2


class LivePages:
    def __init__(self, get_response: GetResponse) -> None:
        backing = the_backing()
        if backing is None:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.kept = KeptPages(backing)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        units, reason = _visitor(request)
        address = addresses.address_of(request) if units is not None else None
        if units is None or address is None:
            return self._pass_by(request, reason or "not an address of a page")
        try:
            copy = self.kept.on_the_shelf(address)
            if copy and copy.serves(units):
                return _told(copy.answer(request, units), "hit")
            return self._rendered(request, address, units)
        except Unreachable:
            return self._pass_by(request, "Redis is away")

    def _rendered(self, request: HttpRequest, address: str, units: int) -> HttpResponse:
        language = addresses.language_of(request)
        if not addresses.is_page(request, language):
            return self._pass_by(request, "not a page")
        made: list[HttpResponse] = []

        def render() -> tuple[Copy | None, str]:
            response, copy, refusal = self._render(request, language)
            made.append(response)
            return copy, refusal

        copy, refusal = self.kept.get_or_make(address, render)
        if copy and copy.serves(units):
            return _told(copy.answer(request, units), "miss" if made else "hit")
        if made and addresses.is_anybody(request):
            return _told(made[0], "refused", refusal)
        return self._pass_by(request, refusal or "the page has no place for a badge")

    def _render(self, request: HttpRequest, language: str) -> tuple[HttpResponse, Copy | None, str]:
        """As anybody sees it, whoever asked: nothing of one visitor can get into the copy."""
        backing = self.kept.backing
        moment = backing.begin()
        with showing() as shown:
            response = self.get_response(addresses.as_anybody(request))
        refusal = why_refused(response, shown)
        if refusal:
            return response, None, refusal
        names = tuple(shown.names)
        versions = backing.settle(names, moment)
        if versions is None:
            return response, None, "changed while it was rendered"
        copy = Copy.of(response, language, _good_until(shown))
        return response, replace(copy, names=names, versions=versions), ""

    def _pass_by(self, request: HttpRequest, reason: str) -> HttpResponse:
        return _told(self.get_response(request), "bypass", reason, request)


class KeptPages:
    """The copies of this process, in front of those that all processes share."""

    def __init__(self, backing: Backing) -> None:
        self.backing = backing
        self._shelf = Shelf(settings.LIVE_PAGES_BYTES)
        self._being_made: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def on_the_shelf(self, address: str) -> Copy | None:
        copy = self._shelf.get(address)
        return copy if copy and self._is_fresh(copy) else None

    def get_or_make(
        self, address: str, make: Callable[[], tuple[Copy | None, str]]
    ) -> tuple[Copy | None, str]:
        """One makes it, the others wait for it: here by an event, elsewhere by Redis.

        Who has waited for nothing, because it changed while it was made, waits for the next one.
        """
        copy = self._shared(address)
        for _ in range(ATTEMPTS):
            if copy:
                return copy, ""
            with self._leading(address) as is_ours:
                copy = self.on_the_shelf(address) or self._shared(address)
                if is_ours and not copy:
                    return self._make(address, make)
        return (copy, "") if copy else self._make(address, make)

    def _make(
        self, address: str, make: Callable[[], tuple[Copy | None, str]]
    ) -> tuple[Copy | None, str]:
        copy, refusal = make()
        if copy:
            self._put(address, copy)
            seconds = max(1, int(copy.good_until - time()))
            self.backing.save(address, copy.to_bytes(), seconds)
        return copy, refusal

    @contextmanager
    def _leading(self, address: str) -> Iterator[bool]:
        with self._lock:
            others = self._being_made.get(address)
            mine = threading.Event()
            if others is None:
                self._being_made[address] = mine
        if others is not None:
            others.wait(PATIENCE)
            yield False
            return
        try:
            with self.backing.leading(address) as is_ours:
                yield is_ours
        finally:
            with self._lock:
                del self._being_made[address]
            mine.set()

    def _shared(self, address: str) -> Copy | None:
        raw = self.backing.load(address)
        if raw is None:
            return None
        copy = Copy.from_bytes(raw)
        copy.question = self.backing.question(copy.names)
        if not self._is_fresh(copy):
            return None
        self._shelf.put(address, copy)
        return copy

    def _put(self, address: str, copy: Copy) -> None:
        copy.question = self.backing.question(copy.names)
        self._shelf.put(address, copy)

    def _is_fresh(self, copy: Copy) -> bool:
        if is_over(copy):
            return False
        return tuple(self.backing.versions(copy.names, copy.question)) == copy.versions


def _visitor(request: HttpRequest) -> tuple[int | None, str]:
    """The units in the visitor's basket; None, and why, for who gets a page of their own."""
    if request.method not in ("GET", "HEAD"):
        return None, "method"
    if not request.META.get("HTTP_COOKIE"):
        return 0, ""
    if request.COOKIES.get("messages"):
        return None, "messages"
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if session is None:
        return 0, ""
    units = badge.units_in(request.COOKIES, session)
    return units, "" if units is not None else "session"


def why_refused(response: HttpResponse, shown: Shown) -> str:
    """Why no copy of this answer may be kept; empty where it may."""
    if response.status_code != 200:
        return f"status {response.status_code}"
    if not shown.is_page:
        return "not served as a page"
    if response.streaming or response.cookies:
        return "a stream" if response.streaming else "it sets a cookie"
    if "private" in response.get("Cache-Control", "") or "no-store" in response.get(
        "Cache-Control", ""
    ):
        return "private"
    if shown.good_until and shown.good_until <= timezone.now():
        return "its time is over"
    return shown.refusal


def _good_until(shown: Shown) -> float:
    latest = time() + settings.LIVE_PAGES_MAX_AGE
    return min(latest, shown.good_until.timestamp()) if shown.good_until else latest


def _told(
    response: HttpResponse, what: str, reason: str = "", request: HttpRequest | None = None
) -> HttpResponse:
    """Counted, and said to who may know: in development, and to staff."""
    count(f"{what}: {reason}" if reason else what)
    if settings.DEBUG or (request and _is_staff(request)):
        response.headers["X-Live-Page"] = f"{what}: {reason}" if reason else what
    return response


def _is_staff(request: Any) -> bool:
    """Only where somebody has asked already: no query for a header."""
    user = getattr(request, "_cached_user", None)
    return bool(user and user.is_authenticated and user.has_perm("wagtailadmin.access_admin"))
