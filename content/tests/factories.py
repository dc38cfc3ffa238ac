from __future__ import annotations

from io import BytesIO
from typing import Any

from django.core.files.images import ImageFile
from PIL import Image
from wagtail.models import Site

from content.models import Picture, ShopSettings


def make_picture(title: str = "A picture", colour: str = "navy", **fields: Any) -> Picture:
    """A small plain PNG."""
    data = BytesIO()
    Image.new("RGB", (40, 50), colour).save(data, "PNG")
    data.seek(0)
    file = ImageFile(data, name=f"{title.lower().replace(' ', '-')}.png")
    return Picture.objects.create(title=title, file=file, **fields)


def default_site() -> Site:
    return Site.objects.get(is_default_site=True)


def set_up_shop(**fields: Any) -> ShopSettings:
    """The default site's settings, with whatever is given changed."""
    shop = ShopSettings.for_site(default_site())
    for name, value in fields.items():
        setattr(shop, name, value)
    shop.save()
    return shop
