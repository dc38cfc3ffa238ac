from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from basket import basket, changes
from content import limits
from products.models import Sku


@require_safe
@never_cache
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
def add(request: HttpRequest, page_id: int) -> HttpResponse:
    def change() -> None:
        quantity = changes.parse_quantity(request.POST.get("quantity", "1"))
        changes.add(request, page_id, request.POST.get("sku", ""), quantity)

    return _changed(request, change)


@require_POST
def update(request: HttpRequest, sku_id: int) -> HttpResponse:
    sku = get_object_or_404(Sku, pk=sku_id)

    def change() -> None:
        quantity = changes.parse_quantity(request.POST.get("quantity", ""), least=0)
        changes.set_quantity(request, sku, quantity)

    return _changed(request, change)


@require_POST
def remove(request: HttpRequest, sku_id: int) -> HttpResponse:
    sku = get_object_or_404(Sku, pk=sku_id)
    return _changed(request, lambda: changes.remove(request, sku.code))


@require_POST
def empty(request: HttpRequest) -> HttpResponse:
    return _changed(request, lambda: changes.empty(request))


@require_POST
def coupon(request: HttpRequest) -> HttpResponse:
    if "remove" in request.POST:
        return _changed(request, lambda: changes.drop_coupon(request))
    if not limits.allowed(request, "coupon"):
        too_many = _("You have tried many codes. Please wait a minute and try again.")
        return _page(request, error=too_many, status=429)
    return _changed(request, lambda: changes.use_coupon(request, request.POST.get("code", "")))


def _changed(request: HttpRequest, change: Callable[[], None]) -> HttpResponse:
    """Redirect after a change; a refusal shows the basket as it is, with what was wrong."""
    try:
        change()
    except changes.BasketError as error:
        return _page(request, error=error.message, status=error.status)
    return HttpResponseRedirect(_next(request) or redirect("basket:show").url)


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_ours else ""


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {"basket": basket.of_request(request), "error": error}
    return render(request, "basket/basket.html", context, status=status)
