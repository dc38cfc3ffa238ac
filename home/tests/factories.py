"""Pages to read, for tests and for browser journeys: plain functions with sensible defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from django.utils.text import slugify

from content.models import Picture
from content.tests.factories import default_site, make_picture
from home.models import ArticleIndexPage, ArticlePage, Author, LandingPage, TextPage, Topic
from products.models import ProductPage

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


def twenty_blocks(
    products: Sequence[ProductPage], picture: Callable[[], Picture] = make_picture
) -> list[dict[str, Any]]:
    """Of every kind that a landing page may hold: about as much as anybody reads. Six products."""
    article, terms = make_article("On tides", picture=picture()), make_text_page("Small print")
    ids = [page.pk for page in products]
    link = f'<p><a linktype="page" id="{terms.pk}">terms</a></p>'
    category = products[0].get_parent().pk

    def shown() -> dict[str, Any]:
        return {"image": picture().pk, "decorative": False, "alt_text": "A picture"}

    blocks: list[tuple[str, Any]] = [
        ("hero", {"heading": "Twenty", "picture": shown(), "link": {"page": terms.pk}}),
        ("text", link),
        ("products", {"products": ids[:4], "link": {"page": category}}),
        ("newest", {"how_many": 4}),
        ("sale", {"how_many": 4}),
        ("product", {"product": ids[4]}),
        ("mention", ids[5]),
        ("picture", {"picture": shown()}),
        ("gallery", {"pictures": [{"picture": shown()} for _ in range(3)]}),
        ("articles", {"how_many": 3, "articles": []}),
        ("quote", {"text": "He paints."}),
        ("faq", {"questions": [{"question": "Where?", "answer": link}] * 2}),
        ("call_to_action", {"heading": "Go on", "link": {"page": article.pk}}),
        ("heading", "The second half"),
        ("text", link),
        ("product", {"product": ids[1], "side": "flip"}),
        ("products", {"products": ids[2:], "picture": shown()}),
        ("newest", {"how_many": 2, "category": category}),
        ("articles", {"how_many": 1, "articles": [article.pk]}),
        ("mention", ids[0]),
    ]
    return [{"type": kind, "value": value} for kind, value in blocks]


def make_text_page(title: str = "Terms", **fields: Any) -> TextPage:
    return _published(
        TextPage(title=title, slug=slugify(title), **fields), default_site().root_page
    )


def _published(page: Any, parent: Any) -> Any:
    parent.add_child(instance=page)
    page.save_revision().publish()
    return type(page).objects.get(pk=page.pk)
