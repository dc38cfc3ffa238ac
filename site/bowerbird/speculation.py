"""Pages that a browser fetches before their link is pressed, once the pointer rests on it.

Every public page names the rules in a header, which a kept page has like all others; a browser that
saves data leaves them be. What it fetches early may never be looked at. So it must neither change
anything nor use anything up: it is answered with what anybody gets, or not at all, and whoever
counts views must pass by what `is_prefetch` says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from django.utils.translation import get_language_from_path
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

RULES = "/speculation-rules.json"
PAGES = "wagtail_serve"


class Prefetches:
    """Tells browsers where the rules are, and refuses what is fetched early and is not anybody's.

    A browser forgets a refusal and asks again when the link is pressed.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_ours = is_no_page(request.path_info)
        if is_prefetch(request) and (is_ours or _is_somebody(request)):
            return HttpResponse(status=503, headers={"Cache-Control": "no-store"})
        response = self.get_response(request)
        is_html = response.get("Content-Type", "").startswith("text/html")
        if is_html and response.status_code == 200 and not is_ours:
            response.headers["Speculation-Rules"] = f'"{RULES}"'
        return response


def is_prefetch(request: HttpRequest) -> bool:
    return "prefetch" in request.META.get("HTTP_SEC_PURPOSE", "")


def _is_somebody(request: HttpRequest) -> bool:
    """A message is shown once, and looking into a session may prolong it."""
    return bool(
        request.COOKIES.get("messages") or request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    )


@require_safe
@gzip_page
@cache_control(public=True, max_age=24 * 60 * 60)
def speculation_rules(request: HttpRequest) -> JsonResponse:
    return JsonResponse(rules(), content_type="application/speculationrules+json")


def rules() -> dict[str, object]:
    """Links to pages only, since those are what a GET leaves as it is."""
    # Each with or without a language before it and more behind it.
    ours = [f"{{/*}}?/{name}{{/*}}?" for name in sorted(no_pages())]
    where = [
        {"href_matches": "/*"},
        {"not": {"href_matches": ours}},
        {"not": {"selector_matches": "[rel~=nofollow], [download], [target]"}},
    ]
    return {"prefetch": [{"source": "document", "where": {"and": where}, "eagerness": "moderate"}]}


def is_no_page(path: str) -> bool:
    """Whether an address, with or without a language, is one of our own views or files."""
    parts = path.strip("/").split("/")
    if get_language_from_path(path) and len(parts) > 1:
        parts = parts[1:]
    return parts[0] in no_pages()


@cache
def no_pages() -> frozenset[str]:
    """The first words of all addresses that are not pages'; of a view added later, too."""
    folders = {str(url).strip("/") for url in (settings.STATIC_URL, settings.MEDIA_URL)}
    return frozenset({*_first_words(get_resolver().url_patterns), *folders})


def _first_words(patterns: Iterable[URLPattern | URLResolver]) -> Iterator[str]:
    for one in patterns:
        route = "" if isinstance(one.pattern, LocalePrefixPattern) else str(one.pattern)
        if isinstance(one, URLResolver) and not route:
            yield from _first_words(one.url_patterns)
        elif getattr(one, "name", None) != PAGES:
            yield route.lstrip("^").partition("/")[0]
