"""Every view of ours below /admin/, found in the URLs themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from wagtail.admin.viewsets import viewsets

OURS = ("accounts", "basket", "bowerbird", "checkout", "content", "home", "products", "search")


def our_admin_views() -> dict[str, list[str]]:
    """Names of URL parameters by the name of the view.

    Ours are those of our viewsets, whoever wrote the view, and those that our modules define.
    """
    patterns = list(_below(_admin(), ""))  # which registers the viewsets
    ours = [one for one in viewsets.viewsets if _is_ours(type(one).__module__)]
    namespaces = {one.url_namespace for one in ours if one.get_urlpatterns()}
    found = {}
    for name, pattern in patterns:
        view = getattr(pattern.callback, "view_class", pattern.callback)
        if name.rpartition(":")[0] in namespaces or _is_ours(view.__module__):
            found[name] = list(pattern.pattern.converters)
    return found


def _admin() -> URLResolver:
    return next(
        one
        for one in get_resolver().url_patterns
        if isinstance(one, URLResolver) and str(one.pattern) == "admin/"
    )


def _below(resolver: URLResolver, namespace: str) -> Iterator[tuple[str, Any]]:
    inner = ":".join(filter(None, [namespace, resolver.namespace or ""]))
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            yield f"{inner}:{one.name}".lstrip(":"), one
        else:
            yield from _below(one, inner)


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in OURS
