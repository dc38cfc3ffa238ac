"""The ledger of the stock, as a table and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.ui.tables import Column, DateColumn, Table, TitleColumn, UserColumn
from wagtail.admin.views.generic import IndexView
from wagtail.permissions import policy_registry

from products.admin.spreadsheets import SafeExportMixin
from products.models import Sku, StockMovement


def _columns() -> list[Column]:
    return [
        DateColumn("created_at", label=gettext_lazy("When"), sort_key="created_at"),
        Column(
            "delta",
            label=gettext_lazy("Change"),
            accessor=lambda movement: f"{movement.delta:+d}",
            classname="number",
        ),
        Column("balance", label=gettext_lazy("On hand after"), classname="number"),
        Column("get_reason_display", label=gettext_lazy("Reason")),
        Column("reference", label=gettext_lazy("Reference")),
        Column("note", label=gettext_lazy("Note")),
        UserColumn("actor", label=gettext_lazy("By"), blank_display_name=gettext_lazy("the shop")),
    ]


def movement_table(movements: Iterable[StockMovement]) -> Table:
    """One SKU's movements. Not sortable: a ledger has one order."""
    columns = _columns()
    for column in columns:
        column.sort_key = None
    return Table(columns, movements)


class MovementFilterSet(WagtailFilterSet):
    sku = django_filters.CharFilter(
        label=gettext_lazy("SKU"), field_name="sku__code", lookup_expr="iexact"
    )
    created_at = django_filters.DateFromToRangeFilter(
        label=gettext_lazy("When"), widget=DateRangePickerWidget
    )

    class Meta:
        model = StockMovement
        fields = ["sku", "reason", "created_at"]


class MovementsView(SafeExportMixin, IndexView):
    """Who may see the stock may see its movements."""

    model = StockMovement
    header_icon = "history"
    page_title = gettext_lazy("Stock movements")
    index_url_name = "stock:movements"
    index_results_url_name = "stock:movements_results"
    add_url_name = edit_url_name = copy_url_name = delete_url_name = inspect_url_name = None
    filterset_class = MovementFilterSet
    search_fields = ["sku__code", "reference", "note"]
    default_ordering = "-created_at"
    paginate_by = 50
    list_export = ["created_at", "sku", "delta", "balance", "reason", "reference", "note", "actor"]
    export_filename = "stock-movements"

    @cached_property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Sku)

    @cached_property
    def columns(self) -> list[Column]:
        sku = TitleColumn(
            "sku", label=gettext_lazy("SKU"), url_name="stock:inspect", id_accessor="sku_id"
        )
        return [sku, *_columns()]

    def get_base_queryset(self) -> QuerySet[StockMovement]:
        return StockMovement.objects.select_related("sku", "actor")
