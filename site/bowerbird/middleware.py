from collections.abc import Callable
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.template import loader

# PostgreSQL's codes for "ran out of patience": a cancelled statement, and a lock not had in time.
_PATIENCE_CODES = {"57014", "55P03"}


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
    """A statement or lock time-out is a busy shop (503, try again), not a fault (500)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        code = getattr(error.__cause__, "sqlstate", None)
        if isinstance(error, OperationalError) and code in _PATIENCE_CODES:
            body = loader.get_template("503.html").render()
            return HttpResponse(body, status=503, headers={"Retry-After": "5"})
        return None
