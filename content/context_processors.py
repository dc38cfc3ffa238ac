from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from content.navigation import footer, main_menu, shop_of


def site_furniture(request: HttpRequest) -> dict[str, Any]:
    """`shop`, `menu` and `footer`, each looked up only where a template asks for it."""
    return {
        "shop": SimpleLazyObject(lambda: shop_of(request)),
        "menu": SimpleLazyObject(lambda: main_menu(request)),
        "footer": SimpleLazyObject(lambda: footer(request)),
    }
