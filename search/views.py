from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from products.cards import cards_for
from search.find import find_pages, find_products

RESULTS_A_PAGE = 24
LONGEST_QUERY = 200


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Products first, then pages that speak of it."""
    query = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    context: dict[str, Any] = {"query": query}
    if query:
        page = Paginator(find_products(query), RESULTS_A_PAGE).get_page(request.GET.get("page"))
        context["products"] = page
        context["cards"] = cards_for(page.object_list, request)
        context["pages"] = find_pages(query) if page.number == 1 else []
    return render(request, "search/search.html", context)
