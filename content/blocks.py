"""Plain blocks: words and pictures for any page. What sells stands in products/blocks.py."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        template = "content/blocks/heading.html"
        preview_value = "A bird that arranges"
        description = _("A heading between two passages of text.")


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(features=TEXT_FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        template = "content/blocks/text.html"
        preview_value = "<p>Blue is rare in the forest, so it is <b>collected</b>.</p>"
        description = _("Running text with headings, lists and links.")


class PictureBlock(blocks.StructBlock):
    picture = ImageBlock()
    caption = blocks.CharBlock(required=False, max_length=200)

    class Meta:
        icon = "image"
        template = "content/blocks/picture.html"
        description = _("One picture, as wide as the text, with a caption if it needs one.")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(rows=3)
    attribution = blocks.CharBlock(required=False, max_length=120)

    class Meta:
        icon = "openquote"
        template = "content/blocks/quote.html"
        preview_value = {"text": "He paints his bower with his beak.", "attribution": "Field notes"}
        description = _("Somebody's words, set apart.")


class StoryBlock(blocks.StreamBlock):
    """The words and pictures of a page, in the order in which the editor puts them."""

    heading = HeadingBlock()
    text = TextBlock()
    picture = PictureBlock()
    quote = QuoteBlock()
