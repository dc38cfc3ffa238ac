"""The forms behind the product editor: a page, and its table of variants."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.models import Locale

from products.sku_codes import make_sku_code, refuse_taken_sku

OPTION_FIELDS = ("option_1", "option_2", "option_3")
# What the table posts of a row that nobody has touched.
_FURNITURE = {"ORDER", "DELETE", "id"}


class VariantForm(WagtailAdminModelForm):
    """One row of the variant table. A new row in which nothing was typed is no row."""

    def __init__(self, *args: Any, option_choices: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_new = self.instance.pk is None
        if self.is_new:
            self.empty_permitted = True
        if "sku" in self.fields:
            self.fields["sku"].widget.attrs["placeholder"] = _("automatic")
        for name in OPTION_FIELDS:
            if name in self.fields:
                self.fields[name].widget = forms.Select()
                if option_choices is not None:
                    self.fields[name].choices = option_choices

    def has_changed(self) -> bool:
        """The table numbers its rows by itself: in a new one, that is nothing typed."""
        changed = set(self.changed_data)
        return bool(changed - _FURNITURE if self.is_new else changed)


class ProductPageForm(WagtailAdminPageForm):
    """Checks the variants against each other and against the rest of the shop.

    `is_autosave`: the editor is still typing. Codes are taken as they stand, then, so that a
    half-typed one brings no stock into being, and none is made from a half-typed title.
    """

    def __init__(self, *args: Any, is_autosave: bool = False, **kwargs: Any) -> None:
        self.is_autosave = is_autosave
        super().__init__(*args, **kwargs)
        if "variants" not in self.formsets:
            return
        if self.instance.source.pk != self.instance.pk:
            # A translation shows the prices of the page it translates.
            del self.formsets["variants"]
            return
        variants = self.formsets["variants"]
        variants.form_kwargs["option_choices"] = option_choices(
            self.instance.locale_id or Locale.get_default().pk
        )
        variants.error_messages["too_few_forms"] = _("A product needs a variant with a price.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "variants" in self.formsets:
            rows = self._filled_rows()
            self._refuse_equal_options(rows)
            self._refuse_taken_skus(rows)
            if self.is_autosave:
                for row in rows:
                    row.instance.sku_is_only_typed = True
            else:
                self._make_missing_skus(rows)
        return cleaned

    def _filled_rows(self) -> list[forms.ModelForm]:
        """The valid rows of the variant table that are not about to be deleted."""
        formset = self.formsets["variants"]
        formset.is_valid()
        return [
            row
            for row in formset.forms
            if hasattr(row, "cleaned_data")
            and not row.errors
            and row.cleaned_data
            and not row.cleaned_data.get("DELETE")
        ]

    def _refuse_equal_options(self, rows: Iterable[forms.ModelForm]) -> None:
        seen: set[frozenset[int]] = set()
        for row in rows:
            options = [row.cleaned_data.get(name) for name in OPTION_FIELDS]
            chosen = [option for option in options if option]
            if len({option.option_id for option in chosen}) < len(chosen):
                row.add_error("option_1", _("Choose each option once: two sizes are one too many."))
            key = frozenset(option.pk for option in chosen)
            if key in seen:
                message = _("Another variant has the same options: shoppers could not choose.")
                row.add_error("option_1", message)
            seen.add(key)

    def _refuse_taken_skus(self, rows: Iterable[forms.ModelForm]) -> None:
        seen: set[str] = set()
        for row in rows:
            code = row.cleaned_data.get("sku")
            if not code:
                continue
            if code in seen:
                row.add_error("sku", _("This SKU stands twice in the table."))
            seen.add(code)
            try:
                refuse_taken_sku(code, page_id=self.instance.pk)
            except ValidationError as error:
                row.add_error("sku", error)

    def _make_missing_skus(self, rows: Iterable[forms.ModelForm]) -> None:
        taken = {row.cleaned_data.get("sku") for row in rows}
        for row in rows:
            if row.cleaned_data.get("sku") or row.errors:
                continue
            words = [self.cleaned_data.get("title") or self.instance.title]
            words += [option.name for option in row.instance.options]
            code = make_sku_code(words, taken)
            taken.add(code)
            row.instance.sku_id = row.cleaned_data["sku"] = code


def option_choices(locale_id: int) -> list[Any]:
    """The values of all options for a select, by option: [("Size", [(3, "A4"), (4, "A3")]), …]."""
    values = (
        apps.get_model("products", "OptionValue")
        .objects.filter(locale_id=locale_id)
        .select_related("option")
    )
    groups: dict[str, list[tuple[int, str]]] = {}
    for value in values:
        groups.setdefault(value.option.name, []).append((value.pk, value.name))
    return [("", "—"), *groups.items()]
