from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.template.engine import Engine
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag(takes_context=True)
def icon(context: Context, name: str, label: Any = "") -> SafeString:
    """`{% icon "close" label=_("Dismiss") %}`: templates/icons/close.svg, and what it means to who
    cannot see it. A page has dozens, so they are written out as they are, not rendered."""
    engine: Engine = context.template.engine  # type: ignore[union-attr]
    drawing = engine.get_template(f"icons/{name}.svg").source
    said = f'<span class="visually-hidden">{conditional_escape(label)}</span>' if label else ""
    return mark_safe(f"{drawing}{said}\n")  # noqa: S308
