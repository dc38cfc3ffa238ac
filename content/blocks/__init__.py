"""Plain blocks: words and pictures for any page. What sells stands in products/blocks.py."""

from content.blocks.gathering import PageChooser, gather
from content.blocks.grounds import BackgroundBlock, BandValue
from content.blocks.links import FooterColumnBlock, LinkBlock, LinkValue
from content.blocks.openings import CallToActionBlock, HeroBlock
from content.blocks.pictures import GalleryBlock, PictureBlock
from content.blocks.story import StoryBlock
from content.blocks.words import FaqBlock, HeadingBlock, QuoteBlock, TextBlock

__all__ = [
    "BackgroundBlock",
    "BandValue",
    "CallToActionBlock",
    "FaqBlock",
    "FooterColumnBlock",
    "GalleryBlock",
    "HeadingBlock",
    "HeroBlock",
    "LinkBlock",
    "LinkValue",
    "PageChooser",
    "PictureBlock",
    "QuoteBlock",
    "StoryBlock",
    "TextBlock",
    "gather",
]
