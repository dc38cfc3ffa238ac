"""How often the database is asked for a page that is rendered, the page cache passed by."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from wagtail.models import Page

from content.live_pages.parts import forget
from content.tests.factories import make_picture, set_up_shop
from home.tests.factories import (
    make_article,
    make_author,
    make_landing_page,
    make_text_page,
    make_topic,
)
from products.models import Brand, ProductPage, ProductPicture
from products.tests.factories import make_category, make_option, make_product, make_variant
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db


@pytest.fixture
def products(committed: Commit) -> list[ProductPage]:
    with committed():
        prints, maker = make_category("Prints"), Brand.objects.create(name="Maker")
        sizes = make_option("Size", "A4", "A3")
        pages = [_product(number, prints, maker, sizes) for number in range(6)]
        set_up_shop(delivery_page=make_text_page("Delivery"), terms_page=make_text_page("Terms"))
    return pages


def _product(number: int, category: Page, maker: Brand, sizes: list[Any]) -> ProductPage:
    variants = [
        make_variant(f"P{number}-{size.name}", "24.00", size, compare_at=30) for size in sizes
    ]
    page = make_product(f"Print {number}", category=category, brand=maker, variants=variants)
    page.gallery = [ProductPicture(picture=make_picture()) for _ in range(2)]
    page.save_revision().publish()
    return page


def queries_for(page: Page) -> tuple[int, int]:
    """As a visitor gets it who passes the page cache by: at the first look of a process and when
    what pages share is kept."""
    visitor = Reader()
    visitor.client.cookies["messages"] = "none"
    visitor.see(page.url)  # makes the sizes of pictures
    forget()
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            visitor.see(page.url)
        assert visitor.was == "bypass: messages"
        counts.append(len(queries))
    return counts[0], counts[1]


def test_product(products: list[ProductPage]) -> None:
    first, later = queries_for(products[2])
    assert later <= 7
    assert first <= 25


def test_category(products: list[ProductPage]) -> None:
    _, later = queries_for(products[0].get_parent())
    assert later <= 10


def test_front_page(products: list[ProductPage]) -> None:
    _, later = queries_for(products[0].get_parent().get_parent())
    assert later <= 6


def test_article(products: list[ProductPage], committed: Commit) -> None:
    with committed():
        author, topics = make_author("Ida Fenn"), (make_topic("Tides"),)
        make_article("On sand", author=author, topics=topics)
        body = json.dumps([{"type": "mention", "value": products[0].pk}])
        article = make_article(
            "On tides", author=author, topics=topics, picture=make_picture(), body=body
        )
    _, later = queries_for(article)
    assert later <= 9


def test_landing_page__of_20_blocks(products: list[ProductPage], committed: Commit) -> None:
    with committed():
        page = make_landing_page("Story", body=json.dumps(_twenty_blocks(products)))
    _, later = queries_for(page)
    assert later <= 8


def _twenty_blocks(products: list[ProductPage]) -> list[dict[str, Any]]:
    article, terms = make_article("On tides", picture=make_picture()), make_text_page("Small print")
    ids = [page.pk for page in products]
    link = f'<p><a linktype="page" id="{terms.pk}">terms</a></p>'
    category = products[0].get_parent().pk

    def picture() -> dict[str, Any]:
        return {"image": make_picture().pk, "decorative": False, "alt_text": "A picture"}

    blocks: list[tuple[str, Any]] = [
        ("hero", {"heading": "Twenty", "picture": picture(), "link": {"page": terms.pk}}),
        ("text", link),
        ("products", {"products": ids[:4], "link": {"page": category}}),
        ("newest", {"how_many": 4}),
        ("sale", {"how_many": 4}),
        ("product", {"product": ids[4]}),
        ("mention", ids[5]),
        ("picture", {"picture": picture()}),
        ("gallery", {"pictures": [{"picture": picture()} for _ in range(3)]}),
        ("articles", {"how_many": 3, "articles": []}),
        ("quote", {"text": "He paints."}),
        ("faq", {"questions": [{"question": "Where?", "answer": link}] * 2}),
        ("call_to_action", {"heading": "Go on", "link": {"page": article.pk}}),
        ("heading", "The second half"),
        ("text", link),
        ("product", {"product": ids[1], "side": "flip"}),
        ("products", {"products": ids[2:], "picture": picture()}),
        ("newest", {"how_many": 2, "category": category}),
        ("articles", {"how_many": 1, "articles": [article.pk]}),
        ("mention", ids[0]),
    ]
    assert len(blocks) == 20
    return [{"type": kind, "value": value} for kind, value in blocks]
