"""Returns and withdrawals in the admin: what waits, and what staff say about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db.models import Case, QuerySet, Sum, Value, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView

from checkout import refunding, returning
from checkout.admin.order_pages import OrderForm, OrderPage, Words
from checkout.admin.refund_parts import RefundPartView
from checkout.models import ReturnRequest
from checkout.return_status import WAITING, ReturnKind, ReturnMovedOn, ReturnStatus
from content.models import ShopSettings
from products.admin.columns import StateColumn
from products.admin.records import RecordViewSet

ANSWER_RETURNS = "checkout.change_returnrequest"
VIEW_RETURNS = "checkout.view_returnrequest"


# --- What staff say ------------------------------------------------------------------------------


class AcceptForm(OrderForm):
    words = forms.CharField(
        label=gettext_lazy("How to send it back"),
        help_text=gettext_lazy(
            "The customer gets this by e-mail, and reads it on the order’s page."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shop = ShopSettings.for_site(self.order.site)
        self.fields["words"].initial = _(
            "Please pack the goods well and send them to:\n\n%(address)s\n\n"
            "Write the order’s number, %(number)s, on the parcel."
        ) % {"address": f"{shop.company or shop.name}\n{shop.address}", "number": self.order.number}


class RefuseForm(OrderForm):
    words = forms.CharField(
        label=gettext_lazy("Why not"),
        help_text=gettext_lazy(
            "The customer gets this by e-mail, and reads it on the order’s page."
        ),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class FreeForm(OrderForm):
    restock = forms.BooleanField(
        label=gettext_lazy("Put the goods back on the shelf"), required=False
    )


@dataclass(frozen=True)
class ReturnStep:
    label: Words
    question: Words
    after: ReturnStatus
    form: type[OrderForm]
    run: Callable[[ReturnRequest, Any, Any], None]
    done: Words


STEPS = {
    "accept": ReturnStep(
        label=gettext_lazy("Accept"),
        question=gettext_lazy("The customer is told how to send the goods back."),
        after=ReturnStatus.ACCEPTED,
        form=AcceptForm,
        run=lambda asked, form, user: returning.accept(asked, form.cleaned_data["words"], user),
        done=gettext_lazy("Accepted. The customer gets an e-mail."),
    ),
    "refuse": ReturnStep(
        label=gettext_lazy("Refuse"),
        question=gettext_lazy("The customer is told why. A withdrawal cannot be refused."),
        after=ReturnStatus.REFUSED,
        form=RefuseForm,
        run=lambda asked, form, user: returning.refuse(asked, form.cleaned_data["words"], user),
        done=gettext_lazy("Refused. The customer gets an e-mail."),
    ),
    "receive": ReturnStep(
        label=gettext_lazy("Goods received"),
        question=gettext_lazy(
            "Are the goods back? The customer gets an e-mail; the refund is next."
        ),
        after=ReturnStatus.RECEIVED,
        form=OrderForm,
        run=lambda asked, form, user: returning.receive(asked, user),
        done=gettext_lazy("Noted. The customer gets an e-mail; refund it next."),
    ),
    "close": ReturnStep(
        label=gettext_lazy("Take back"),
        question=gettext_lazy("The order cost nothing, so no money goes back. This settles it."),
        after=ReturnStatus.REFUNDED,
        form=FreeForm,
        run=lambda asked, form, user: refunding.take_back_free(
            asked, restock=form.cleaned_data["restock"], actor=user
        ),
        done=gettext_lazy("Settled. There was no money to give back."),
    ),
}


def fits(asked: ReturnRequest, step: ReturnStep) -> bool:
    """Money settles a return by its refund; only where there was none is it simply taken back."""
    by_refund = step.after == ReturnStatus.REFUNDED and asked.order.total
    return not by_refund and asked.may_become(step.after)


def steps_for(asked: ReturnRequest) -> list[tuple[str, Words]]:
    """Names and labels of what may be said now."""
    return [(name, step.label) for name, step in STEPS.items() if fits(asked, step)]


def _of_order(view: OrderPage) -> ReturnRequest:
    mine = ReturnRequest.objects.filter(order=view.order)
    return get_object_or_404(mine, pk=view.kwargs["asked"])


class ReturnView(OrderPage):
    permission = ANSWER_RETURNS

    def choose(self) -> None:
        if self.kwargs["step"] not in STEPS:
            raise Http404
        self.step = STEPS[self.kwargs["step"]]
        self.page_title = self.button = self.step.label
        self.question, self.form_class = self.step.question, self.step.form

    def prepare(self) -> None:
        self.asked = _of_order(self)

    def facts(self) -> Sequence[tuple[Words, Words]]:
        units = ", ".join(str(line) for line in self.asked.lines.select_related("line"))
        known: list[tuple[Words, Words]] = [(self.asked.get_kind_display(), units)]
        return [*known, (_("Reason"), self.asked.reason)] if self.asked.reason else known

    def get(self, request: HttpRequest) -> HttpResponse:
        if not fits(self.asked, self.step):
            return self.refuse(ReturnMovedOn())
        return super().get(request)

    def run(self, request: HttpRequest, form: Any) -> HttpResponse:
        self.step.run(self.asked, form, request.user)
        messages.success(request, self.step.done)
        return self.back()


class ReturnRefundView(RefundPartView):
    """The money for a return: its lines are filled in, and whether they go back on the shelf."""

    page_title = gettext_lazy("Refund the return")

    def prepare(self) -> None:
        self.answering = _of_order(self)

    def get_initial(self) -> dict[str, Any]:
        asked, initial = self.answering, {}
        if asked is None:
            return {}
        for one in asked.lines.select_related("line"):
            initial[f"units_{one.line_id}"] = min(one.units, one.line.units_left)
            initial[f"restock_{one.line_id}"] = (
                asked.status == ReturnStatus.RECEIVED or not self.order.was_handed_over
            )
        return initial

    def get(self, request: HttpRequest) -> HttpResponse:
        if self.answering and not self.answering.may_become(ReturnStatus.REFUNDED):
            return self.refuse(ReturnMovedOn())
        return super().get(request)


# --- The listing ---------------------------------------------------------------------------------

_COLOURS = {
    ReturnStatus.REQUESTED: "waiting",
    ReturnStatus.ACCEPTED: "info",
    ReturnStatus.RECEIVED: "waiting",
    ReturnStatus.REFUNDED: "good",
    ReturnStatus.REFUSED: "muted",
}


def return_state(asked: ReturnRequest) -> tuple[str, Any]:
    return _COLOURS[ReturnStatus(asked.status)], asked.get_status_display()


class ReturnFilterSet(WagtailFilterSet):
    status = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Status"),
        choices=ReturnStatus.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    kind = django_filters.ChoiceFilter(
        label=gettext_lazy("Kind"), choices=ReturnKind.choices, empty_label=gettext_lazy("Both")
    )
    requested_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("Asked on"), widget=DateRangePickerWidget
    )

    class Meta:
        model = ReturnRequest
        fields = ["status", "kind", "requested_at"]


class ReturnIndexView(IndexView):
    default_ordering = ("turn", "requested_at")

    def get_base_queryset(self) -> QuerySet[ReturnRequest]:
        """What waits for the shop comes first, then what waits for a parcel."""
        turn = Case(
            When(status__in=WAITING, then=Value(0)),
            When(status=ReturnStatus.ACCEPTED, then=Value(1)),
            default=Value(2),
        )
        found = ReturnRequest.objects.annotate(turn=turn, units_asked=Sum("lines__units"))
        return found.select_related("order")


class ReturnViewSet(RecordViewSet):
    name = "returns"
    model = ReturnRequest
    icon = "rotate"
    menu_label = gettext_lazy("Returns")
    menu_order = 112
    index_view_class = ReturnIndexView
    inspect_view_enabled = False
    add_to_reference_index = False
    list_per_page = 50
    filterset_class = ReturnFilterSet
    search_fields = ["order__number", "name", "email"]
    list_display = [
        TitleColumn(
            "number",
            label=gettext_lazy("Order"),
            accessor="order.number",
            get_url=lambda asked: reverse("orders:inspect", args=[asked.order_id]) + "#returns",
            classname="order-number",
        ),
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display"),
        StateColumn("status", return_state, label=gettext_lazy("Status")),
        Column("name", label=gettext_lazy("Customer")),
        Column("units_asked", label=gettext_lazy("Units"), classname="number"),
        DateColumn("requested_at", label=gettext_lazy("Asked on"), sort_key="requested_at"),
    ]


class ReturnsWaiting(SummaryItem):
    """In the row of numbers: returns and withdrawals that wait for the shop."""

    order = 55
    template_name = "checkout/admin/returns_waiting.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        return {
            "waiting": ReturnRequest.objects.waiting().count(),
            "url": reverse("returns:index"),
        }

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(VIEW_RETURNS))


def add_returns_waiting(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(ReturnsWaiting(request))
