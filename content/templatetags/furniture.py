"""What is on every page, rendered once for all of a site's pages in one language."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language

from content.live_pages.badge import badge_for
from content.live_pages.parts import kept
from content.navigation import footer, furniture, main_menu, seen_from, shop_of

register = template.Library()

# Where the badge of the visitor's basket goes.
_BADGE = mark_safe("<!-- badge -->")


@register.simple_tag(takes_context=True)
def site_header(context: Context) -> str:
    """With the menu as it is seen from this page. `basket_units` stands on the badge."""
    request: HttpRequest = context["request"]
    menu = main_menu(request)
    key = ("header", *seen_from(request), tuple(link.current for link in menu))
    header = kept(key, lambda: _rendered("header", request, menu=main_menu(request), badge=_BADGE))
    units = context.get("basket_units", 0)
    badge = badge_for(units() if callable(units) else units, get_language() or "")
    return mark_safe(header.replace(_BADGE, badge.decode()))  # noqa: S308


@register.simple_tag(takes_context=True)
def site_footer(context: Context) -> str:
    request: HttpRequest = context["request"]
    key = ("footer", *seen_from(request), timezone.localdate().year)
    return kept(key, lambda: _rendered("footer", request, footer=footer(request)))


@register.simple_tag(takes_context=True)
def accepted_terms(context: Context) -> str:
    """What a shopper accepts by ordering, and what else to read before."""
    request: HttpRequest = context["request"]
    key = ("accepted", *seen_from(request))
    return kept(key, lambda: _rendered("accepted", request, legal=furniture(request).legal))


def _rendered(part: str, request: HttpRequest, **about: Any) -> str:
    return render_to_string(f"components/{part}.html", {"shop": shop_of(request), **about})
