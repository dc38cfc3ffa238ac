"""The shop's logo where no style sheet and no relative address reaches: e-mails and documents."""

from __future__ import annotations

from base64 import b64encode
from typing import Any, Protocol

from django import template
from wagtail.images.models import SourceImageIOError

from content.renditions import USES

register = template.Library()


class HasLogo(Protocol):
    """The shop's settings, or what a document keeps of them."""

    @property
    def logo(self) -> Any: ...


# In a format that a document takes, whatever was uploaded, and sharp on paper.
_PRINTED = "max-1200x240|format-png"


@register.simple_tag
def logo_for_mail(shop: HasLogo) -> Any:
    """The logo's rendition, which has a `full_url`; None where there is no logo to be read."""
    return _rendition(shop, USES["logo"][0])


@register.simple_tag
def logo_for_document(shop: HasLogo) -> str:
    """As a data address, so that a document fetches nothing; empty where there is no logo."""
    rendition = _rendition(shop, _PRINTED)
    if rendition is None:
        return ""
    try:
        with rendition.file.open("rb") as file:
            content = b64encode(file.read()).decode()
    except OSError:
        return ""
    return f"data:image/png;base64,{content}"


def _rendition(shop: HasLogo, spec: str) -> Any:
    try:
        return shop.logo.get_rendition(spec) if shop.logo else None
    except (SourceImageIOError, OSError):
        return None
