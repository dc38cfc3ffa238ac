from collections.abc import Callable
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.template import loader

# PostgreSQL's codes for "ran out of patience": a cancelled statement, and a lock not had in time.
_PATIENCE_CODES = {"57014", "55P03"}
# It is being stopped, was stopped, or is not up yet; and all that is about the connection.
_AWAY_CODES = ("57P01", "57P02", "57P03", "08")


class SameOriginCsrfMiddleware(CsrfViewMiddleware):
    """Accept what the browser itself vouches for; ask for Django's token otherwise.

    Public forms carry no token, so that a page is the same bytes for everyone and needs no
    cookie. A browser sends `Sec-Fetch-Site` (which no script can set) over HTTPS and on
    loopback, and `Origin` with every POST: either one proves that the form was ours. A request
    with neither, or with another site's, goes through Django's full check.
    """

    def process_view(
        self, request: HttpRequest, callback: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        if self._from_our_own_page(request):
            return self._accept(request)  # type: ignore[attr-defined]
        return super().process_view(request, callback, args, kwargs)

    def _from_our_own_page(self, request: HttpRequest) -> bool:
        fetched_from = request.headers.get("Sec-Fetch-Site")
        if fetched_from is not None:
            return fetched_from == "same-origin"
        if "Origin" not in request.headers:
            return False
        return bool(self._origin_verified(request))  # type: ignore[attr-defined]


class DatabaseTimeoutMiddleware:
    """A database that is busy or being restarted is a pause (503, try again), not a fault (500)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, OperationalError | InterfaceError) and _will_pass(error.__cause__):
            body = loader.get_template("503.html").render()
            return HttpResponse(body, status=503, headers={"Retry-After": "5"})
        return None


def _will_pass(cause: BaseException | None) -> bool:
    code = getattr(cause, "sqlstate", None)
    if code is None:  # no server said it: there is none, or it has hung up
        return isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    return code in _PATIENCE_CODES or code.startswith(_AWAY_CODES)
