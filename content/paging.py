"""The page of a list that an address asks for."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page as Slice
from django.core.paginator import Paginator
from django.http import HttpRequest

from content.live_pages import refuse


def asked_page(paginator: Paginator, request: HttpRequest) -> Slice[Any]:
    """Old links must not lead to an error: what there is not is the nearest that there is. No copy
    is kept of it, or anybody could fill the page cache with page 999999999."""
    asked = request.GET.get("page", "1")
    found = paginator.get_page(asked)
    if asked != str(found.number):
        refuse("it asks for a page that there is not")
    return found
