"""The parts of the product editor that Wagtail does not bring."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from wagtail.admin.panels import InlinePanel, Panel
from wagtail.admin.panels.base import get_form_for_model

from products.forms import VariantForm


class StockPanel(Panel):
    """The stock of a variant's SKU, to be read beside its price. Changed in the stock listing."""

    class BoundPanel(Panel.BoundPanel):
        template_name = "products/admin/stock_panel.html"

        def id_for_label(self) -> str:
            return ""

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            sku = self.instance.known_sku if self.instance else None
            context["sku"] = sku
            if sku:
                from products.admin.columns import stock_state

                context["state"] = stock_state(sku)
                context["waiting"] = sku.alerts.confirmed().count()
            if sku and self.request and self.request.user.has_perm("products.view_sku"):
                context["stock_url"] = reverse("stock:inspect", args=[sku.pk])
            return context


class VariantsPanel(InlinePanel):
    """The variant table; on a translation, a note that says whose prices the page shows."""

    def get_form_options(self) -> dict[str, Any]:
        options = super().get_form_options()
        formset = options["formsets"][self.relation_name]
        deferred = self.child_edit_handler.get_form_options().get("defer_required_on_fields", [])
        formset["form"] = get_form_for_model(
            self.db_field.related_model, form_class=VariantForm, defer_required_on_fields=deferred
        )
        return options

    class BoundPanel(InlinePanel.BoundPanel):
        template_name = "products/admin/variants_panel.html"

        def __init__(self, **kwargs: Any) -> None:
            form = kwargs.get("form")
            self.stands_elsewhere = (
                form is not None and kwargs["panel"].relation_name not in form.formsets
            )
            if self.stands_elsewhere:
                kwargs["form"] = None
            elif form is not None:
                _place_untouched_rows(form.formsets[kwargs["panel"].relation_name])
            super().__init__(**kwargs)
            if self.stands_elsewhere:
                self.template_name = "products/admin/variants_elsewhere.html"

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            if not self.stands_elsewhere:
                return super().get_context_data(parent_context)
            source = self.instance.source
            return {
                "self": self,
                "source": source,
                "edit_url": reverse("wagtailadmin_pages:edit", args=[source.pk]),
            }

        def telepath_pack(self, context: Any) -> Any:
            """Without a table there is none for the script to look after."""
            if self.stands_elsewhere:
                return ("wagtail.panels.Panel", [{"type": "Panel", "prefix": self.prefix}])
            return super().telepath_pack(context)


def _place_untouched_rows(formset: Any) -> None:
    """Wagtail sorts valid rows by their place, which one that nobody filled in does not have."""
    if formset.is_bound and formset.is_valid():
        for row in formset.forms:
            row.cleaned_data.setdefault("ORDER", None)
