from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from content.blocks.grounds import BackgroundBlock, BandValue

TEXT_FEATURES = ["h3", "h4", "bold", "italic", "ol", "ul", "link", "document-link", "hr"]
ANSWER_FEATURES = ["bold", "italic", "ol", "ul", "link", "document-link"]


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        group = _("Words")
        template = "content/blocks/heading.html"
        preview_value = "A bird that arranges"
        description = _("A heading between two passages of text.")


class TextBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(features=TEXT_FEATURES, **kwargs)

    class Meta:
        icon = "pilcrow"
        group = _("Words")
        template = "content/blocks/text.html"
        preview_value = "<p>Blue is rare in the forest, so it is <b>collected</b>.</p>"
        description = _("Running text with headings, lists and links.")


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(rows=3)
    attribution = blocks.CharBlock(required=False, max_length=120)
    background = BackgroundBlock(default="mat")

    class Meta:
        icon = "openquote"
        group = _("Words")
        template = "content/blocks/quote.html"
        value_class = BandValue
        form_layout = BlockGroup(children=["text", "attribution"], settings=["background"])
        preview_value = {
            "text": "He paints his bower with his beak.",
            "attribution": "Field notes",
            "background": "mat",
        }
        description = _("Somebody's words, set apart.")


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=160, label=_("Question"))
    answer = blocks.RichTextBlock(features=ANSWER_FEATURES, label=_("Answer"))

    class Meta:
        icon = "help"
        label = _("Question")
        label_format = "{question}"


class FaqBlock(blocks.StructBlock):
    heading = blocks.CharBlock(required=False, max_length=120)
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions"))

    class Meta:
        icon = "help"
        label = _("Questions and answers")
        group = _("Words")
        template = "content/blocks/faq.html"
        preview_value = {
            "heading": "Before you ask",
            "questions": [
                {"question": "Is it really blue?", "answer": "<p>Bluer, by daylight.</p>"},
                {"question": "May I touch it?", "answer": "<p>Once it is yours.</p>"},
            ],
        }
        description = _("Questions that open to show their answers.")
