from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.translation import get_language

from content.live_pages import depends_on
from products.cards import ProductCard

register = template.Library()


@register.simple_tag
def product_card(
    card: ProductCard, *, level: int = 3, sizes: str = "", lead: bool = False, inline: bool = False
) -> str:
    """`{% product_card card level=2 %}`: see components/product_card.html. Rendered once a card."""
    depends_on(*card.shows)
    look = (get_language(), level, sizes, lead, inline)
    if look not in card.markup:
        context = {"card": card, "level": level, "sizes": sizes, "lead": lead, "inline": inline}
        card.markup[look] = render_to_string("components/product_card.html", context)
    return card.markup[look]
