"""Where a block leads: a page of the shop, or an address elsewhere."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.models import Page

from content.blocks.gathering import PageChooser
from content.live_pages.names import link_to
from content.live_pages.showing import depends_on
from content.locales import in_readers_language


class LinkValue(blocks.StructValue):
    @property
    def target(self) -> Page | None:
        """The page in the reader's language, while the public can read it."""
        page = self.get("page")
        if page:
            depends_on(link_to(page))
        return in_readers_language(page) if page and page.live else None


class LinkBlock(blocks.StructBlock):
    """A link may be left empty. One whose page is not published is not shown."""

    page = PageChooser(required=False, label=_("Page"))
    url = blocks.URLBlock(required=False, label=_("Or an address elsewhere"))
    text = blocks.CharBlock(
        required=False, max_length=60, label=_("Words"), help_text=_("Empty: the page's title.")
    )

    class Meta:
        icon = "link"
        label = _("Link")
        value_class = LinkValue


class FooterColumnBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=40, label=_("Heading"))
    links = blocks.ListBlock(LinkBlock(), label=_("Links"))

    class Meta:
        icon = "list-ul"
        label = _("Column")
        label_format = "{heading}"
