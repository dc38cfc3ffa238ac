from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from wagtail.models import Site

from basket import basket as current_basket
from basket import changes, store
from checkout import (
    credit_notes,
    invoices,
    order_page,
    paying,
    payments,
    placing,
    settling,
)
from checkout.documents import archive
from checkout.documents.archive import BeingRendered, DocumentDamaged
from checkout.expiring import expire
from checkout.forms import CheckoutForm
from checkout.models import CreditNote, Invoice, Order, Payment
from checkout.payments.base import Observation, Outcome, ProviderRefused, ProviderUnavailable
from checkout.status import RELEASED, OrderStatus, TransitionNotAllowed
from checkout.tasks import RECHECK_AFTER
from content.navigation import shop_of
from products.money import smallest_unit
from products.stock import OutOfStock

logger = logging.getLogger(__name__)

LAST_ORDER = "last_order"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def checkout(request: HttpRequest) -> HttpResponse:
    """The form, and what pressing its button does."""
    placed = _order_of_this_form(request)
    if placed:
        return _send_to_pay(request, placed)
    basket = current_basket.of_request(request)
    if not basket:
        return _nothing_to_buy(request)
    options: dict[str, Any] = {
        "basket": basket,
        "shop": shop_of(request),
        "user": request.user,
    }
    if request.method != "POST":
        return _form_page(request, CheckoutForm(**options))
    if "refresh" in request.POST:
        return _form_page(request, CheckoutForm(initial=_posted(request), **options))
    form = CheckoutForm(request.POST, **options)
    if not form.is_valid():
        return _form_page(request, form, status=422)
    if not _saw_the_total(form):
        messages.warning(request, _("The total has changed. Please look at it once more."))
        return _form_page(request, form, status=409)
    return _place(request, form)


def _place(request: HttpRequest, form: CheckoutForm) -> HttpResponse:
    site = Site.find_for_request(request)
    try:
        order = placing.place_order(
            form.basket, form.details(), site=site, user=request.user, quoted=form.quote
        )
    except OutOfStock:
        return _basket_changed(request, _("Somebody else was quicker. Please look at your basket."))
    except placing.CouponUsedUp:
        changes.drop_coupon(request)
        return _basket_changed(request, _("The coupon has just been used up."))
    with store.changing(request) as contents:
        contents.lines.clear()
        contents.coupon = ""
        request.session[LAST_ORDER] = order.token
    return _send_to_pay(request, order)


def _basket_changed(request: HttpRequest, text: str) -> HttpResponse:
    """Nothing was ordered: show the basket as it now is, and why."""
    with store.changing(request) as contents:
        notices = current_basket.settle(contents)
    for notice in (text, *notices):
        messages.warning(request, notice)
    return redirect("basket:show")


def _order_of_this_form(request: HttpRequest) -> Order | None:
    """The order that an earlier press of the same button made."""
    try:
        key = uuid.UUID(request.POST.get("key", ""))
    except ValueError:
        return None
    return Order.objects.filter(form_key=key).first()


def _nothing_to_buy(request: HttpRequest) -> HttpResponse:
    knows_us = settings.SESSION_COOKIE_NAME in request.COOKIES
    token = request.session.get(LAST_ORDER) if knows_us else None
    if token and Order.objects.awaiting_payment().filter(token=token).exists():
        return redirect("checkout:status", token=token)
    messages.info(request, _("Your basket is empty."))
    return redirect("basket:show")


def _posted(request: HttpRequest) -> dict[str, Any]:
    """What stands in the form, to be shown again. An unticked box is not posted at all."""
    return request.POST.dict() | {"billing_same": "billing_same" in request.POST}


def _saw_the_total(form: CheckoutForm) -> bool:
    seen = form.cleaned_data["seen_total"]
    return not seen or seen == _as_text(form.totals.total, form.totals.currency)


def _as_text(total: Decimal, currency: str) -> str:
    return str(total.quantize(smallest_unit(currency)))


def _form_page(request: HttpRequest, form: CheckoutForm, status: int = 200) -> HttpResponse:
    totals = form.totals
    context = {
        "form": form,
        "currency": totals.currency,
        "totals": totals,
        "seen_total": _as_text(totals.total, totals.currency),
        "basket": form.basket,
    }
    return render(request, "checkout/checkout.html", context, status=status)


