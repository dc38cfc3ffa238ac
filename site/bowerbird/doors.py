"""What a browser may do with our pages. The editor, under /admin/, may do more.

Public pages hold no inline script or style, so their policy needs no nonce and is the same bytes
for everybody: a cached page can keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware, PolicyParts
from django.conf import settings
from django.http import HttpRequest, HttpResponse

ADMIN = "/admin/"


def is_for_staff(request: HttpRequest) -> bool:
    return request.path_info.startswith(ADMIN)


class ContentSecurityPolicy(CSPMiddleware):
    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if is_for_staff(request):
            # A preview was answered as the page itself would be, through all of the middleware.
            response.headers.pop(HEADER, None)
        return super().process_response(request, response)

    def get_policy_parts(
        self, request: HttpRequest, response: Any, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if is_for_staff(request) and not report_only:
            parts.config = settings.CONTENT_SECURITY_POLICY_OF_ADMIN
        return parts


class DoorsMiddleware:
    """Headers that the policy has no word for: powers we never use, and who may embed us."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if is_for_staff(request):
            # The editor shows its preview in a frame of the same origin.
            response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response
