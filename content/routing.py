"""The way to a page: asked for at once, where Wagtail walks from page to page."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404
from wagtail import views
from wagtail.contrib.routable_page.models import RoutablePageMixin
from wagtail.models import Page

from content.navigation import furniture


def read_routes() -> None:
    """Before there are threads. Wagtail does it at the first visit, by a walk through a class to
    which another first visit may add something meanwhile: that is an error."""
    for model in apps.get_models():
        if issubclass(model, RoutablePageMixin):
            model.get_resolver()  # type: ignore[attr-defined]


def serve(request: HttpRequest, path: str) -> HttpResponse:
    """Wagtail's view, with the route to the page at hand where it is a plain one."""
    route = _straight_to(request, [slug for slug in path.split("/") if slug])
    if route is not None:
        request._wagtail_route_for_request = route  # type: ignore[attr-defined]
    answer: HttpResponse = views.serve(request, path)
    return answer


def _straight_to(request: HttpRequest, slugs: list[str]) -> Any:
    """As Wagtail's `Page.route_for_request`; None where that has to find the way. Raises Http404
    where the page is not published."""
    root = furniture(request).root
    if root is None:
        return None
    way = [root, *_pages_along(root, slugs)]
    if len(way) != len(slugs) + 1 or any(
        _takes_over(page, slugs[step:]) for step, page in enumerate(way[:-1])
    ):
        return None
    page = way[-1].get_specific()  # the front page is kept, what was made of it would be too
    page.ancestors = way[:-1]
    return page.route(request, [])


def _pages_along(root: Page, slugs: list[str]) -> list[Page]:
    """From below the root on. By their slugs, which have an index; addresses have none."""
    addresses = [f"{root.url_path}{'/'.join(slugs[:end])}/" for end in range(1, len(slugs) + 1)]
    if not slugs:
        return []
    return list(Page.objects.filter(slug__in=slugs, url_path__in=addresses).order_by("depth"))


def _takes_over(page: Page, rest: list[str]) -> bool:
    """Whether a page above decides for itself what an address below it shows."""
    deferred = page.specific_deferred
    if isinstance(deferred, RoutablePageMixin):
        try:
            deferred.resolve_subpage(f"/{'/'.join(rest)}/")
        except Resolver404:
            return False
        return True
    return type(deferred).route is not Page.route
