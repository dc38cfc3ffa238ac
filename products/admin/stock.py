"""The stock listing: what is on hand, what happened to it, and the form that changes it."""

from __future__ import annotations

from typing import Any

import django_filters
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import EditView, IndexView, InspectView
from wagtail.admin.widgets.button import Button, HeaderButton
from wagtail.log_actions import log
from wagtail.models import Page

from products import stock
from products.admin.adjusting import AdjustForm, StockRefused, adjust
from products.admin.columns import PageColumn, StateColumn, stock_state
from products.admin.movements import MovementsView, movement_table
from products.admin.records import RecordViewSet
from products.admin.spreadsheets import SafeExportMixin
from products.models import Sku, Variant
from products.models.skus import SkuQuerySet

MOVEMENTS_A_PAGE = 25


class StockFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        choices=[
            ("in_stock", gettext_lazy("In stock")),
            ("low", gettext_lazy("Low in stock")),
            ("out", gettext_lazy("Nothing left")),
            ("owed", gettext_lazy("Owed to customers")),
            ("wanted", gettext_lazy("People wait for it")),
            ("retired", gettext_lazy("Retired")),
        ],
        method="in_state",
    )

    class Meta:
        model = Sku
        fields: list[str] = []

    def in_state(self, queryset: SkuQuerySet, name: str, value: str) -> SkuQuerySet:
        if value == "retired":
            return queryset.filter(retired=True)
        chosen = {
            "in_stock": queryset.plenty,
            "low": queryset.low,
            "out": queryset.sold_out,
            "owed": queryset.owed,
            "wanted": queryset.wanted,
        }
        return chosen[value]().filter(retired=False)


class StockIndexView(SafeExportMixin, IndexView):
    def get_base_queryset(self) -> models.QuerySet[Sku]:
        sold_as = Variant.objects.select_related("page").order_by("pk")
        return (
            Sku.objects.in_use()
            .with_waiting()
            .annotate(available_units=F("on_hand") - F("reserved"))
            .prefetch_related(Prefetch("variants", sold_as, to_attr="sold_as"))
        )

    @cached_property
    def is_searchable(self) -> bool:
        return True

    def search_queryset(self, queryset: models.QuerySet[Sku]) -> models.QuerySet[Sku]:
        """By SKU, barcode or the title of the product."""
        if not self.is_searching:
            return queryset
        words = self.search_query
        titles = Variant.objects.filter(page__title__icontains=words).values("sku_id")
        return queryset.filter(
            Q(code__icontains=words) | Q(barcode__icontains=words) | Q(code__in=titles)
        )

    def to_row_dict(self, item: Sku) -> dict[str, Any]:
        fields = [field for field in self.list_export if field != "product"]
        row = {field: getattr(item, field) for field in fields}
        return row | {"product": str(page_of(item) or "")}

    @cached_property
    def header_buttons(self) -> list[Any]:
        return [HeaderButton(_("Movements"), url=reverse("stock:movements"), icon_name="history")]


