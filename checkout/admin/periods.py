"""Pages about a period of the books: which days, the months as links, and what is taken away."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from checkout.admin.order_exports import SheetMixin
from checkout.periods import Period
from content.admin.permitted import PermittedMenuItem, PermittedPage

SEE_BOOKS = "checkout.view_invoice"
LONGEST = timedelta(days=731)
# Beyond these there are no days before or after to count with.
EARLIEST, LATEST = date(1900, 1, 1), date(2900, 1, 1)
MONTHS = 12  # that are offered as links


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


class PeriodView(SheetMixin, PermittedPage):
    """For shop managers. A page says what it shows (`facts`) and what it hands out (`export`)."""

    permission = SEE_BOOKS
    url_name: str
    header_icon = "table"
    period: Period

    def get(self, request: HttpRequest) -> HttpResponse:
        this_month = month_of(timezone.localdate())
        whole = {"since": this_month.first, "until": this_month.last}
        form = PeriodForm(request.GET if {"since", "until"} & set(request.GET) else whole)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        self.period = form.period()
        if self.is_export:
            response: HttpResponse = self.export()
            return response
        return self.render_to_response(self.get_context_data(form=form, **self.facts()))

    def facts(self) -> dict[str, Any]:
        raise NotImplementedError

    def export(self) -> Any:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        months = [month_of(timezone.localdate())]
        while len(months) < MONTHS:
            months.append(month_of(months[-1].first - timedelta(days=1)))
        url = reverse(self.url_name)
        return super().get_context_data(months=months, page_url=url, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": "", "label": self.page_title},
        ]


class PeriodMenuItem(PermittedMenuItem):
    """Among the reports, for those who may see the books."""

    permission = SEE_BOOKS

    def __init__(self, view: type[PeriodView], order: int) -> None:
        url, name = reverse(view.url_name), view.url_name.partition(":")[2]
        super().__init__(view.page_title, url, name=name, icon_name="table", order=order)


def month_of(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
