"""Pictures in templates, by what they are for; `content.renditions` knows the sizes."""

from typing import Any

from django import template
from wagtail.images.models import Picture as PictureElement
from wagtail.images.shortcuts import get_rendition_or_not_found, get_renditions_or_not_found

from content.live_pages import depends_on
from content.models import Picture
from content.renditions import USES, specs_for

register = template.Library()


@register.simple_tag
def picture_for(use: str, picture: Picture | None, **attributes: Any) -> str:
    """`{% picture_for "lead" picture sizes="100vw" alt=alt %}`: a picture element in all sizes."""
    if not picture:
        return ""
    depends_on(picture)
    renditions = get_renditions_or_not_found(picture, specs_for(use, picture.width))
    return str(PictureElement(renditions, attributes))


@register.simple_tag
def rendition_for(use: str, picture: Picture | None) -> Any:
    """`{% rendition_for "share" picture as shared %}`: the one size of this use."""
    depends_on(picture)
    return get_rendition_or_not_found(picture, USES[use][0]) if picture else None
