"""Where Stripe's books and ours differ: a report, and the two things that staff do about a row."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.site_summary import SummaryItem
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import IndexView, InspectView

from checkout import discrepancies, payments, reconciling
from checkout.models import Discrepancy, ReconciledDay
from checkout.payments.base import ProviderRefused, ProviderUnavailable
from products.admin.columns import StateColumn
from products.admin.records import RecordViewSet

SEE = "checkout.view_discrepancy"
SETTLE = "checkout.change_discrepancy"


class DiscrepancyFilterSet(WagtailFilterSet):
    is_open = django_filters.BooleanFilter(
        label=gettext_lazy("Open"),
        field_name="resolved_at",
        lookup_expr="isnull",
        widget=forms.RadioSelect(
            choices=[
                ("", gettext_lazy("All")),
                ("true", gettext_lazy("Open")),
                ("false", gettext_lazy("Settled")),
            ]
        ),
    )
    kind = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("What differs"),
        choices=Discrepancy.Kind.choices,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta:
        model = Discrepancy
        fields = ["is_open", "kind"]


class DiscrepancyIndexView(IndexView):
    template_name = "checkout/admin/discrepancies.html"

    def get_base_queryset(self) -> QuerySet[Discrepancy]:
        return Discrepancy.objects.select_related("payment__order", "resolved_by")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        done = ReconciledDay.objects.filter(done_at__isnull=False)
        return super().get_context_data(*args, **kwargs) | {"last_day": done.first()}


class SettleForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=200,
        help_text=gettext_lazy("For your colleagues: it is not reported again as it stands."),
    )


class DiscrepancyInspectView(InspectView):
    template_name = "checkout/admin/discrepancy.html"

    def get_page_title(self) -> str:
        return _("Difference from Stripe")

    @cached_property
    def may_settle(self) -> bool:
        return bool(self.request.user.has_perm(SETTLE))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.may_settle:
            raise PermissionDenied
        if request.POST.get("do") == "update":
            return self._update()
        return self._settle(SettleForm(request.POST))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        payment = self.object.payment
        context: dict[str, Any] = {"form": SettleForm()} | super().get_context_data(**kwargs)
        return context | {
            "difference": self.object,
            "state": state_of(self.object),
            "order": payment.order if payment else None,
            "url": payments.dashboard_url(payment) if payment else "",
            "may_settle": self.may_settle and self.object.is_open,
        }

    def _update(self) -> HttpResponse:
        try:
            agree = reconciling.bring_up_to_date(self.object, self.request.user)
        except (ProviderUnavailable, ProviderRefused):
            messages.error(self.request, _("Stripe did not answer. Please try again later."))
            return self._back()
        if agree:
            messages.success(self.request, _("The books agree now."))
        else:
            messages.warning(self.request, _("Stripe was asked, and the books still differ."))
        return self._back()

    def _settle(self, form: SettleForm) -> HttpResponse:
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        if discrepancies.settle(self.object, form.cleaned_data["note"], self.request.user):
            messages.success(self.request, _("Settled."))
        else:
            messages.warning(self.request, _("It was settled already. Nothing was changed."))
        return self._back()

    def _back(self) -> HttpResponse:
        return redirect("discrepancies:inspect", self.object.pk)


def state_of(difference: Discrepancy) -> tuple[str, Any]:
    """Colour and words of its label."""
    if difference.is_open:
        return "bad", _("Open")
    return "muted", _("Settled") if difference.resolved_by_id else _("Agrees now")


class DiscrepancyViewSet(RecordViewSet):
    name = "discrepancies"
    model = Discrepancy
    icon = "warning"
    menu_label = gettext_lazy("Stripe and our books")
    menu_hook = "register_reports_menu_item"
    index_view_class = DiscrepancyIndexView
    inspect_view_class = DiscrepancyInspectView
    add_to_reference_index = False
    list_per_page = 50
    filterset_class = DiscrepancyFilterSet
    list_display = [
        TitleColumn(
            "get_kind_display",
            label=gettext_lazy("What differs"),
            url_name="discrepancies:inspect",
        ),
        Column("order", label=gettext_lazy("Order"), accessor="payment.order.number"),
        Column("ours", label=gettext_lazy("Here")),
        Column("theirs", label=gettext_lazy("At Stripe")),
        DateColumn("found_at", label=gettext_lazy("Since"), sort_key="found_at"),
        StateColumn("state", state_of, label=gettext_lazy("State")),
    ]


class OpenDiscrepancies(SummaryItem):
    """In the row of numbers on the first page, where there are any."""

    order = 60
    template_name = "checkout/admin/open_discrepancies.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        url = f"{reverse('discrepancies:index')}?is_open=true"
        return {"count": Discrepancy.objects.open().count(), "url": url}

    def is_shown(self) -> bool:
        return bool(self.request.user.has_perm(SEE)) and Discrepancy.objects.open().exists()


def add_discrepancies(request: HttpRequest, items: list[SummaryItem]) -> None:
    items.append(OpenDiscrepancies(request))
