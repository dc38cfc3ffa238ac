"""Tax classes, brands and options: snippets, together in the menu "Catalogue"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import ObjectList
from wagtail.admin.ui.tables import Column, LocaleColumn
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from products.models import Brand, OptionType, OptionValue, ProductPage, TaxClass, Variant


class OptionTypeForm(WagtailAdminModelForm):
    """Keeps the values that products use: without them, variants could not be told apart."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for row in self.formsets["values"].forms:
            if row.is_valid() and row.cleaned_data.get("DELETE") and row.instance.pk:
                used = variants_with([row.instance]).count()
                if used:
                    self.add_error(None, ValidationError(_in_use(row.instance, used)))
        return cleaned


class OptionTypeViewSet(SnippetViewSet):
    model = OptionType
    icon = "list-ul"
    menu_label = gettext_lazy("Options")
    list_display = [
        "name",
        # Not named "values": Wagtail's table asks its dictionary of columns for `.values`.
        Column(
            "choices",
            label=gettext_lazy("Values"),
            accessor=lambda option: ", ".join(value.name for value in option.values.all()),
        ),
        LocaleColumn(),
    ]
    search_fields = ["name"]
    edit_handler = ObjectList(OptionType.panels, base_form_class=OptionTypeForm)


class BrandViewSet(SnippetViewSet):
    model = Brand
    icon = "tag"
    menu_label = gettext_lazy("Brands and makers")
    list_display = ["name", LocaleColumn()]


class TaxClassViewSet(SnippetViewSet):
    model = TaxClass
    icon = "clipboard-list"
    menu_label = gettext_lazy("Tax classes")
    list_display = ["name", "code", LocaleColumn()]
    search_fields = ["name", "code"]


class CatalogueGroup(SnippetViewSetGroup):
    items = (OptionTypeViewSet, BrandViewSet, TaxClassViewSet)
    menu_label = gettext_lazy("Catalogue")
    menu_icon = "folder-open-inverse"
    menu_order = 140


# --- What is in use stays -------------------------------------------------------------------------


def variants_with(values: Iterable[OptionValue]) -> Any:
    values = list(values)
    return Variant.objects.filter(
        Q(option_1__in=values) | Q(option_2__in=values) | Q(option_3__in=values)
    )


def _uses(thing: Model) -> int:
    """How many products or variants would lose something with `thing`."""
    if isinstance(thing, Brand):
        return ProductPage.objects.filter(brand=thing).count()
    if isinstance(thing, TaxClass):
        return ProductPage.objects.filter(tax_class=thing).count()
    if isinstance(thing, OptionType):
        return int(variants_with(thing.values.all()).count())
    return 0


def refuse_deletion_in_use(request: HttpRequest, things: Sequence[Model]) -> HttpResponse | None:
    """Hook: an explanation instead of products that silently lose their brand, tax or options."""
    if not things:
        return None
    refused = [text for thing in things if (text := _why_it_stays(thing))]
    if not refused:
        return None
    for text in refused:
        messages.error(request, text)
    model: Any = type(things[0])
    return redirect(model.snippet_viewset.get_url_name("list"))


def _why_it_stays(thing: Model) -> str:
    if isinstance(thing, TaxClass) and thing.code == TaxClass.DEFAULT_CODE:
        return _("“%(name)s” stays: it is the tax class of products that name none.") % {
            "name": thing
        }
    used = _uses(thing)
    return _in_use(thing, used) if used else ""


def _in_use(thing: Model, used: int) -> str:
    return ngettext(
        "“%(name)s” is in use by %(used)d product or variant. Choose another there first.",
        "“%(name)s” is in use by %(used)d products or variants. Choose another there first.",
        used,
    ) % {"name": thing, "used": used}
