"""The journal for feed readers."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from wagtail.models import Site

from content.live_pages import below, depends_on
from content.models import ShopSettings
from home.querysets import teasers

if TYPE_CHECKING:
    from home.models import ArticleIndexPage, ArticlePage

MOST_ENTRIES = 30


def atom(index: ArticleIndexPage, request: HttpRequest) -> HttpResponse:
    feed = Atom1Feed(
        title=f"{index.title} · {_shop_name(request)}",
        link=index.full_url,
        description=index.introduction,
        language=index.locale.language_code,
        feed_url=f"{index.full_url}{index.reverse_subpage('feed')}",
    )
    depends_on(below(index.path))
    for article in teasers(index.articles().for_teasers()[:MOST_ENTRIES]):
        feed.add_item(
            title=article.title,
            link=article.full_url,
            description=article.introduction,
            author_name=article.author.name if article.author else None,
            pubdate=_published(article),
            updateddate=article.last_published_at,
            unique_id=article.full_url,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)


def _shop_name(request: HttpRequest) -> str:
    return ShopSettings.for_request(request).name if Site.find_for_request(request) else ""


def _published(article: ArticlePage) -> datetime:
    return timezone.make_aware(datetime.combine(article.date, time(8)))
