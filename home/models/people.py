"""Who writes, and about what. Snippets, translatable, shared by articles."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin
from wagtail.search import index

from content.live_pages import depends_on, shown_on_pages
from content.live_pages.parts import kept
from content.models import Picture


@shown_on_pages
class Author(TranslatableMixin, index.Indexed, models.Model):
    name = models.CharField(_("name"), max_length=100)
    line = models.CharField(
        _("a line about them"),
        max_length=200,
        blank=True,
        help_text=_("Shown below their articles: “Ida keeps the archive, and two hens.”"),
    )
    portrait = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    panels = [FieldPanel("name"), FieldPanel("line"), FieldPanel("portrait")]
    search_fields = [index.SearchField("name"), index.AutocompleteField("name")]

    class Meta(TranslatableMixin.Meta):
        ordering = ["name"]
        verbose_name = _("author")

    def __str__(self) -> str:
        return self.name


def known_author(pk: int) -> Author | None:
    """With the portrait and its sizes at hand; kept, so not to be changed."""

    def look_up() -> Author | None:
        authors = Author.objects.filter(pk=pk).select_related("portrait")
        author = authors.prefetch_related("portrait__renditions").first()
        if author:
            depends_on(author, author.portrait)
        return author

    return kept(("author", pk), look_up)


@shown_on_pages
class Topic(TranslatableMixin, models.Model):
    """A word that articles are filtered by. Its slug stands in the address."""

    name = models.CharField(_("name"), max_length=60)
    slug = models.SlugField(_("slug"), max_length=60)

    panels = [FieldPanel("name"), FieldPanel("slug")]

    class Meta(TranslatableMixin.Meta):
        ordering = ["name"]
        verbose_name = _("topic")
        constraints = [
            models.UniqueConstraint(fields=["slug", "locale"], name="topic_slug_once_a_locale")
        ]

    def __str__(self) -> str:
        return self.name
