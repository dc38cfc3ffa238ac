"""Lines of a basket, each rendered once for all who have the same number of the same thing."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from functools import partial
from typing import Any, Protocol

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string

from basket.basket import BasketLine
from content.live_pages import depends_on
from content.live_pages.parts import kept_many, noted
from content.navigation import seen_from

register = template.Library()


class Sums(Protocol):
    """Of a line, as an order is taxed."""

    unit_price: Any
    before_discount: Any


@register.simple_tag(takes_context=True)
def basket_lines(
    context: Context,
    lines: Iterable[BasketLine],
    sums: Sequence[Sums] = (),
    *,
    small: bool = False,
    level: int = 2,
) -> list[str]:
    """`{% basket_lines basket.lines as lines %}`: see components/basket_line.html."""
    request: HttpRequest = context["request"]
    place = ("line", *seen_from(request), small, level)
    by_key: dict[tuple[Hashable, ...], dict[str, Any]] = {}
    for number, line in enumerate(lines):
        own = sums[number] if sums else None
        amounts = (own.unit_price, own.before_discount) if own else (line.unit_price,)
        by_key[*place, *line.as_read, *amounts] = {"line": line, "sums": own}

    def rendered(key: tuple[Hashable, ...]) -> str:
        depends_on(*by_key[key]["line"].shows)
        about = {**by_key[key], "small": small, "level": level}
        return render_to_string("components/basket_line.html", about, request)

    made = kept_many(by_key, lambda keys: {key: noted(partial(rendered, key)) for key in keys})
    return [made[key] for key in by_key]
