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
    twenty_blocks,
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
    assert later <= 5
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
        page = make_landing_page("Story", body=json.dumps(twenty_blocks(products)))
    _, later = queries_for(page)
    assert later <= 8
