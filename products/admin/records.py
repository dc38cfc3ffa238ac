"""A viewset for what the shop itself brings into being: looked at, never added or deleted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.viewsets.model import ModelViewSet


def came_from(request: HttpRequest, otherwise: str) -> str:
    """Where `next` says to go on: a path of ours. A word without slash would pass for a view."""
    url = get_valid_next_url_from_request(request)
    return url if "/" in url else otherwise


_NOT_FOR_RECORDS = {"add", "delete", "copy", "usage", "reorder"}


class RecordViewSet(ModelViewSet):
    """Listing, inspection and, where a subclass says so, an edit form."""

    inspect_view_enabled = True
    copy_view_enabled = False
    sort_order_field = None
    can_be_edited = False
    add_to_admin_menu = True

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        common = super().get_common_view_kwargs(**kwargs)
        for name in self._unused_views():
            common.pop(f"{name}_url_name", None)
        return common

    def get_urlpatterns(self) -> list[URLPattern]:
        unused = self._unused_views()
        return [pattern for pattern in super().get_urlpatterns() if pattern.name not in unused]

    def _unused_views(self) -> set[str]:
        if self.can_be_edited:
            return _NOT_FOR_RECORDS
        return _NOT_FOR_RECORDS | {"edit", "history", "history_results"}

    def get_form_fields(self) -> Any:
        return getattr(self, "form_fields", None) or []

    def register_admin_url_finder(self) -> None:
        """Only for what has an edit view to be found."""
        if self.can_be_edited:
            super().register_admin_url_finder()
