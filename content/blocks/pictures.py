from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup
from wagtail.images.blocks import ImageBlock

from content.blocks.grounds import BackgroundBlock, BandValue
from content.blocks.preview import some_picture, some_pictures

WIDTHS = [
    ("auto", _("By its shape: landscapes step out of the text")),
    ("text", _("As wide as the text")),
    ("wide", _("Wider than the text")),
    ("full", _("From edge to edge")),
]
MOST_PICTURES = 12


class PictureBlock(blocks.StructBlock):
    picture = ImageBlock()
    caption = blocks.CharBlock(required=False, max_length=200)
    width = blocks.ChoiceBlock(choices=WIDTHS, default="auto", label=_("Width"))

    class Meta:
        icon = "image"
        group = _("Pictures")
        template = "content/blocks/picture.html"
        form_layout = BlockGroup(children=["picture", "caption"], settings=["width"])
        description = _("One picture with a caption if it needs one, in the text or edge to edge.")

    def get_preview_value(self) -> Any:
        return self.normalize({"picture": some_picture(), "caption": "A caption", "width": "wide"})


class HungPictureBlock(blocks.StructBlock):
    """A picture among others."""

    picture = ImageBlock()
    caption = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        icon = "image"
        label = _("Picture")


class GalleryValue(BandValue):
    @property
    def hung(self) -> list[Any]:
        """Those whose picture has not been deleted since."""
        return [entry for entry in self["pictures"] if entry["picture"]]


class GalleryBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, max_length=120)
    pictures = blocks.ListBlock(HungPictureBlock(), max_num=MOST_PICTURES, label=_("Pictures"))
    background = BackgroundBlock()

    class Meta:
        icon = "media"
        group = _("Pictures")
        template = "content/blocks/gallery.html"
        value_class = GalleryValue
        form_layout = BlockGroup(children=["heading", "pictures"], settings=["background"])
        description = _("Several pictures, hung side by side with their feet on one line.")

    def get_preview_value(self) -> Any:
        pictures = [{"picture": one, "caption": ""} for one in some_pictures(3)]
        return self.normalize({"heading": "On the wall", "pictures": pictures})
