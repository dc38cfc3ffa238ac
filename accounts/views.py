from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from checkout.models import Order

ORDERS_A_PAGE = 20


@require_safe
@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The account: who is signed in, and the orders that are theirs."""
    orders = Order.objects.of_user(request.user).prefetch_related("lines")
    page = Paginator(orders, ORDERS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/home.html", {"orders": page})


@never_cache
def admin_login(request: HttpRequest) -> HttpResponse:
    """Wagtail's own doors lead to the one that everybody uses, with its rate limits.

    Who is signed in already and still lands here may not enter: sending them on would send them
    round in a circle.
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    target = request.GET.get("next") or reverse("wagtailadmin_home")
    return HttpResponseRedirect(f"{reverse('account_login')}?{urlencode({'next': target})}")
