"""What arranged pages and articles are made of, and the block that leads to articles."""

from __future__ import annotations

from itertools import islice
from typing import Any
from uuid import UUID

from django.apps import apps
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import BlockGroup

from content.blocks import BackgroundBlock, BandValue, HeroBlock, LinkBlock, PageChooser
from content.live_pages import depends_on
from content.live_pages.parts import kept
from content.locales import active_locale
from content.privacy import open_to_all
from home.querysets import teasers
from products.blocks import SellingBlock


class ArticleTeasersBlock(blocks.StructBlock):
    """Articles that were chosen, else the newest. What is not published leaves no hole."""

    heading = blocks.CharBlock(required=False, max_length=120)
    articles = blocks.ListBlock(
        PageChooser(page_type="home.ArticlePage"),
        default=[],
        label=_("Articles"),
        help_text=_("None chosen: the newest."),
    )
    how_many = blocks.IntegerBlock(default=3, min_value=1, max_value=6, label=_("How many at most"))
    link = LinkBlock(required=False, help_text=_("Where there is more of it."))
    background = BackgroundBlock()

    class Meta:
        icon = "doc-full-inverse"
        group = _("Pages")
        template = "home/blocks/articles.html"
        value_class = BandValue
        form_layout = BlockGroup(
            children=["heading", "articles", "how_many", "link"], settings=["background"]
        )
        preview_value = {"heading": "From the journal", "articles": [], "how_many": 3}
        description = _("The newest articles or those of your choice, the first of them large.")

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context=parent_context)
        chosen = tuple(page.translation_key for page in value["articles"] if page)
        key = ("teasers", get_language(), chosen, value["how_many"])
        context["articles"] = kept(key, lambda: _shown(chosen, value["how_many"]))
        return context


def _shown(chosen: tuple[UUID, ...], how_many: int) -> list[Any]:
    """By their translation keys; the newest where there are none."""
    live = apps.get_model("home", "ArticlePage").objects.live()
    articles = open_to_all(live).for_teasers().in_active_locale()
    if not chosen:
        depends_on(f"articles:{active_locale().pk}")
        return teasers(articles.newest_first()[:how_many])
    depends_on(*(f"family:{key}" for key in chosen))
    found = {page.translation_key: page for page in articles.filter(translation_key__in=chosen)}
    in_order = (found[key] for key in dict.fromkeys(chosen) if key in found)
    return teasers(islice(in_order, how_many))


class ArticleBlock(SellingBlock):
    """What an article is made of."""


class ArrangedBlock(SellingBlock):
    """What a front page or a landing page is made of."""

    hero = HeroBlock()
    articles = ArticleTeasersBlock()
