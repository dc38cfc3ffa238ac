from wagtail import blocks

from content.blocks.openings import CallToActionBlock
from content.blocks.pictures import GalleryBlock, PictureBlock
from content.blocks.words import FaqBlock, HeadingBlock, QuoteBlock, TextBlock


class StoryBlock(blocks.StreamBlock):
    """The words and pictures of a page, in the order in which the editor puts them."""

    heading = HeadingBlock()
    text = TextBlock()
    picture = PictureBlock()
    gallery = GalleryBlock()
    quote = QuoteBlock()
    faq = FaqBlock()
    call_to_action = CallToActionBlock()
