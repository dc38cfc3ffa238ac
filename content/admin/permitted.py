"""Pages of the admin, and their places in its menu, for those who have one permission."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.views.generic import View
from wagtail.admin.menu import MenuItem
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin


class PermittedPage(WagtailAdminTemplateMixin, View):
    permission: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.refuse_others()
        return super().dispatch(request, *args, **kwargs)

    def refuse_others(self) -> None:
        if not self.request.user.has_perm(self.permission):
            raise PermissionDenied


class PermittedMenuItem(MenuItem):
    permission: str

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(self.permission))
