"""Whoever adds a block or a page type and forgets the page cache gets pages that are not kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from content.blocks import QuoteBlock
from content.live_pages import depends_on, good_until, name_of, refuse
from content.live_pages.backing import MemoryBacking
from content.live_pages.copies import Copy, Shelf
from content.live_pages.showing import accounting_for, showing
from content.models import Picture
from home.models import LandingPage
from home.tests.factories import make_landing_page
from products.models import Brand
from tests.live_pages.conftest import Commit, Reader

QUOTE = [{"type": "quote", "value": {"text": "He paints."}}]


@pytest.fixture
def page(db: None, committed: Commit) -> LandingPage:
    with committed():
        return make_landing_page("Story", body=json.dumps(QUOTE))


def with_context(monkeypatch: pytest.MonkeyPatch, owner: Any, read: Callable[[], Any]) -> None:
    """As a developer writes it who has not read docs/live-pages.md."""
    real = owner.get_context

    def get_context(self: Any, *args: Any, **kwargs: Any) -> Any:
        read()
        return real(self, *args, **kwargs)

    monkeypatch.setattr(owner, "get_context", get_context)


def named(name: str, rows: Iterable[Any]) -> list[Any]:
    depends_on(name)
    return list(rows)


@pytest.mark.parametrize(
    ("owner", "read", "was"),
    [
        pytest.param(
            QuoteBlock,
            lambda: Picture.objects.count(),
            "refused: the block “quote” reads from the database and depends on nothing",
            id="a block that names nothing",
        ),
        pytest.param(
            QuoteBlock,
            lambda: named("group:1", Group.objects.all()),
            "refused: nobody says when auth_group changes",
            id="a block that shows what nobody watches",
        ),
        pytest.param(
            LandingPage,
            lambda: list(Group.objects.all()),
            "refused: nobody says when auth_group changes",
            id="a page that shows what nobody watches",
        ),
        pytest.param(
            LandingPage,
            lambda: refuse("each time another"),
            "refused: each time another",
            id="a page that says so",
        ),
        pytest.param(
            LandingPage,
            lambda: good_until(timezone.now()),
            "refused: its time is over",
            id="a page whose time is over",
        ),
        pytest.param(
            QuoteBlock,
            lambda: named("picture:1", Picture.objects.all()),
            "hit",
            id="a block that names what it reads",
        ),
    ],
)
def test_what_is_not_accounted_for__is_not_kept(
    page: LandingPage,
    reader: Reader,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    read: Callable[[], Any],
    was: str,
) -> None:
    with_context(monkeypatch, owner, read)
    reader.get(page.url)
    assert "He paints." in reader.see(page.url)
    assert reader.was == was


def test_good_until__ends_the_copy_at_that_moment(
    page: LandingPage, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = timezone.now() + timedelta(hours=1)
    with_context(monkeypatch, LandingPage, lambda: good_until(soon))
    reader.get(page.url)
    monkeypatch.setattr("content.live_pages.copies.time", lambda: soon.timestamp() - 3000)
    assert reader.finds(page.url) == "hit"
    monkeypatch.setattr("content.live_pages.copies.time", lambda: soon.timestamp())
    assert reader.finds(page.url) == "miss"


def test_copy__is_never_given_out_for_longer_than_the_net_below_the_net(
    page: LandingPage, reader: Reader, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    reader.get(page.url)
    later = timezone.now().timestamp() + settings.LIVE_PAGES_MAX_AGE
    monkeypatch.setattr("content.live_pages.copies.time", lambda: later)
    assert reader.finds(page.url) == "miss"


def test_names__outside_of_a_rendering_are_passed_over() -> None:
    depends_on("page:1")
    good_until(timezone.now())
    refuse("whatever")
    with accounting_for("a task"):
        pass


def test_names__are_collected_once_each_and_nothing_is_passed_over(db: None) -> None:
    brand = Brand.objects.create(name="Maker")
    with showing() as shown:
        depends_on("page:1", brand, None)
        depends_on("page:1")
    assert list(shown.names) == ["page:1", f"brand:{brand.translation_key}"]
    assert name_of(brand) == f"brand:{brand.translation_key}"


def test_good_until__is_the_earliest() -> None:
    now = timezone.now()
    with showing() as shown:
        for moment in (now + timedelta(hours=2), None, now + timedelta(hours=1), now):
            good_until(moment)
    assert shown.good_until == now


# --- The versions -------------------------------------------------------------------------------


def test_versions__that_moved_since_the_rendering_began_are_not_kept() -> None:
    backing = MemoryBacking()
    moment = backing.begin()
    backing.move(["page:1"])
    assert backing.settle(["page:1", "page:2"], moment) is None
    assert backing.settle(["page:2"], moment) is not None


def test_versions__never_come_back() -> None:
    backing = MemoryBacking()
    first = backing.settle(["page:1"], backing.begin())
    backing.move(["page:1"])
    second = backing.settle(["page:1"], backing.begin())
    backing._versions.clear()  # forgotten
    assert list(backing.versions(["page:1"], b""))[1:] == [None]
    third = backing.settle(["page:1"], backing.begin())
    assert len({first, second, third}) == 3


# --- The shelf ----------------------------------------------------------------------------------


def a_copy(size: int) -> Copy:
    return Copy(("page:1",), (b"1:a",), 9e9, "etag", {}, "en", (3, 7), b"g" * size, b"b" * size)


def test_shelf__keeps_what_was_used_last_within_its_bytes() -> None:
    shelf = Shelf(most_bytes=4 * a_copy(1000).size)
    for name in "abc":
        shelf.put(name, a_copy(1000))
    assert shelf.get("a")
    shelf.put("d", a_copy(1000))
    assert [name for name in "abcd" if shelf.get(name)] == ["a", "c", "d"]
    shelf.put("huge", a_copy(1_000_000))
    assert not shelf.get("huge")
    assert len(shelf) == 0


def test_copy__is_the_same_after_its_way_through_redis() -> None:
    copy = a_copy(100)
    assert Copy.from_bytes(copy.to_bytes()) == copy
