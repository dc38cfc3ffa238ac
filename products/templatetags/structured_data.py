"""schema.org facts in the page: data for search engines, which a script never runs."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

# What could end the element early, as Django's own `json_script` writes it.
_ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.filter
def json_ld(data: Any) -> SafeString:
    """`{{ structured_data|json_ld }}`: a script element of JSON-LD, safe whatever editors wrote."""
    text = mark_safe(json.dumps(data, ensure_ascii=False).translate(_ESCAPES))  # noqa: S308
    return format_html('<script type="application/ld+json">{}</script>', text)
