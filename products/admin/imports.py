"""Bringing products in from the admin: upload, preview, confirm, watch, read the report."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn, UserColumn
from wagtail.admin.views.generic import IndexView, InspectView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.permissions import PermissionCheckedMixin
from wagtail.admin.widgets.button import HeaderButton
from wagtail.permission_policies import ModelPermissionPolicy

from products.admin.columns import StateColumn
from products.admin.import_form import ImportForm
from products.admin.records import RecordViewSet
from products.admin.spreadsheets import harmless
from products.importing import runs
from products.importing.exporting import lines
from products.models import ImportedRow, ImportStatus, Outcome, ProductImport
from products.tasks import work_on_import

POLICY = ModelPermissionPolicy(ProductImport)
ROWS_A_PAGE = 50
REFRESH_SECONDS = 3

_COLOURS = {
    ImportStatus.CHECKING: "waiting",
    ImportStatus.CHECKED: "info",
    ImportStatus.RUNNING: "waiting",
    ImportStatus.DONE: "good",
    ImportStatus.STOPPED: "bad",
    ImportStatus.REFUSED: "bad",
    Outcome.CREATED: "good",
    Outcome.CHANGED: "info",
    Outcome.UNCHANGED: "",
    Outcome.SKIPPED: "bad",
}


def run_state(run: ProductImport) -> tuple[str, Any]:
    return _COLOURS[ImportStatus(run.status)], ImportStatus(run.status).label


def row_state(row: ImportedRow) -> tuple[str, Any]:
    return _COLOURS[Outcome(row.outcome)], Outcome(row.outcome).label


class ForImporters(PermissionCheckedMixin):
    permission_policy = POLICY
    permission_required = "add"


class ImportIndexView(IndexView):
    @cached_property
    def header_buttons(self) -> list[Any]:
        if not POLICY.user_has_permission(self.request.user, "add"):
            return []
        return [
            HeaderButton(_("Import products"), url=reverse("imports:new"), icon_name="upload"),
            HeaderButton(_("Export products"), url=reverse("imports:export"), icon_name="download"),
        ]


class ImportNewView(ForImporters, WagtailAdminTemplateMixin, FormView):
    """Takes the file. What it comes to is shown before anything is written."""

    form_class = ImportForm
    template_name = "products/admin/import_new.html"
    page_title = gettext_lazy("Import products")
    header_icon = "upload"

    def get_breadcrumbs_items(self) -> list[Any]:
        here = {"url": "", "label": self.page_title}
        return [*self.breadcrumbs_items, _index_item(), here]

    def form_valid(self, form: ImportForm) -> HttpResponse:
        run = form.save(self.request.user)
        work_on_import.delay_on_commit(run.pk)
        return redirect("imports:inspect", run.pk)

    def form_invalid(self, form: ImportForm) -> HttpResponse:
        messages.error(self.request, _("The file was not taken: see below."))
        return self.render_to_response(self.get_context_data(form=form), status=422)


class ImportInspectView(InspectView):
    """One run, whatever state it is in: being checked, the preview, running, the report."""

    template_name = "products/admin/import_inspect.html"

    def get_page_title(self) -> str:
        return _("Import")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        if self.object.is_in_work and "still" not in request.GET:
            # A header, so that the page needs no script; a link stops it.
            response["Refresh"] = str(REFRESH_SECONDS)
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not POLICY.user_has_permission(request.user, "add"):
            raise PermissionDenied
        answer = {"confirm": self._confirm, "stop": self._stop}.get(request.POST.get("do", ""))
        if answer:
            answer()
        return redirect("imports:inspect", self.object.pk)

    def _confirm(self) -> None:
        if runs.confirm(self.object):
            work_on_import.delay_on_commit(self.object.pk)
        else:
            messages.warning(self.request, _("This import was confirmed or dropped already."))

    def _stop(self) -> None:
        if runs.stop(self.object):
            messages.success(self.request, _("Stopped. What is in, is in."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        run = self.object
        counts = run.counts()
        wanted = self.request.GET.get("outcome", "")
        rows = run.rows.filter(outcome=wanted) if wanted in counts else run.rows.all()
        page = Paginator(rows.select_related("page"), ROWS_A_PAGE).get_page(
            self.request.GET.get("p")
        )
        here = reverse("imports:inspect", args=[run.pk])
        return context | {
            "run": run,
            "state": run_state(run),
            "counts": [(outcome, counts[outcome]) for outcome in Outcome],
            "to_do": counts[Outcome.CREATED] + counts[Outcome.CHANGED],
            "wanted": wanted,
            "rows": [(row, row_state(row)) for row in page],
            "page_obj": page,
            "page_url": f"{here}?outcome={wanted}" if wanted in counts else here,
            "elided_page_range": page.paginator.get_elided_page_range(page.number),
            "may_import": POLICY.user_has_permission(self.request.user, "add"),
        }

    @cached_property
    def header_buttons(self) -> list[Any]:
        url = reverse("imports:report", args=[self.object.pk])
        return [HeaderButton(_("Download as CSV"), url=url, icon_name="download")]


class ImportReportView(PermissionCheckedMixin, View):
    """The rows of a run as a spreadsheet; texts that came from the file do not run as formulas."""

    permission_policy = POLICY
    any_permission_required = ["add", "view"]

    def get(self, request: HttpRequest, pk: int) -> StreamingHttpResponse:
        run = get_object_or_404(ProductImport, pk=pk)
        response = StreamingHttpResponse(_report(run), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="import-{run.pk}.csv"'
        return response


class _Line:
    def write(self, text: str) -> str:
        return text


def _report(run: ProductImport) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield "\ufeff" + str(
        writer.writerow([_("Rows"), _("Product"), _("Outcome"), _("Changes"), _("Notes")])
    )
    for row in run.rows.iterator(chunk_size=500):
        cells = [row.rows, row.title, row.get_outcome_display()]
        texts = ["\n".join(row.changes), "\n".join(row.notes)]
        yield str(writer.writerow([harmless(cell) for cell in (*cells, *texts)]))


class ExportView(ForImporters, View):
    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="products.csv"'
        return response


def _index_item() -> dict[str, Any]:
    return {"url": reverse("imports:index"), "label": gettext_lazy("Import and export")}


def _rows_done(run: ProductImport) -> str:
    return ngettext("%(n)d row", "%(n)d rows", run.row_count) % {"n": run.row_count}


class ImportViewSet(RecordViewSet):
    name = "imports"
    model = ProductImport
    icon = "upload"
    menu_label = gettext_lazy("Import and export")
    menu_name = "imports"
    menu_order = 145
    index_view_class = ImportIndexView
    inspect_view_class = ImportInspectView
    list_per_page = 30
    ordering = "-created_at"
    list_display = [
        TitleColumn("name", label=gettext_lazy("File"), url_name="imports:inspect"),
        Column("get_format_display", label=gettext_lazy("Format")),
        Column("rows", label=gettext_lazy("Size"), accessor=_rows_done, classname="number"),
        StateColumn("state", run_state, label=gettext_lazy("State")),
        DateColumn("created_at", label=gettext_lazy("When")),
        UserColumn("user", label=gettext_lazy("By"), blank_display_name=gettext_lazy("a command")),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            *super().get_urlpatterns(),
            path("new/", self.construct_view(ImportNewView), name="new"),
            path("<int:pk>/report.csv", self.construct_view(ImportReportView), name="report"),
            path("export/", self.construct_view(ExportView), name="export"),
        ]
