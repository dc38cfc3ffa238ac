from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from wagtail.models import Site

from content.models import ShopSettings
from content.navigation import footer, main_menu


def site_furniture(request: HttpRequest) -> dict[str, Any]:
    """`shop`, `menu` and `footer`, each looked up only where a template asks for it."""
    return {
        "shop": SimpleLazyObject(lambda: _shop(request)),
        "menu": SimpleLazyObject(lambda: main_menu(request)),
        "footer": SimpleLazyObject(lambda: footer(request)),
    }


def _shop(request: HttpRequest) -> ShopSettings:
    if Site.find_for_request(request) is None:
        return ShopSettings()
    return ShopSettings.for_request(request)
