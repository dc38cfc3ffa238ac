from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from wagtail.query import PageQuerySet

from content.live_pages import depends_on
from content.locales import active_locale

if TYPE_CHECKING:
    from home.models import Topic


def teasers(articles: Iterable[Any]) -> list[Any]:
    """Those that a page shows teasers of: it depends on all that a teaser shows."""
    articles = list(articles)
    for article in articles:
        depends_on(article, article.author, article.picture)
    return articles


class ArticleQuerySet(PageQuerySet):
    def in_active_locale(self) -> ArticleQuerySet:
        return self.filter(locale=active_locale())

    def newest_first(self) -> ArticleQuerySet:
        return self.order_by("-date", "-first_published_at", "-pk")

    def about(self, topic: Topic) -> ArticleQuerySet:
        return self.filter(topics=topic)

    def closest_to(self, topics: Iterable[int]) -> ArticleQuerySet:
        """Those that share most of these topics first, the newest first among equals."""
        shared = Count("topics", filter=Q(topics__in=list(topics)), distinct=True)
        return self.annotate(shared=shared).order_by("-shared", "-date", "-pk")

    def for_teasers(self) -> ArticleQuerySet:
        """With what a teaser shows at hand."""
        return self.select_related("author", "picture").prefetch_related("picture__renditions")
