"""What staff sees of the page cache."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.tests.factories import make_user
from content.admin.page_cache import share_of_hits
from content.live_pages import counting
from content.live_pages.backing import MemoryBacking, Unreachable, the_backing

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> Client:
    client = Client()
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


@pytest.fixture
def kept(settings: Settings) -> Iterator[None]:
    settings.LIVE_PAGES = "memory"
    the_backing.cache_clear()
    counting.forget()
    yield
    the_backing.cache_clear()
    counting.forget()


def shown_to(client: Client, status: int = 200) -> str:
    response = client.get(reverse("page_cache:index"))
    assert response.status_code == status
    return " ".join(response.content.decode().split())


@pytest.mark.usefixtures("kept")
def test_page__says_what_visits_were_and_why(manager: Client) -> None:
    for what in ("hit", "hit", "hit", "miss", "bypass: session", "refused: the block “quote”"):
        counting.count(what)
    counting.tell()
    page = shown_to(manager)
    assert "Given out as kept" in page
    assert "<td>session</td>" in page
    assert "<td>the block “quote”</td>" in page
    assert page.index("Given out as kept") < page.index("Rendered for one visitor")
    assert '<td class="number">75 %</td>' in page


@pytest.mark.usefixtures("kept")
def test_page__before_the_first_visit(manager: Client) -> None:
    assert "Nobody has looked at a page yet." in shown_to(manager)


def test_page__of_a_shop_that_keeps_nothing(manager: Client, settings: Settings) -> None:
    settings.LIVE_PAGES = ""
    the_backing.cache_clear()
    assert "This shop keeps no pages" in shown_to(manager)
    the_backing.cache_clear()


@pytest.mark.usefixtures("kept")
def test_page__while_redis_is_away(manager: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def is_away(*_: Any) -> Any:
        raise Unreachable

    monkeypatch.setattr(MemoryBacking, "added_up", is_away)
    assert "Redis does not answer" in shown_to(manager, 503)


def test_page__is_for_shop_managers() -> None:
    client = Client()
    client.force_login(make_user("editor@example.com", "Editors"))
    assert client.get(reverse("page_cache:index")).status_code in (302, 403)


@pytest.mark.usefixtures("kept")
def test_counts__are_told_once() -> None:
    counting.count("hit")
    counting.tell()
    counting.tell()
    counting.count("hit")
    counting.tell()
    assert counting.counted(1) == {"hit": 2}
    assert counting.counted(168) == {"hit": 2}


@pytest.mark.usefixtures("kept")
def test_counts__that_could_not_be_told_are_told_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def is_away(*_: Any) -> Any:
        raise Unreachable

    counting.count("miss")
    with monkeypatch.context() as fault:
        fault.setattr(MemoryBacking, "add_up", is_away)
        counting.tell()
    assert counting.counted(1) == {}
    counting.tell()
    assert counting.counted(1) == {"miss": 1}


@pytest.mark.usefixtures("kept")
def test_count__tells_by_itself_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    counting.count("hit")
    assert counting.counted(1) == {}
    monkeypatch.setattr(counting, "_next_time", 0.0)
    counting.count("hit")
    assert counting.counted(1) == {"hit": 2}


@pytest.mark.parametrize(
    ("counts", "share"),
    [({}, None), ({"bypass: session": 3}, None), ({"hit": 999, "miss": 1}, 99), ({"hit": 1}, 100)],
)
def test_share__is_of_pages_for_everybody(counts: dict[str, int], share: int | None) -> None:
    assert share_of_hits(Counter(counts)) == share