class StockInspectView(InspectView):
    template_name = "products/admin/stock_inspect.html"

    def get_page_title(self) -> str:
        return _("Stock")

    @cached_property
    def may_change(self) -> bool:
        return self.user_has_permission("change")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change the stock. Checked here, because the page itself may be seen by more people."""
        if not self.may_change:
            raise PermissionDenied
        form = AdjustForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("The stock was not changed: see below."))
            return self._again(form)
        try:
            movement = adjust(self.object.code, actor=request.user, **form.cleaned_data)
        except StockRefused as refusal:
            form.add_error("units", str(refusal))
            messages.error(request, _("The stock was not changed: see below."))
            return self._again(form)
        self._report(request, movement)
        return redirect("stock:inspect", self.object.pk)

    def _report(self, request: HttpRequest, movement: Any) -> None:
        if movement is None:
            messages.info(request, _("Nothing to change: that is what we knew."))
            return
        text = _("%(code)s: %(delta)+d, now %(balance)d on hand.")
        values = {"code": self.object.code, "delta": movement.delta, "balance": movement.balance}
        messages.success(request, text % values)
        self.object.refresh_from_db()
        if (
            self.object.reserved > max(0, self.object.on_hand)
            and not self.object.backorders_allowed
        ):
            messages.warning(
                request,
                _("More units are reserved for orders (%(reserved)d) than are on hand.")
                % {"reserved": self.object.reserved},
            )

    def _again(self, form: AdjustForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        movements = self.object.movements.select_related("actor")
        page = Paginator(movements, MOVEMENTS_A_PAGE).get_page(self.request.GET.get("p"))
        context |= {
            "sku": self.object,
            "state": stock_state(self.object),
            "waiting": self.object.alerts.confirmed().count(),
            "variants": self.object.variants.select_related("page").with_details(),
            "movements": page,
            "table": movement_table(page.object_list),
            "page_obj": page,
            "page_url": reverse("stock:inspect", args=[self.object.pk]),
            "elided_page_range": page.paginator.get_elided_page_range(page.number),
            "may_change": self.may_change,
        }
        context.setdefault("form", AdjustForm())
        return context

    @cached_property
    def header_more_buttons(self) -> list[Any]:
        url = f"{reverse('stock:movements')}?sku={self.object.code}&export="
        buttons = list(super().header_more_buttons)
        for kind in ("xlsx", "csv"):
            label = _("Download movements as %(kind)s") % {"kind": kind.upper()}
            buttons.append(Button(label, url=url + kind, icon_name="download", priority=90))
        return buttons


class StockEditView(EditView):
    """Everything about a SKU but its stock."""

    def save_instance(self) -> Sku:
        """Only the fields of the form: on hand and reserved may have changed meanwhile."""
        details = {name: self.form.cleaned_data[name] for name in self.form.fields}
        sku = stock.edit(self.object.code, **details)
        log(instance=sku, action="wagtail.edit", user=self.request.user)
        return sku

    def get_success_url(self) -> str:
        return reverse("stock:inspect", args=[self.object.pk])

    @cached_property
    def can_delete(self) -> bool:
        return False


def page_of(sku: Sku) -> Page | None:
    """The product that sells it, in the source language; from the listing's prefetch."""
    return sku.sold_as[0].page if sku.sold_as else None  # type: ignore[attr-defined]


class StockViewSet(RecordViewSet):
    name = "stock"
    model = Sku
    icon = "list-ol"
    menu_label = gettext_lazy("Stock")
    menu_order = 130
    can_be_edited = True
    index_view_class = StockIndexView
    inspect_view_class = StockInspectView
    edit_view_class = StockEditView
    list_per_page = 50
    ordering = "code"
    filterset_class = StockFilterSet
    list_display = [
        TitleColumn("code", label=gettext_lazy("SKU"), url_name="stock:inspect", sort_key="code"),
        PageColumn("product", label=gettext_lazy("Product"), accessor=page_of),
        Column("on_hand", label=gettext_lazy("On hand"), sort_key="on_hand", classname="number"),
        Column("reserved", label=gettext_lazy("Reserved"), sort_key="reserved", classname="number"),
        Column(
            "available",
            label=gettext_lazy("Available"),
            sort_key="available_units",
            classname="number",
        ),
        StateColumn("state", stock_state, label=gettext_lazy("State")),
        Column("waiting", label=gettext_lazy("Waiting"), sort_key="waiting", classname="number"),
        Column(
            "low_stock_threshold",
            label=gettext_lazy("Low at"),
            sort_key="low_stock_threshold",
            classname="number",
        ),
    ]
    list_export = [
        "code",
        "on_hand",
        "reserved",
        "available",
        "waiting",
        "barcode",
        "retired",
        "product",
    ]
    export_headings = {"product": gettext_lazy("Product")}
    export_filename = "stock"
    panels = [
        FieldRowPanel([FieldPanel("low_stock_threshold"), FieldPanel("backorders_allowed")]),
        FieldRowPanel([FieldPanel("weight"), FieldPanel("barcode")]),
        FieldPanel("retired"),
    ]

    def get_urlpatterns(self) -> list[URLPattern]:
        movements = self.construct_view(MovementsView)
        results = self.construct_view(MovementsView, results_only=True)
        return [
            *super().get_urlpatterns(),
            path("movements/", movements, name="movements"),
            path("movements/results/", results, name="movements_results"),
        ]
