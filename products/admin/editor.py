"""The editors of products and categories: Wagtail's own page views, with the shop's rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.views.pages.create import CreateView
from wagtail.admin.views.pages.edit import EditView
from wagtail.admin.viewsets.pages import PageViewSet
from wagtail.models import Page

from products.models import CategoryPage, ProductPage
from products.permissions import may_edit_catalogue

View = Callable[..., HttpResponse]


class _KnowsAutosave:
    """Wagtail's editor saves as one types, and asks for JSON then. The form is told."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.form_class = partial(
            self.form_class,  # type: ignore[has-type]
            is_autosave=self.expects_json_response,  # type: ignore[attr-defined]
        )
        return super().post(request, *args, **kwargs)  # type: ignore[misc]


class ProductCreateView(_KnowsAutosave, CreateView):
    pass


class ProductEditView(_KnowsAutosave, EditView):
    pass


# --- Who may --------------------------------------------------------------------------------------


def _guarded(view: View) -> View:
    """For every view of a page type: Wagtail asks some of its questions without the type."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        page = Page.objects.filter(pk=kwargs.get("page_id")).first()
        if not may_edit_catalogue(request.user, page):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


class CatalogueViewSet(PageViewSet):
    def construct_view(self, view_class: Any, **kwargs: Any) -> View:
        return _guarded(super().construct_view(view_class, **kwargs))


class ProductPageViewSet(CatalogueViewSet):
    model = ProductPage
    icon = "tag"
    add_view_class = ProductCreateView
    edit_view_class = ProductEditView


class CategoryPageViewSet(CatalogueViewSet):
    model = CategoryPage
    icon = "folder-open-inverse"


def refuse_bulk_action(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> None:
    """Hook: bulk actions know pages without their types."""
    pages = [thing for thing in objects if isinstance(thing, Page)]
    catalogue = (CategoryPage, ProductPage)
    if may_edit_catalogue(request.user):
        return
    for page in pages:
        if Page.objects.descendant_of(page, inclusive=True).type(*catalogue).exists():
            raise PermissionDenied


# --- Copies ---------------------------------------------------------------------------------------


def tell_that_variants_stayed(request: HttpRequest, page: Page, new_page: Page) -> None:
    """Hook: a SKU belongs to one product, so a copy starts without prices."""
    copies = ProductPage.objects.descendant_of(new_page, inclusive=True)
    if copies.filter(alias_of__isnull=True).exists():
        messages.warning(
            request,
            _(
                "Variants, prices and stock stay with the original: a SKU belongs to one product. "
                "Give the copy its own before you publish it."
            ),
        )
