"""A carrier's file of tracking numbers: read, shown, and done once staff say so."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from checkout import sending, tracking_file
from checkout.admin.in_bulk import Result, to_each
from checkout.admin.order_actions import CHANGE_ORDERS
from checkout.admin.order_pages import REFUSALS, explain
from checkout.admin.shipments import TrackingForm
from checkout.models import Order
from checkout.models.orders import tidy_number
from checkout.sending import Effect
from checkout.tracking_file import ParcelRow
from content.admin.permitted import PermittedPage
from products.importing.records import FileRefused


class TrackingFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        max_length=255,
        widget=forms.FileInput({"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > tracking_file.MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB. Split it in two."))
        return file


@dataclass(frozen=True)
class Planned:
    """What a row comes to. `problem` says why where it comes to nothing."""

    row: ParcelRow
    order: Order | None = None
    effect: Effect | None = None
    problem: str = ""

    @property
    def is_to_do(self) -> bool:
        return self.effect in (Effect.SENDS, Effect.IS_ADDED)

    @property
    def label(self) -> tuple[str, Any]:
        """Colour and words."""
        return _LABELS[self.effect] if self.effect else ("bad", _("Left out"))


_LABELS = {
    Effect.SENDS: ("good", gettext_lazy("Will be sent")),
    Effect.IS_ADDED: ("info", gettext_lazy("Number will be added")),
    Effect.IS_KNOWN: ("muted", gettext_lazy("Known already")),
}


def plan(rows: Iterable[ParcelRow]) -> list[Planned]:
    """Row by row, as the orders stand now."""
    rows = list(rows)
    numbers = {tidy_number(row.order) for row in rows}
    orders = Order.objects.filter(number__in=numbers).prefetch_related("shipments", "addresses")
    by_number = {order.number: order for order in orders}
    seen: dict[str, int] = {}
    return [_planned(row, by_number.get(tidy_number(row.order)), seen) for row in rows]


def _planned(row: ParcelRow, order: Order | None, seen: dict[str, int]) -> Planned:
    if order is None:
        return Planned(row, problem=_("There is no order of this number."))
    if order.number in seen:
        problem = _("The order stands in row %(n)d already.") % {"n": seen[order.number]}
        return Planned(row, order, problem=problem)
    seen[order.number] = row.row
    if problem := _wrong_with(row, order):
        return Planned(row, order, problem=problem)
    try:
        return Planned(row, order, sending.effect_of(order, row.tracking))
    except REFUSALS as refusal:
        return Planned(row, order, problem=explain(refusal, order))


def _wrong_with(row: ParcelRow, order: Order) -> str:
    """As on the order's own page, and a number there must be."""
    if not row.tracking.number:
        return _("There is no tracking number.")
    form = TrackingForm(vars(row.tracking), order=order)
    return " ".join(str(message) for errors in form.errors.values() for message in errors)


class TrackingUploadView(PermittedPage):
    """The preview carries its rows with it, as a table that is read and planned anew."""

    permission = CHANGE_ORDERS
    template_name = "checkout/admin/tracking_upload.html"
    page_title = gettext_lazy("Tracking numbers from a file")
    header_icon = "upload"

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form=TrackingFileForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        if "rows" in request.POST:
            return self.confirm(request.POST["rows"])
        form = TrackingFileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return self.preview(plan(tracking_file.read(form.cleaned_data["file"].file)))
            except FileRefused as refusal:
                form.add_error("file", str(refusal))
        return self.show(422, form=form)

    def preview(self, planned: Sequence[Planned]) -> HttpResponse:
        to_do = [one for one in planned if one.is_to_do]
        problems = sum(1 for one in planned if one.problem)
        context = {"planned": planned, "to_do": len(to_do), "problems": problems}
        code = 200 if to_do or not problems else 422
        return self.show(code, rows=_as_table(to_do), **context)

    def confirm(self, table: str) -> HttpResponse:
        try:
            planned = plan(tracking_file.read(io.BytesIO(table.encode())))
        except FileRefused as refusal:
            messages.error(self.request, str(refusal))
            return self.show(422, form=TrackingFileForm())
        trackings = {one.order.pk: one.row.tracking for one in planned if one.order}

        def take(order: Order) -> None:
            sending.take_tracking(order, trackings[order.pk], self.request.user)

        done = to_each((one.order for one in planned if one.order and one.is_to_do), take)
        left = [Result(one.order, one.problem) for one in planned if one.order and one.problem]
        return self.report([*done, *left])

    def report(self, results: Sequence[Result]) -> HttpResponse:
        refused = [result for result in results if result.refusal]
        done = len(results) - len(refused)
        if done:
            text = ngettext("%(n)d order is sent.", "%(n)d orders are sent.", done)
            messages.success(self.request, text % {"n": done})
        elif not refused:
            messages.info(self.request, _("Nothing has changed: all of it was known."))
        return self.show(409, refused=refused) if refused else redirect("orders:index")

    def show(self, code: int = 200, **context: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**context), status=code)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [
            {"url": reverse("orders:index"), "label": _("Orders")},
            {"url": "", "label": str(self.page_title)},
        ]


def _as_table(planned: Iterable[Planned]) -> str:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["order", "tracking", "carrier"])
    for one in planned:
        tracking = one.row.tracking
        carrier = tracking.carrier_name or tracking.carrier
        writer.writerow([one.row.order, tracking.number, carrier])
    return table.getvalue()
