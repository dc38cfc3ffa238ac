"""Who asks for what: whether a kept page is for this visitor, and which."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest

from content.live_pages import badge
from content.live_pages.addresses import address_of
from content.live_pages.copies import Answer
from content.live_pages.kept import KeptPages


class Visit(NamedTuple):
    """With a `reason` the visitor gets a page of their own, and the rest means nothing."""

    reason: str = ""
    address: str = ""
    units: int = 0  # in the basket

    @classmethod
    def of(cls, request: HttpRequest) -> Visit:
        units, reason = _basket_of(request)
        if reason:
            return cls(reason)
        address = address_of(request)
        return cls("", address, units) if address else cls("not an address of a page")


def answer_at_hand(pages: KeptPages, visit: Visit, request: HttpRequest) -> Answer | None:
    """From this process's own memory, once Redis has said that it is fresh. May raise Unreachable.

    What stands there was rendered for this very address by Django, which has looked at the host,
    the scheme and who may read the page; whatever it refuses never gets there.
    """
    copy = None if visit.reason else pages.on_the_shelf(visit.address)
    return copy.answer(request, visit.units) if copy and copy.serves(visit.units) else None


def _basket_of(request: HttpRequest) -> tuple[int, str]:
    """How many units; or why this visitor gets a page of their own."""
    if request.method not in ("GET", "HEAD"):
        return 0, "method"
    if not request.META.get("HTTP_COOKIE"):
        return 0, ""
    if request.COOKIES.get("messages"):
        return 0, "messages"
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if session is None:
        return 0, ""
    units = badge.units_in(request.COOKIES, session)
    return (0, "session") if units is None else (units, "")
