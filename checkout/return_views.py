"""The shopper's pages for what goes back: a return, a withdrawal, and the way to an order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from checkout import emails, returning, withdrawal
from checkout.models import EmailKind, Order
from checkout.models.orders import tidy_number
from checkout.return_forms import FindOrderForm, ReturnForm, UnitsForm, WithdrawalForm
from checkout.returning import NothingToReturn, TooLateToWithdraw
from content import limits


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask_return(request: HttpRequest, token: str) -> HttpResponse:
    order = _order(token)
    left = returning.returnable(order)
    if not left:
        return _refuse(request, order, _("There is nothing of this order to send back."))
    if request.method != "POST":
        return _page(request, "return", ReturnForm(order=order, left=left))
    form = ReturnForm(request.POST, order=order, left=left)
    if not form.is_valid():
        return _page(request, "return", form, status=422)
    try:
        returning.ask(order, form.statement())
    except NothingToReturn:
        return _refuse(request, order, _("This was asked for a moment ago. Nothing was changed."))
    messages.success(
        request, _("Thank you. We answer by e-mail; please keep the goods until then.")
    )
    return redirect(order)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """In two steps, as the law asks: what is declared, then one button that confirms it."""
    order = _order(token)
    left = returning.withdrawable(order) if withdrawal.is_open(order) else {}
    if not left:
        return _refuse(request, order, _("There is nothing of this order to withdraw from."))
    if request.method != "POST":
        return _page(request, "withdraw", WithdrawalForm(order=order, left=left))
    if "change" in request.POST:
        said = request.POST.dict()
        return _page(request, "withdraw", WithdrawalForm(initial=said, order=order, left=left))
    form = WithdrawalForm(request.POST, order=order, left=left)
    if not form.is_valid():
        return _page(request, "withdraw", form, status=422)
    if "confirm" not in request.POST:
        return _page(request, "withdraw_confirm", form)
    return _withdraw(request, order, form)


def _withdraw(request: HttpRequest, order: Order, form: WithdrawalForm) -> HttpResponse:
    try:
        made = returning.withdraw(order, form.statement())
    except (NothingToReturn, TooLateToWithdraw):
        return _refuse(request, order, _("This was declared a moment ago. Nothing was changed."))
    messages.success(
        request,
        _("You have withdrawn from the contract. The confirmation goes to %(email)s.")
        % {"email": made.email},
    )
    return redirect(order)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find_order(request: HttpRequest) -> HttpResponse:
    """The way to an order's page without its address: by e-mail, to whoever ordered.

    The answer is the same whether there is such an order or not.
    """
    if request.method != "POST":
        return _find_page(request, FindOrderForm())
    form = FindOrderForm(request.POST)
    if not form.is_valid():
        return _find_page(request, form, status=422)
    number, email = tidy_number(form.cleaned_data["number"]), form.cleaned_data["email"]
    if not limits.allowed(request, "find_order", key=email.lower()):
        form.add_error(None, _("You have tried this often. Please wait a while and try again."))
        return _find_page(request, form, status=429)
    _send_link(number, email)
    return _find_page(request, form, asked=email)


def _send_link(number: str, email: str) -> None:
    with transaction.atomic():
        for order in Order.objects.filter(number=number, email__iexact=email):
            emails.owe_again(order, EmailKind.ORDER_LINK)


def _order(token: str) -> Order:
    orders = Order.objects.select_related("site").prefetch_related(
        "lines__picture__renditions", "addresses"
    )
    return get_object_or_404(orders, token=token)


def _refuse(request: HttpRequest, order: Order, why: str) -> HttpResponse:
    messages.warning(request, why)
    return redirect(order)


def _page(request: HttpRequest, name: str, form: UnitsForm, status: int = 200) -> HttpResponse:
    context = {"order": form.order, "form": form}
    return _private(render(request, f"checkout/{name}.html", context, status=status))


def _find_page(
    request: HttpRequest, form: FindOrderForm, status: int = 200, **more: Any
) -> HttpResponse:
    context: Mapping[str, Any] = {"form": form, **more}
    return render(request, "checkout/find_order.html", context, status=status)


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex"
    return response
