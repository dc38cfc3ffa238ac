"""Which of a request's address tells one view of a page from another."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, QueryDict
from django.urls import Resolver404, resolve
from django.utils import translation
from wagtail.models import get_page_models

# Longer ones are served, never kept.
LONGEST_QUERY = 200


@cache
def known_parameters() -> frozenset[str]:
    """Of all page types together. The others (`utm_…` and the like) make no other page."""
    known: frozenset[str] = frozenset()
    return known.union(*(getattr(model, "known_parameters", ()) for model in get_page_models()))


def known_query(raw: str) -> str:
    """The part of a query string that pages know, always written alike."""
    if not raw:
        return ""
    known = known_parameters()
    return urlencode(sorted(pair for pair in parse_qsl(raw) if pair[0] in known))


def address_of(request: HttpRequest) -> str | None:
    """Scheme, host, path and known query; None where it cannot be that of a kept page."""
    path = request.path
    if not path.endswith("/") or path.startswith((settings.STATIC_URL, settings.MEDIA_URL)):
        return None
    query = known_query(request.META.get("QUERY_STRING", ""))
    if len(query) > LONGEST_QUERY:
        return None
    try:
        return f"{request.scheme}://{request.get_host()}{path}?{query}"
    except DisallowedHost:
        return None


def language_of(request: HttpRequest) -> str:
    """By the address alone, as `LocaleMiddleware` has it for an unprefixed default language."""
    return translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE


def is_page(request: HttpRequest, language: str) -> bool:
    with translation.override(language):
        try:
            return resolve(request.path_info).url_name == "wagtail_serve"
        except Resolver404:
            return False


def as_anybody(request: HttpRequest) -> HttpRequest:
    """The same request as a visitor makes it of whom nothing is known."""
    from copy import copy

    anybody: Any = copy(request)
    query = known_query(request.META.get("QUERY_STRING", ""))
    anybody.META = {
        name: value for name, value in request.META.items() if name not in _OF_ONE_VISITOR
    }
    anybody.META |= {"QUERY_STRING": query, "REQUEST_METHOD": "GET"}
    anybody.environ = anybody.META
    anybody.method = "GET"
    anybody.GET = QueryDict(query)
    anybody.COOKIES = {}
    return anybody


def is_anybody(request: HttpRequest) -> bool:
    """Whether `as_anybody` would change nothing that an answer may depend on."""
    raw = request.META.get("QUERY_STRING", "")
    return not request.META.get("HTTP_COOKIE") and all(
        name in known_parameters() for name, _ in parse_qsl(raw, keep_blank_values=True)
    )


_OF_ONE_VISITOR = {
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_IF_MODIFIED_SINCE",
    "HTTP_IF_NONE_MATCH",
    "HTTP_RANGE",
    "HTTP_REFERER",
}
