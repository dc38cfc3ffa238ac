"""Pick list and packing slips of a selection of orders, as one PDF. Nothing is marked by it."""

from __future__ import annotations

from io import BytesIO

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from wagtail.admin import messages

from checkout import packing
from checkout.admin.in_bulk import chosen_orders, selection_problem
from checkout.admin.order_inspect import VIEW_ORDERS
from products.admin.records import came_from


@require_http_methods(["GET", "POST"])
@never_cache
def print_packing(request: HttpRequest) -> HttpResponseBase:
    """Of the orders named by `order`, many times. Those that must not be packed are left out."""
    if not request.user.has_perm(VIEW_ORDERS):
        raise PermissionDenied
    orders = chosen_orders(request.POST if request.method == "POST" else request.GET)
    problem = selection_problem(orders)
    good, left_out = packing.printable(orders)
    if not problem and not good:
        problem = _("None of these is to be packed.")
    if problem:
        messages.error(request, problem)
        return redirect(came_from(request, reverse("orders:index")))
    content = BytesIO(packing.render(good, left_out))
    name = packing.file_name(timezone.now())
    return FileResponse(content, content_type="application/pdf", filename=name)
