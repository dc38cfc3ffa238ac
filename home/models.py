from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, PageChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from content.models import BasePage, Picture
from products.blocks import SellingBlock


class HomePage(BasePage):
    """The front page of a site: a lead story, then whatever editors arrange below it."""

    hero_heading = models.CharField(_("heading"), max_length=120, blank=True)
    hero_text = models.TextField(_("text"), max_length=400, blank=True)
    hero_picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    hero_page = models.ForeignKey(
        Page,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("leads to"),
    )
    hero_link_text = models.CharField(_("link text"), max_length=60, blank=True)
    body = StreamField(SellingBlock(), blank=True)

    content_panels = [
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("hero_heading"),
                FieldPanel("hero_text"),
                FieldPanel("hero_picture"),
                PageChooserPanel("hero_page"),
                FieldPanel("hero_link_text"),
            ],
            heading=_("Lead story"),
        ),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("hero_text"),
        index.SearchField("body"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["home.LandingPage", "products.CategoryPage"]
    template = "home/home_page.html"

    class Meta:
        verbose_name = _("front page")


class LandingPage(BasePage):
    """A page of words, pictures and products in the order in which a marketer puts them."""

    introduction = models.TextField(_("introduction"), max_length=500, blank=True)
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(SellingBlock(), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("picture"),
        FieldPanel("body"),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("body"),
    ]
    parent_page_types = ["home.HomePage", "home.LandingPage"]
    subpage_types = ["home.LandingPage"]
    template = "home/landing_page.html"

    class Meta:
        verbose_name = _("landing page")
