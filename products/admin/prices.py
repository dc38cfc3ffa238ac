"""Prices and availability of everything that is sold, on one page, to be changed in place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import IndexView
from wagtail.admin.viewsets.base import ViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from products.admin.price_rows import PriceRowForm
from products.models import CategoryPage, ProductPage, Variant

ROWS_A_PAGE = 50
POLICY = ModelPermissionPolicy(ProductPage)


class PriceFilterSet(WagtailFilterSet):
    category = django_filters.ModelChoiceFilter(
        label=gettext_lazy("Category"), queryset=CategoryPage.objects.all(), method="in_category"
    )
    on_sale = django_filters.BooleanFilter(
        label=gettext_lazy("On sale"), field_name="compare_at", lookup_expr="isnull", exclude=True
    )

    class Meta:
        model = Variant
        fields: list[str] = []

    def in_category(self, queryset: QuerySet[Variant], name: str, value: CategoryPage) -> Any:
        return queryset.filter(page__in=ProductPage.objects.in_category(value))


class ProductColumn(Column):
    cell_template_name = "products/admin/price_product_cell.html"


class FieldColumn(Column):
    """A field of the row's form, with its error; what may not be changed is shown as text."""

    cell_template_name = "products/admin/price_field_cell.html"

    def get_value(self, instance: Variant) -> Any:
        form = instance.row_form
        return form[self.name] if self.name in form.fields else None

    def get_cell_context_data(self, instance: Variant, parent_context: Any) -> dict[str, Any]:
        context = super().get_cell_context_data(instance, parent_context)
        context["shown"] = instance.row_form.initial[self.name]
        return context


class PricesView(IndexView):
    model = Variant
    permission_policy = POLICY
    any_permission_required = ["change"]
    page_title = gettext_lazy("Prices")
    header_icon = "decimal"
    results_template_name = "products/admin/prices_results.html"
    index_url_name = "prices:index"
    index_results_url_name = "prices:index_results"
    filterset_class = PriceFilterSet
    is_searchable = True
    search_fields = ["sku__code", "page__title"]
    search_backend_name = ""
    paginate_by = ROWS_A_PAGE
    table_classname = "listing price-table"
    columns = [
        ProductColumn("product", label=gettext_lazy("Product")),
        FieldColumn("price", label=gettext_lazy("Price")),
        FieldColumn("compare_at", label=gettext_lazy("Compare-at price")),
        FieldColumn("on_hand", label=gettext_lazy("On hand")),
        Column(
            "reserved",
            label=gettext_lazy("Reserved"),
            accessor=lambda variant: variant.known_sku.reserved if variant.known_sku else "",
            classname="number",
        ),
        FieldColumn("backorders_allowed", label=gettext_lazy("Sell beyond stock")),
    ]

    def get_base_queryset(self) -> QuerySet[Variant]:
        return (
            Variant.objects.filter(page__alias_of__isnull=True)
            .with_details()
            .select_related("page")
        )

    def order_queryset(self, queryset: QuerySet[Variant]) -> QuerySet[Variant]:
        """As they stand in the shop, category by category, which has an index."""
        return queryset.order_by("page__path", "sort_order", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        for variant in context["object_list"]:
            if not hasattr(variant, "row_form"):
                variant.row_form = PriceRowForm(variant, self.request.user)
        return context

    # --- Saving -----------------------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Each changed row by itself: one that is refused does not hold up the others."""
        rows = self._posted_rows(request)
        saved = sum(self._save(row) for row in rows)
        refused = [row for row in rows if row.errors]
        if saved:
            messages.success(
                request,
                ngettext("%(n)d row saved.", "%(n)d rows saved.", saved) % {"n": saved},
            )
        if refused:
            return self._show_again(request, rows)
        if not saved:
            messages.info(request, _("Nothing was changed."))
        return redirect(request.get_full_path())

    def _posted_rows(self, request: HttpRequest) -> list[PriceRowForm]:
        posted = request.POST.getlist("row")
        wanted = [int(pk) for pk in posted if pk.isdecimal() and len(pk) < 19][:500]
        found = self.get_base_queryset().in_bulk(wanted)
        gone = len(set(wanted)) - len(found)
        if gone:
            messages.warning(
                request,
                ngettext(
                    "%(n)d variant was changed on its page meanwhile and left alone.",
                    "%(n)d variants were changed on their pages meanwhile and left alone.",
                    gone,
                )
                % {"n": gone},
            )
        return [PriceRowForm(found[pk], request.user, request.POST) for pk in wanted if pk in found]

    def _save(self, row: PriceRowForm) -> bool:
        return row.has_changed() and row.is_valid() and row.save()

    def _show_again(self, request: HttpRequest, rows: Iterable[PriceRowForm]) -> HttpResponse:
        """The same rows in the same order: refused ones as typed, the others as they are now."""
        messages.error(request, _("Some rows were not saved. They are marked below."))
        self.object_list = self.get_queryset()
        context = self.get_context_data()
        typed = {row.variant.pk: row for row in rows if row.errors}
        for variant in context["object_list"]:
            variant.row_form = typed.pop(variant.pk, None) or variant.row_form
        return self.render_to_response(context, status=422)


class PricesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(POLICY.user_has_permission(request.user, "change"))


class PricesViewSet(ViewSet):
    name = "prices"
    icon = "decimal"
    menu_label = gettext_lazy("Prices")
    menu_order = 120
    menu_item_class = PricesMenuItem
    add_to_admin_menu = True

    def get_urlpatterns(self) -> list[URLPattern]:
        return [
            path("", self.construct_view(PricesView), name="index"),
            path(
                "results/", self.construct_view(PricesView, results_only=True), name="index_results"
            ),
        ]
