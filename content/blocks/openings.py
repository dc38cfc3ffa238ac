"""Blocks that open a page and that send its reader on."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup
from wagtail.images.blocks import ImageBlock

from content.blocks.grounds import BackgroundBlock, BandValue
from content.blocks.links import LinkBlock
from content.blocks.preview import some_picture

LAYOUTS = [
    ("start", _("Picture first, words beside it")),
    ("flip", _("Words first, picture beside them")),
    ("full", _("Picture from edge to edge, words on a sheet")),
]


class HeroBlock(blocks.StructBlock):
    """As the first block of a page its heading is the page's: the template gets `level` 1."""

    eyebrow = blocks.CharBlock(
        required=False,
        max_length=60,
        label=_("Line above"),
        help_text=_("A few words that say what this is: “New”, “The journal”."),
    )
    heading = blocks.CharBlock(max_length=120)
    text = blocks.TextBlock(required=False, max_length=400, rows=3)
    picture = ImageBlock(required=False)
    link = LinkBlock(required=False)
    layout = blocks.ChoiceBlock(choices=LAYOUTS, default="start", label=_("Layout"))

    class Meta:
        icon = "desktop"
        group = _("Pictures")
        template = "content/blocks/hero.html"
        form_layout = BlockGroup(
            children=["eyebrow", "heading", "text", "picture", "link"], settings=["layout"]
        )
        description = _("A lead story: a large picture, a heading, a link. Opens a page best.")

    def get_preview_value(self) -> Any:
        return self.normalize(
            {
                "eyebrow": "New",
                "heading": "Beautiful things, arranged to be looked at",
                "text": "Drawn by small rules with a lot of patience.",
                "picture": some_picture(),
                "link": {"url": "https://example.com/", "text": "See the prints"},
            }
        )


class CallToActionBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=120)
    text = blocks.TextBlock(required=False, max_length=400, rows=2)
    link = LinkBlock()
    background = BackgroundBlock(default="straw")

    class Meta:
        icon = "arrow-right-full"
        label = _("Call to action")
        group = _("Words")
        template = "content/blocks/call_to_action.html"
        value_class = BandValue
        form_layout = BlockGroup(children=["heading", "text", "link"], settings=["background"])
        preview_value = {
            "heading": "Not sure of the size?",
            "text": "Cut one out of wrapping paper, and live with it for a day.",
            "link": {"url": "https://example.com/", "text": "How to hang a picture"},
            "background": "straw",
        }
        description = _("One sentence and one button, on a band of their own.")
