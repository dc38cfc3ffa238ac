"""Arranged pages: one heading, no hole, no id twice, whatever stands beside what."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from wagtail.images.blocks import ImageBlock
from wagtail.models import Locale
from wagtail.rich_text import RichText

from content.tests.factories import make_picture, set_up_shop
from home.blocks import ArrangedBlock, ArticleTeasersBlock
from home.models import HomePage
from home.tests.factories import make_article, make_landing_page, make_text_page
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


def page_of(client: Client, *blocks: tuple[str, Any], **fields: Any) -> str:
    page = make_landing_page("Spring", body=list(blocks), **fields)
    response = client.get(page.url)
    assert response.status_code == 200
    return response.content.decode()


def hero(**fields: Any) -> tuple[str, Any]:
    return "hero", {"heading": "A lead story", "layout": "start", **fields}


def headings(body: str) -> list[str]:
    return re.findall(r"<h1[^>]*>(.*?)</h1>", body, re.DOTALL)


def shown_picture() -> Any:
    return ImageBlock().to_python({"image": make_picture().pk, "alt_text": "A wall"})


def test_page__that_opens_with_a_hero_takes_its_heading(client: Client) -> None:
    body = page_of(client, hero(), introduction="Not shown")
    assert headings(body) == ["A lead story"]
    assert "<h1>Spring</h1>" not in body


def test_page__with_a_hero_further_down_keeps_its_own_heading(client: Client) -> None:
    body = page_of(client, ("heading", "First"), hero(), hero(heading="Another"))
    assert headings(body) == ["Spring"]
    assert body.count('<h2 class="display">') == 2


@pytest.mark.parametrize("blocks", [[], [("heading", "First")]])
def test_page__without_a_hero_shows_title_and_introduction(client: Client, blocks: Any) -> None:
    body = page_of(client, *blocks, introduction="A few words")
    assert headings(body) == ["Spring"]
    assert '<p class="lead">A few words</p>' in body


def test_front_page__opens_with_its_hero_or_with_its_title(client: Client) -> None:
    home = HomePage.objects.get()
    set_up_shop(strapline="Arranged to be looked at")
    assert headings(client.get("/").content.decode()) == [home.title]
    home.body = [hero()]
    home.save_revision().publish()
    assert headings(client.get("/").content.decode()) == ["A lead story"]


def test_opening_picture__is_fetched_first_and_shared(client: Client) -> None:
    body = page_of(client, hero(picture=shown_picture()))
    assert body.count('fetchpriority="high"') == 1
    assert '<meta property="og:image"' in body
    assert 'alt="A wall"' in body


def test_hero__link_is_gone_while_its_page_is_not_published(client: Client) -> None:
    target = make_text_page("Terms")
    link = {"page": target, "url": "", "text": "Read on"}
    make_landing_page("Linked", body=[hero(link=link)])
    assert '<a class="button button--large" href="/terms/">Read on</a>' in (
        client.get("/linked/").content.decode()
    )
    target.unpublish()
    assert "Read on" not in client.get("/linked/").content.decode()


def every_block() -> list[tuple[str, Any]]:
    """One of each kind, filled."""
    product, article, picture = make_product("Satin Flow"), make_article("How"), shown_picture()
    link = {"page": article, "url": "", "text": ""}
    shelf = {"heading": "The same", "text": "", "picture": picture, "link": link}
    rule = {**shelf, "how_many": 4, "category": None, "background": "night"}
    hung = {"picture": picture, "caption": "Here"}
    return [
        hero(picture=picture, link=link, layout="full"),
        ("heading", "The same"),
        ("text", RichText("<p>Words</p>")),
        ("picture", {"picture": picture, "caption": "", "width": "full"}),
        ("gallery", {"heading": "The same", "pictures": [hung] * 5, "background": "straw"}),
        ("quote", {"text": "The same", "attribution": "", "background": "night"}),
        ("faq", {"heading": "The same", "questions": [{"question": "?", "answer": RichText("!")}]}),
        ("call_to_action", {"heading": "The same", "text": "", "link": link}),
        ("mention", product),
        ("product", {"product": product, "text": "", "side": "flip", "background": "straw"}),
        ("products", {**shelf, "products": [product], "background": "mat"}),
        ("newest", rule),
        ("sale", rule),
        ("articles", {"heading": "The same", "articles": [article], "how_many": 3, "link": link}),
    ]


def test_blocks__all_kinds_twice_on_a_page_share_no_id(client: Client) -> None:
    blocks = every_block()
    assert {name for name, _ in blocks} == set(ArrangedBlock().child_blocks)
    body = page_of(client, *blocks, *blocks)
    ids = re.findall(r'\sid="([^"]+)"', body)
    assert sorted(ids) == sorted(set(ids))
    assert headings(body) == ["A lead story"]


@pytest.mark.parametrize("name", sorted(set(ArrangedBlock().child_blocks) - {"heading", "text"}))
def test_block__of_what_is_deleted_does_not_break_its_page(client: Client, name: str) -> None:
    value = dict(every_block())[name]
    page = make_landing_page("Spring", body=[("heading", "Kept"), (name, value)])
    make_picture_and_pages_go()
    response = client.get(page.url)
    assert response.status_code == 200
    assert "<h2>Kept</h2>" in response.content.decode()
    assert "Satin Flow" not in response.content.decode()


def make_picture_and_pages_go() -> None:
    from content.models import Picture
    from home.models import ArticlePage
    from products.models import ProductPage

    Picture.objects.all().delete()
    for page in (*ArticlePage.objects.all(), *ProductPage.objects.all()):
        page.delete()


# --- Article teasers ------------------------------------------------------------------------


def teasers(*chosen: Any, how_many: int = 3) -> list[str]:
    block = ArticleTeasersBlock()
    value = block.to_python({"articles": [page.pk for page in chosen], "how_many": how_many})
    return [page.title for page in block.get_context(value)["articles"]]


def test_teasers__are_those_chosen_without_a_hole() -> None:
    first, second, draft = make_article("First"), make_article("Second"), make_article("Draft")
    draft.unpublish()
    assert teasers(second, draft, first, second) == ["Second", "First"]


def test_teasers__without_a_choice_are_the_newest() -> None:
    for title in ("A", "B", "C"):
        make_article(title)
    assert teasers(how_many=2) == ["C", "B"]


def test_teasers__are_in_the_language_of_the_reader() -> None:
    article = make_article("How")
    german = Locale.objects.create(language_code="de")
    translated = article.copy_for_translation(german, copy_parents=True)
    translated.title = "Wie"
    translated.save_revision().publish()
    with translation.override("de"):
        assert teasers(article) == teasers() == ["Wie"]


@pytest.mark.parametrize("how_many", [1, 2, 3, 5])
def test_teasers__any_number_of_them_is_shown(client: Client, how_many: int) -> None:
    articles = [make_article(f"Number {n}") for n in range(how_many)]
    body = page_of(client, ("articles", {"heading": "", "articles": articles, "how_many": 6}))
    assert body.count('<article class="story') == how_many
    assert ("story--wide" in body, "story--lead" in body) == (how_many == 1, how_many >= 3)


# --- Pages to be read -----------------------------------------------------------------------


def test_text_page__says_when_it_was_changed(client: Client) -> None:
    page = make_text_page("Terms", introduction="In short", body=[("heading", "At length")])
    body = client.get(page.url).content.decode()
    assert headings(body) == ["Terms"]
    assert "<h2>At length</h2>" in body
    assert "Last changed on" in body
