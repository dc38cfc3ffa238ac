"""Pages to read, for tests and for browser journeys: plain functions with sensible defaults."""

from __future__ import annotations

from itertools import count
from typing import Any

from django.utils.text import slugify

from content.tests.factories import default_site
from home.models import ArticleIndexPage, ArticlePage, Author, LandingPage, TextPage, Topic

_numbers = count(1)


def make_journal(title: str = "Journal", **fields: Any) -> ArticleIndexPage:
    page = ArticleIndexPage(title=title, slug=slugify(title), **fields)
    return _published(page, default_site().root_page)


def make_article(title: str = "", *, topics: tuple[Topic, ...] = (), **fields: Any) -> ArticlePage:
    title = title or f"Article {next(_numbers)}"
    journal = ArticleIndexPage.objects.first() or make_journal()
    page = ArticlePage(title=title, slug=slugify(title), **fields)
    page.topics = list(topics)
    return _published(page, journal)


def make_topic(name: str) -> Topic:
    return Topic.objects.create(name=name, slug=slugify(name))


def make_author(name: str = "Ida Fenn", **fields: Any) -> Author:
    return Author.objects.create(name=name, **fields)


def make_landing_page(title: str = "Spring", **fields: Any) -> LandingPage:
    page = LandingPage(title=title, slug=slugify(title), **fields)
    return _published(page, default_site().root_page)


def make_text_page(title: str = "Terms", **fields: Any) -> TextPage:
    return _published(
        TextPage(title=title, slug=slugify(title), **fields), default_site().root_page
    )


def _published(page: Any, parent: Any) -> Any:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)
