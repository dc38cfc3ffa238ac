"""Pictures in templates, by what they are for; `content.renditions` knows the sizes."""

from typing import Any

from django import template
from wagtail.images.models import Picture as PictureElement

from content.live_pages import depends_on
from content.models import Picture
from content.renditions import USES, renditions_of, specs_for

register = template.Library()


@register.simple_tag
def picture_for(use: str, picture: Picture | None, **attributes: Any) -> str:
    """`{% picture_for "lead" picture sizes="100vw" alt=alt %}`: a picture element in all sizes."""
    if not picture:
        return ""
    depends_on(picture)
    renditions = renditions_of(picture, specs_for(use, picture.width))
    return str(PictureElement(renditions, attributes))


@register.simple_tag
def rendition_for(use: str, picture: Picture | None) -> Any:
    """`{% rendition_for "share" picture as shared %}`: the one size of this use."""
    if not picture:
        return None
    depends_on(picture)
    return renditions_of(picture, USES[use][:1])[USES[use][0]]