def _send_to_pay(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        return redirect(paying.start(order))
    except (ProviderUnavailable, ProviderRefused) as error:
        logger.warning("order %s: payment could not begin: %s", order.pk, error)
        messages.error(
            request,
            _("Your order is safe, but the payment service did not answer. Please try again."),
        )
        return redirect(order)


# --- The order's own page ------------------------------------------------------------------------


@require_safe
@never_cache
def order_status(request: HttpRequest, token: str) -> HttpResponse:
    came_from_paying = "paid" in request.GET
    order = get_object_or_404(order_page.orders(), token=token)
    if _catch_up(order, came_from_paying=came_from_paying):
        order = order_page.orders().get(pk=order.pk)
    context = order_page.context_of(order, came_from_paying=came_from_paying)
    response = render(request, "checkout/status.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


def _catch_up(order: Order, *, came_from_paying: bool) -> bool:
    """Tell the truth even if the webhook is late: ask the provider, and expire what is overdue.

    Whether any of it may have changed the order.
    """
    if order.status != OrderStatus.PENDING or not (came_from_paying or order.is_overdue):
        return False
    payment = order.latest_payment
    if payment is None:
        return False
    if payment.reference:
        _ask_provider(payment)
        order.refresh_from_db()
    if order.is_overdue:
        expire(order)
    return True


def _ask_provider(payment: Payment) -> None:
    recently = timezone.now() - RECHECK_AFTER / 40
    if payment.checked_at and payment.checked_at > recently:
        return
    try:
        settling.apply(payment, payments.get(payment.provider).look_up(payment))
    except (ProviderUnavailable, ProviderRefused) as error:
        logger.warning("payment %s: no answer: %s", payment.pk, error)


@require_POST
def pay(request: HttpRequest, token: str) -> HttpResponse:
    order = get_object_or_404(Order, token=token)
    if order.is_overdue:
        expire(order)
    return _send_to_pay(request, order)


@require_POST
def cancel(request: HttpRequest, token: str) -> HttpResponse:
    """The shopper changed their mind before paying. What they ordered is back in the basket."""
    order = get_object_or_404(Order, token=token)
    payment = order.latest_payment
    was_waiting = order.status == OrderStatus.PENDING
    try:
        paying.cancel(order)
    except ProviderUnavailable:
        messages.error(request, _("The payment service did not answer. Please try again."))
        return redirect(order)
    except (ProviderRefused, TransitionNotAllowed):
        # Paid or over a moment ago. If over, the shopper has what they wanted.
        if payment:
            _ask_provider(payment)
        order.refresh_from_db()
        if not was_waiting or order.status not in RELEASED:
            messages.warning(request, _("This order can no longer be cancelled here."))
            return redirect(order)
    changes.put_back(request, order.quantities)
    messages.success(request, _("The order is cancelled. Its items are back in your basket."))
    return redirect("basket:show")


@require_POST
def put_back(request: HttpRequest, token: str) -> HttpResponse:
    order = get_object_or_404(Order, token=token)
    if order.status not in RELEASED:
        messages.warning(request, _("This order stands; there is nothing to put back."))
        return redirect(order)
    changes.put_back(request, order.quantities)
    return redirect("basket:show")


@require_safe
@never_cache
def invoice(request: HttpRequest, token: str, number: str) -> HttpResponseBase:
    found = get_object_or_404(Invoice.objects.select_related("order"), order__token=token)
    if found.number != number:
        raise Http404
    return _document(request, found, invoices.content)


@require_safe
@never_cache
def credit_note(request: HttpRequest, token: str, number: str) -> HttpResponseBase:
    of_order = CreditNote.objects.filter(order__token=token).select_related("order")
    found = next((one for one in of_order if one.number == number), None)
    if found is None:
        raise Http404
    return _document(request, found, credit_notes.content)


def _document(request: HttpRequest, paper: Any, read: Callable[[Any], bytes]) -> HttpResponseBase:
    """An invoice or a credit note, which whoever knows the order may read."""
    try:
        content = BytesIO(archive.patiently(lambda: read(paper)))
    except BeingRendered:
        messages.info(request, _("Your document is being made. Please try again in a moment."))
        return redirect(paper.order)
    except DocumentDamaged:
        messages.error(request, _("This document cannot be shown just now. We have been told."))
        return redirect(paper.order)
    response = FileResponse(content, content_type="application/pdf", filename=paper.file_name)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demo(request: HttpRequest, token: str) -> HttpResponse:
    """Instead of a payment service, while developing: choose how the payment ends."""
    order = get_object_or_404(Order, token=token)
    payment = order.latest_payment
    provider = payments.get("demo")
    if (
        payment is None
        or payment.provider != provider.name
        or not provider.is_offered(shop_of(request))
    ):
        raise Http404
    if request.method != "POST":
        return render(request, "checkout/demo.html", {"order": order})
    outcome = {"pay": Outcome.PAID, "fail": Outcome.FAILED}.get(request.POST.get("outcome", ""))
    if outcome:
        settling.apply(payment, Observation(outcome, payment.amount, payment.currency))
    return redirect(order)
