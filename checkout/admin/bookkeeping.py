"""The bookkeeper's page: a period, its sums by rate, and its documents as a spreadsheet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateInput

from checkout import bookkeeping
from checkout.admin.order_exports import SheetMixin
from checkout.bookkeeping import Entry, Period
from products.money import round_money
from products.templatetags.money import percent

SEE_BOOKS = "checkout.view_invoice"
LONGEST = timedelta(days=731)
# Beyond these there are no days before or after to count with.
EARLIEST, LATEST = date(1900, 1, 1), date(2900, 1, 1)
MONTHS = 12  # that are offered as links

_HEADINGS = {
    "number": gettext_lazy("Number"),
    "issued_at": gettext_lazy("Date"),
    "lowers": gettext_lazy("Credit note for"),
    "order": gettext_lazy("Order"),
    "buyer": gettext_lazy("Customer"),
    "country": gettext_lazy("Delivered to"),
    "treatment": gettext_lazy("Tax treatment"),
    "vat_number": gettext_lazy("Customer’s VAT number"),
}
_SUMS = {
    "net": gettext_lazy("Net"),
    "tax": gettext_lazy("Tax"),
    "gross": gettext_lazy("Gross"),
}
_FACTS = {
    "currency": gettext_lazy("Currency"),
    "provider": gettext_lazy("Payment"),
    "reference": gettext_lazy("Payment reference"),
}


class PeriodForm(forms.Form):
    since = forms.DateField(
        label=gettext_lazy("From"), widget=AdminDateInput, validators=[MinValueValidator(EARLIEST)]
    )
    until = forms.DateField(
        label=gettext_lazy("To"), widget=AdminDateInput, validators=[MaxValueValidator(LATEST)]
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            raise ValidationError({"until": _("The end lies before the beginning.")})
        if since and until and until - since > LONGEST:
            raise ValidationError({"until": _("Choose two years at most.")})
        return cleaned

    def period(self) -> Period:
        return Period(self.cleaned_data["since"], self.cleaned_data["until"])


class BookkeepingView(SheetMixin, WagtailAdminTemplateMixin, View):
    template_name = "checkout/admin/bookkeeping.html"
    page_title = gettext_lazy("Bookkeeping")
    header_icon = "table"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.has_perm(SEE_BOOKS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        this_month = month_of(timezone.localdate())
        whole = {"since": this_month.first, "until": this_month.last}
        form = PeriodForm(request.GET if {"since", "until"} & set(request.GET) else whole)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        self.period = form.period()
        sums = bookkeeping.totals(self.period)
        if self.is_export:
            return self.export(sorted({one.rate for one in sums}, reverse=True))
        return self.render_to_response(self.get_context_data(form=form, sums=sums))

    def export(self, rates: Sequence[Decimal]) -> Any:
        self.rates = rates
        self.export_headings = {**_HEADINGS, **self._rate_headings(), **_SUMS, **_FACTS}
        self.list_export = list(self.export_headings)
        rows = bookkeeping.entries(self.period)
        return self.as_spreadsheet(rows, self.request.GET["export"])

    def _rate_headings(self) -> dict[str, str]:
        headings = {}
        for rate in self.rates:
            headings[f"net {rate}"] = _("Net at %(rate)s %%") % {"rate": percent(rate)}
            headings[f"tax {rate}"] = _("Tax at %(rate)s %%") % {"rate": percent(rate)}
        return headings

    def get_filename(self) -> str:
        return f"bookkeeping-{self.period.first}-{self.period.last}"

    def to_row_dict(self, item: Entry) -> dict[str, Any]:
        facts = {name: getattr(item, name) for name in (*_HEADINGS, *_FACTS)}
        return {**dict.fromkeys(self.list_export, ""), **facts, **self._amounts(item)}

    def _amounts(self, entry: Entry) -> dict[str, Decimal]:
        booked = entry.booked
        amounts = {"net": booked.net, "tax": booked.tax, "gross": booked.gross}
        for rate, part in entry.by_rate.items():
            amounts |= {f"net {rate}": part.net, f"tax {rate}": part.tax}
        return {name: round_money(sum_, entry.currency) for name, sum_ in amounts.items()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        months = [month_of(timezone.localdate())]
        while len(months) < MONTHS:
            months.append(month_of(months[-1].first - timedelta(days=1)))
        return super().get_context_data(months=months, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": "", "label": self.page_title},
        ]


class BookkeepingMenuItem(MenuItem):
    def __init__(self) -> None:
        url, label = reverse("orders:bookkeeping"), gettext_lazy("Bookkeeping")
        super().__init__(label, url, name="bookkeeping", icon_name="table", order=650)

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(SEE_BOOKS))


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
