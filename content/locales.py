"""The reader's locale and the shop's own, asked of the database once a request.

Wagtail asks anew each time. Outside of a request (tasks, commands) nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from wagtail.models import Locale, Page

from content.live_pages.names import family_of, link_to
from content.live_pages.showing import depends_on

_DEFAULT = "default"
_known: ContextVar[dict[str, Locale] | None] = ContextVar("known_locales", default=None)


def active_locale() -> Locale:
    return _once(get_language() or "", Locale.get_active)


def default_locale() -> Locale:
    return _once(_DEFAULT, Locale.get_default)


def in_readers_language(page: Page) -> Page:
    """As Wagtail's `localized`, which asks for the reader's locale each time."""
    depends_on(link_to(page), family_of(page))
    if page.locale_id == active_locale().pk:
        return page
    localized = page.localized
    depends_on(link_to(localized))
    return localized


class RememberLocales:
    """Middleware: what is looked up is remembered until the answer is given."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _known.set({})
        try:
            return self.get_response(request)
        finally:
            _known.reset(token)


def _once(key: str, look_up: Callable[[], Locale]) -> Locale:
    known = _known.get()
    if known is None:
        return look_up()
    if key not in known:
        known[key] = look_up()
    return known[key]
