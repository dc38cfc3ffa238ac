"""What a block shows of itself to an editor who has not chosen it yet."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from wagtail.images import get_image_model


def some_pictures(how_many: int) -> list[Any]:
    """Landscapes of the shop's own library, as decoration; fewer where it has fewer."""
    pictures = get_image_model().objects.filter(width__gt=F("height")).order_by("pk")[:how_many]
    for picture in pictures:
        picture.decorative = True
    return list(pictures)


def some_picture() -> Any:
    return next(iter(some_pictures(1)), None)
