"""The first middleware: gives out pages as ready bytes, and has them rendered where it cannot."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import time
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from content.live_pages import addresses
from content.live_pages.backing import Unreachable
from content.live_pages.copies import Copy
from content.live_pages.counting import count
from content.live_pages.kept import kept_pages
from content.live_pages.showing import Shown, showing
from content.live_pages.visits import Visit, answer_at_hand

GetResponse = Callable[[HttpRequest], HttpResponse]


class LivePages:
    def __init__(self, get_response: GetResponse) -> None:
        pages = kept_pages()
        if pages is None:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.kept = pages

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visit = Visit.of(request)
        if visit.reason:
            return self._pass_by(request, visit.reason)
        try:
            answer = answer_at_hand(self.kept, visit, request)
            return _told(answer.response(), "hit") if answer else self._rendered(request, visit)
        except Unreachable:
            return self._pass_by(request, "Redis is away")

    def _rendered(self, request: HttpRequest, visit: Visit) -> HttpResponse:
        language = addresses.language_of(request)
        if not addresses.is_page(request, language):
            return self._pass_by(request, "not a page")
        made: list[HttpResponse] = []

        def render() -> tuple[Copy | None, str]:
            response, copy, refusal = self._render(request, language)
            made.append(response)
            return copy, refusal

        copy, refusal = self.kept.get_or_make(visit.address, render)
        if copy and copy.serves(visit.units):
            answer = copy.answer(request, visit.units)
            return _told(answer.response(), "miss" if made else "hit")
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
