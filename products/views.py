"""What a shopper does about something that is sold out."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from content import limits
from products import alerts
from products.alert_form import StockAlertForm


@require_POST
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """The same answer whatever the address: nobody learns here whether we know it."""
    form = StockAlertForm(request.POST)
    if not form.is_valid():
        return render(request, "products/alert_ask.html", {"form": form}, status=422)
    variant, page = form.variant(), form.page_shown()
    sku = variant.known_sku if variant else None
    if sku is None or page is None:
        raise Http404
    email = form.cleaned_data["email"]
    if not limits.allowed(request, "stock_alert", key=email.lower()):
        form.add_error(None, _("That was a little much at once. Please try again later."))
        return render(request, "products/alert_ask.html", {"form": form}, status=429)
    if sku.availability.can_be_bought:
        messages.success(request, _("It is back already."))
    else:
        alerts.ask(sku, page, email, get_language() or "")
        text = _("Please look into your inbox: we have sent you a link, to be sure that it is you.")
        messages.success(request, text)
    return redirect(f"{page.get_url(request)}?sku={sku.code}")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def alert(request: HttpRequest, key: str) -> HttpResponse:
    """Where the e-mails lead. A programme that only opens links changes nothing."""
    found = alerts.find(key)
    if found is not None and request.method == "POST":
        alerts.confirm(found)
        return redirect("products:alert", key=key)
    return _alert_page(request, found, key)


@csrf_exempt  # mail programmes post it themselves (RFC 8058); the key is all the proof there is
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "POST":
        return redirect("products:alert", key=key)
    found = alerts.find(key)
    if found is not None:
        alerts.stop(found)
    return _alert_page(request, None, key, status=200)


def _alert_page(
    request: HttpRequest, found: object, key: str, status: int | None = None
) -> HttpResponse:
    context = {"alert": found, "key": key}
    code = status or (200 if found else 404)
    response = render(request, "products/alert.html", context, status=code)
    response["X-Robots-Tag"] = "noindex"
    return response
