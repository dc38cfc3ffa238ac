from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from basket import basket as current_basket


def basket(request: HttpRequest) -> dict[str, Any]:
    """`basket`, computed only where a template asks for it, and the cheap `basket_units`."""
    return {
        "basket": SimpleLazyObject(lambda: current_basket.of_request(request)),
        "basket_units": lambda: current_basket.units_of(request),
    }
