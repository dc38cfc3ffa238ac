from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import StructValue
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from content.blocks import StoryBlock, gather
from content.models import BasePage, Picture
from home.blocks import ArrangedBlock


class ArrangedPage(BasePage):
    """A page made of blocks. Abstract; a hero that comes first carries the page's heading."""

    body: Any = StreamField(ArrangedBlock(), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("body")]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        gather(self, "share_picture")
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context

    @property
    def opening(self) -> StructValue | None:
        first = self.body[0] if self.body else None
        return first.value if first and first.block_type == "hero" else None

    @property
    def picture_to_share(self) -> Picture | None:
        return self.share_picture or (self.opening or {}).get("picture")


class HomePage(ArrangedPage):
    """The front page of a site: a lead story, then whatever editors arrange below it."""

    parent_page_types = ["wagtailcore.Page"]
    subpage_types = [
        "home.LandingPage",
        "home.TextPage",
        "home.ArticleIndexPage",
        "products.CategoryPage",
    ]
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("front page")


class LandingPage(ArrangedPage):
    """A page of words, pictures and products in the order in which a marketer puts them."""

    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_("Below the title, where the page does not open with a hero."),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [*ArrangedPage.search_fields, index.SearchField("introduction")]
    parent_page_types = ["home.HomePage", "home.LandingPage"]
    subpage_types = ["home.LandingPage"]
    template = "home/landing_page.html"

    class Meta:
        verbose_name = _("landing page")


class TextPage(BasePage):
    """A page to be read: terms, privacy, delivery, who we are."""

    introduction = models.TextField(_("introduction"), max_length=500, blank=True)
    body = StreamField(StoryBlock(), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]
    parent_page_types = ["home.HomePage", "home.TextPage"]
    subpage_types = ["home.TextPage"]
    template = "home/text_page.html"

    class Meta:
        verbose_name = _("text page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        gather(self, "share_picture")
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return context
