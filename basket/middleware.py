"""Tell the page cache, in a cookie of the visitor's own, how many things the basket holds.

So that who has a basket may get the pages that everybody gets, with their own badge on them. Who
has more of their own to see gets no such cookie, and every page fresh: staff, for whom Wagtail adds
its bar. A message that waits says so by a cookie of its own.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import SESSION_KEY as SIGNED_IN
from django.http import HttpRequest, HttpResponse

from basket.basket import units_of
from content.live_pages import badge


class RememberUnits:
    """Stands within the session's middleware and outside of the messages'."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code >= 500:  # the database may be away: not even the session is known
            return response
        if settings.SESSION_COOKIE_NAME in request.COOKIES or request.session.modified:
            self._remember(request, response)
        return response

    def _remember(self, request: HttpRequest, response: HttpResponse) -> None:
        units = None if _sees_more(request) else units_of(request)
        key = request.session.session_key
        if units is None or key is None:
            if settings.BASKET_COOKIE_NAME in request.COOKIES:
                badge.drop_units(response)
        elif units != badge.units_in(request.COOKIES, key):
            badge.set_units(response, key, units)


def _sees_more(request: HttpRequest) -> bool:
    return SIGNED_IN in request.session and request.user.has_perm("wagtailadmin.access_admin")
