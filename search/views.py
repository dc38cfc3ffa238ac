from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from products.cards import cards_for
from products.models import ProductPage
from search.find import MOST_PRODUCTS, find_pages, find_products
from search.suggest import suggest

RESULTS_A_PAGE = 24
LONGEST_QUERY = 200


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Products first, then pages that speak of it."""
    query = _asked(request)
    context: dict[str, Any] = {"query": query}
    if query:
        found = find_products(query)
        page = Paginator(found, RESULTS_A_PAGE).get_page(request.GET.get("page"))
        shown = ProductPage.objects.live().defer_streamfields().in_bulk(page.object_list)
        context["products"] = page
        context["is_cut_off"] = len(found) == MOST_PRODUCTS
        context["cards"] = cards_for((shown[pk] for pk in page if pk in shown), request)
        context["pages"] = find_pages(query) if page.number == 1 else []
    return render(request, "search/search.html", context)


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """`{"suggestions": [{"title": "Satin Flow", "url": "/prints/satin-flow/"}]}`, at most eight."""
    found = suggest(_asked(request), request)
    return JsonResponse({"suggestions": [one._asdict() for one in found]})


def _asked(request: HttpRequest) -> str:
    return " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
