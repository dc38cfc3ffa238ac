from __future__ import annotations

import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from content.tests.factories import make_picture, set_up_shop
from home.models import ArticlePage, articles
from home.reading import minutes_to_read
from home.tests.factories import make_article, make_author, make_journal, make_topic
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def titles(body: str) -> list[str]:
    return re.findall(r'<h2 class="story__title"><a[^>]*>([^<]*)</a>', body)


# --- The list -------------------------------------------------------------------------------


def test_index__shows_what_is_published_the_newest_first(client: Client) -> None:
    make_article("Old", date=date(2026, 1, 1))
    make_article("New", date=date(2026, 3, 1))
    make_article("Middle", date=date(2026, 2, 1))
    make_article("Draft", date=date(2026, 4, 1)).unpublish()
    private = make_article("Private", date=date(2026, 4, 1))
    PageViewRestriction.objects.create(page=private, restriction_type="login")
    assert titles(client.get("/journal/").content.decode()) == ["New", "Middle", "Old"]


def test_index__narrows_to_a_topic_and_offers_those_that_are_used(client: Client) -> None:
    birds, making = make_topic("Birds"), make_topic("Making")
    make_topic("Unused")
    make_article("A bird", topics=(birds,))
    make_article("A line", topics=(making,))
    make_article("Both", topics=(birds, making))
    body = client.get("/journal/?topic=birds").content.decode()
    assert sorted(titles(body)) == ["A bird", "Both"]
    assert re.findall(r'\?topic=([a-z]+)"( aria-current="true")?', body) == [
        ("birds", ' aria-current="true"'),
        ("making", ""),
    ]


@pytest.mark.parametrize("topic", ["nowhere", "unused", "%00", "x" * 500])
def test_index__of_a_topic_without_articles_is_missing(client: Client, topic: str) -> None:
    make_topic("Unused")
    make_article()
    assert client.get(f"/journal/?topic={topic}").status_code == 404


def test_index__goes_over_several_pages_and_keeps_the_topic(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(articles, "ARTICLES_A_PAGE", 2)
    birds = make_topic("Birds")
    for day in range(1, 6):
        make_article(f"Bird {day}", topics=(birds,), date=date(2026, 1, day))
    body = client.get("/journal/?topic=birds&page=2").content.decode()
    assert titles(body) == ["Bird 3", "Bird 2"]
    assert 'rel="next" href="?topic=birds&amp;page=3"' in body
    assert titles(client.get("/journal/?page=nonsense").content.decode()) == ["Bird 5", "Bird 4"]


def test_index__without_articles_says_so(client: Client) -> None:
    make_journal()
    assert "Nothing to read yet" in client.get("/journal/").content.decode()


def test_index__of_twelve_articles_costs_no_more_than_of_two(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    author, picture = make_author(), make_picture()
    for _ in range(12):
        make_article(author=author, picture=picture)
    client.get("/journal/")
    with django_assert_max_num_queries(21):
        client.get("/journal/")


# --- The feed -------------------------------------------------------------------------------


def test_feed__names_the_published_articles(client: Client) -> None:
    set_up_shop(name="Bower & Sons")
    make_article(
        "Hang <it>", introduction="A & B", author=make_author("Ida"), date=date(2026, 1, 2)
    )
    make_article("Draft").unpublish()
    response = client.get("/journal/feed/")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    assert feed.findtext(f"{ATOM}title") == "Journal · Bower & Sons"
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == "Hang <it>"
    assert entry.findtext(f"{ATOM}summary") == "A & B"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Ida"
    assert (entry.findtext(f"{ATOM}published") or "").startswith("2026-01-02")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").endswith("/journal/hang-it/")


def test_feed__is_named_by_the_list(client: Client) -> None:
    make_article()
    body = client.get("/journal/").content.decode()
    assert re.search(r'type="application/atom\+xml" title="Journal" href="\S*/journal/feed/"', body)


# --- One article ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "minutes"), [(0, 1), (1, 1), (220, 1), (221, 2), (440, 2), (2200, 10)]
)
def test_minutes__follow_the_number_of_words(words: int, minutes: int) -> None:
    assert minutes_to_read("", [{"type": "text", "value": "<p>" + "word " * words}]) == minutes


def test_minutes__count_words_wherever_they_stand_and_nothing_else() -> None:
    page = ArticlePage(
        introduction="one two",
        body=[
            ("heading", "three four"),
            ("text", RichText("<p>five</p><p>six</p>")),
            ("quote", {"text": "seven", "attribution": "eight", "background": "mat"}),
            ("faq", {"heading": "", "questions": [{"question": "9", "answer": RichText("10")}]}),
        ],
    )
    assert minutes_to_read(page.introduction, page.body.raw_data) == 1
    padding = "word " * 212  # and eight in the body
    assert minutes_to_read(padding, page.body.raw_data) == 1
    assert minutes_to_read(padding + "word", page.body.raw_data) == 2


def structured(body: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', body, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def test_article__tells_search_engines_what_it_is(client: Client) -> None:
    set_up_shop(name="Bower")
    article = make_article(
        "How to </script> hang",
        introduction="Lower than you think.",
        author=make_author("Ida Fenn"),
        picture=make_picture(),
        date=date(2026, 1, 2),
    )
    data = structured(client.get(article.url).content.decode())
    assert data["@type"] == "Article"
    assert data["headline"] == "How to </script> hang"
    assert data["description"] == "Lower than you think."
    assert data["datePublished"] == "2026-01-02"
    assert data["author"] == {"@type": "Person", "name": "Ida Fenn"}
    assert data["publisher"] == {"@type": "Organization", "name": "Bower"}
    assert data["image"][0].startswith("http://testserver/")
    assert data["mainEntityOfPage"].endswith(article.url)


def test_article__without_author_and_picture_is_whole(client: Client) -> None:
    article = make_article("Bare")
    body = client.get(article.url).content.decode()
    assert body.count("<h1") == 1
    assert {"author", "image"}.isdisjoint(structured(body))
    assert "1 minute to read" in body


def test_article__whose_author_is_gone_stays(client: Client) -> None:
    author = make_author("Ida Fenn")
    article = make_article("Kept", author=author)
    author.delete()
    assert "Ida Fenn" not in client.get(article.url).content.decode()


def test_article__leads_to_its_neighbours_the_closest_first() -> None:
    birds, making = make_topic("Birds"), make_topic("Making")
    here = make_article("Here", topics=(birds, making))
    make_article("Newest", date=date(2026, 5, 1))
    make_article("One topic", topics=(birds,), date=date(2026, 1, 1))
    make_article("Both topics", topics=(birds, making), date=date(2025, 1, 1))
    make_article("Oldest", date=date(2024, 1, 1))
    make_article("Draft", topics=(birds, making)).unpublish()
    assert [page.title for page in here.more_to_read()] == ["Both topics", "One topic", "Newest"]


def test_article__sets_a_product_into_its_text_and_leaves_no_hole(client: Client) -> None:
    shown, draft = make_product("Satin Flow"), make_product("Draft")
    article = make_article("Speaks", body=[("mention", shown), ("mention", draft)])
    draft.unpublish()
    body = client.get(article.url).content.decode()
    assert body.count("card--inline") == 1
    assert 'href="/prints/satin-flow/"' in body
