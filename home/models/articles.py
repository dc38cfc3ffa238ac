from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.routable_page.models import RoutablePageMixin, path
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.search import index

from content.blocks import gather
from content.live_pages import below, depends_on
from content.live_pages.names import paths_above
from content.live_pages.parts import kept
from content.models import BasePage, Picture
from content.paging import asked_page
from content.privacy import open_to_all
from home.blocks import ArticleBlock
from home.models.people import Author, Topic, known_author
from home.querysets import ArticleQuerySet, teasers
from home.reading import minutes_to_read

ARTICLES_A_PAGE = 12
MORE_TO_READ = 3


class ArticleIndexPage(RoutablePageMixin, BasePage):
    """The journal: its articles, the newest first, by topic where that is asked for."""

    known_parameters = frozenset({"topic", "page"})

    introduction = models.TextField(_("introduction"), max_length=500, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction")]
    parent_page_types = ["home.HomePage"]
    subpage_types = ["home.ArticlePage"]
    template = "home/article_index_page.html"

    class Meta:
        verbose_name = _("article index")
        verbose_name_plural = _("article indexes")

    def articles(self) -> ArticleQuerySet:
        return open_to_all(ArticlePage.objects.child_of(self).live()).newest_first()

    def topics(self) -> models.QuerySet[Topic]:
        """Those that some article here is about."""
        return Topic.objects.filter(articles__in=self.articles().order_by()).distinct()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        topic = self._topic(request.GET.get("topic", ""))
        articles = self.articles().about(topic) if topic else self.articles()
        depends_on(below(self.path))
        here = asked_page(Paginator(articles.for_teasers(), ARTICLES_A_PAGE), request)
        here.object_list = teasers(here.object_list)
        context["articles"] = here
        context["topics"] = list(self.topics())
        depends_on(*context["topics"])
        context["topic"] = topic
        return context

    def _topic(self, slug: str) -> Topic | None:
        if not slug:
            return None
        topic = self.topics().filter(slug=slug).first() if "\x00" not in slug else None
        if topic is None:
            raise Http404
        return topic

    @path("feed/", name="feed")
    def feed(self, request: HttpRequest) -> HttpResponse:
        from home.feeds import atom

        return atom(self, request)

    def feed_url(self) -> str:
        return f"{self.url}{self.reverse_subpage('feed')}"


class ArticlePage(BasePage):
    introduction = models.TextField(
        _("introduction"),
        max_length=500,
        blank=True,
        help_text=_(
            "One or two sentences, shown above the text and wherever the article is named."
        ),
    )
    author = models.ForeignKey(
        Author,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="articles",
        verbose_name=_("author"),
    )
    date = models.DateField(_("date"), default=timezone.localdate)
    topics = ParentalManyToManyField(
        Topic, blank=True, related_name="articles", verbose_name=_("topics")
    )
    picture = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("lead picture"),
    )
    body = StreamField(ArticleBlock(), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("picture"),
        FieldPanel("body"),
        MultiFieldPanel(
            [FieldRowPanel([FieldPanel("author"), FieldPanel("date")]), FieldPanel("topics")],
            heading=_("By whom, about what"),
        ),
    ]
    search_fields = [
        *Page.search_fields,
        index.SearchField("introduction", boost=2),
        index.SearchField("body"),
        index.RelatedFields("author", [index.SearchField("name")]),
        index.FilterField("date"),
    ]
    parent_page_types = ["home.ArticleIndexPage"]
    subpage_types: list[str] = []
    template = "home/article_page.html"

    objects = PageManager.from_queryset(ArticleQuerySet)()

    class Meta:
        verbose_name = _("article")

    @property
    def index(self) -> Page:
        """The journal in which it stands."""
        return self.ancestors[-1]

    @cached_property
    def minutes(self) -> int:
        """How long it takes to read, one minute at least."""
        return minutes_to_read(self.introduction, self.body.raw_data)

    def more_to_read(self) -> list[ArticlePage]:
        """Its neighbours: those on the same topics first, then the newest."""
        topics = tuple(topic.pk for topic in self.topics.all())
        return kept(("more", self.pk, topics), lambda: self._closest_to(topics))

    def _closest_to(self, topics: tuple[int, ...]) -> list[ArticlePage]:
        depends_on(self, below(self.path[: -self.steplen]))
        others = open_to_all(ArticlePage.objects.sibling_of(self, inclusive=False).live())
        return teasers(others.closest_to(topics).for_teasers()[:MORE_TO_READ])

    def traces(self) -> dict[str, Any]:
        """What lists of articles go by."""
        if not self.live:
            return {}
        topics = sorted(self.topics.values_list("pk", flat=True))
        place = (self.pk, self.date, self.first_published_at)
        listed = {below(path): (place, topics) for path in paths_above(self.path)}
        return {**listed, f"articles:{self.locale_id}": place}

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from home.structured_data import article_data

        gather(self, "picture", "share_picture")
        if self.author_id:
            self.author = known_author(self.author_id)
        context = super().get_context(request, *args, **kwargs)
        depends_on(self.author, *self.topics.all())
        context["structured_data"] = article_data(self, request)
        context["more"] = self.more_to_read() if self.pk else []
        return context
