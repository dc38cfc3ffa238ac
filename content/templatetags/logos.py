"""The shop's logo where no style sheet and no relative address reaches: e-mails and documents."""

from __future__ import annotations

from base64 import b64encode
from mimetypes import guess_type
from typing import Any, Protocol

from django import template
from wagtail.images.models import SourceImageIOError

from content.renditions import USES

register = template.Library()


class HasLogo(Protocol):
    """The shop's settings, or what a document keeps of them."""

    @property
    def logo(self) -> Any: ...


@register.simple_tag
def logo_for_mail(shop: HasLogo) -> Any:
    """The logo's rendition, which has a `full_url`; None where there is no logo to be read."""
    try:
        return shop.logo.get_rendition(USES["logo"][0]) if shop.logo else None
    except (SourceImageIOError, OSError):
        return None


@register.simple_tag
def logo_for_document(shop: HasLogo) -> str:
    """As a data address, so that a document fetches nothing; empty where there is no logo."""
    rendition = logo_for_mail(shop)
    if rendition is None:
        return ""
    with rendition.file.open("rb") as file:
        content = b64encode(file.read()).decode()
    return f"data:{guess_type(rendition.file.name)[0]};base64,{content}"
