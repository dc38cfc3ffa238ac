"""What a process keeps of pages is as fresh as the pages are, and tells them what it shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from content.at_hand import AtHand
from content.live_pages import depends_on, good_until, refuse
from content.live_pages.backing import Backing, Unreachable, the_backing
from content.live_pages.parts import Part, forget, kept, kept_many, part_of
from content.live_pages.showing import accounting_for, showing
from content.models import Picture
from products.models import Brand

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    forget()
    yield
    forget()


@pytest.fixture
def backing() -> Backing:
    found = the_backing()
    assert found
    return found


class Made:
    """Counts how often it was made anew."""

    def __init__(self, name: str = "page:1", meanwhile: Callable[[], Any] = lambda: None) -> None:
        self.times = 0
        self.name, self.meanwhile = name, meanwhile

    def __call__(self) -> int:
        depends_on(self.name)
        self.times += 1
        self.meanwhile()
        return self.times


def test_kept__is_made_once_until_what_it_shows_has_changed(backing: Backing) -> None:
    make = Made()
    assert [kept("it", make) for _ in range(3)] == [1, 1, 1]
    backing.move(["page:2"])
    assert kept("it", make) == 1
    backing.move(["page:1"])
    assert [kept("it", make) for _ in range(2)] == [2, 2]


def test_kept__tells_each_page_what_it_shows() -> None:
    for _ in range(2):
        with showing() as shown:
            kept("it", Made())
        assert set(shown.names) == {"site", "page:1"}


def test_kept__moves_with_all_pages(backing: Backing) -> None:
    """As after Redis was away: nobody knows then what has changed."""
    make = Made()
    kept("it", make)
    backing.move(["site"])
    assert kept("it", make) == 2


def test_kept__not_what_changed_while_it_was_made(backing: Backing) -> None:
    make = Made(meanwhile=lambda: backing.move(["page:1"]))
    assert kept("it", make) == 1
    make.meanwhile = lambda: None
    assert [kept("it", make) for _ in range(2)] == [2, 2]


def test_kept__of_a_part_that_changed_since_the_request_began(backing: Backing) -> None:
    """The part was looked at before; what is made of it now would have the versions of now."""
    part, whole = Made("page:1"), Made("page:2")
    seen = Part(None, ())

    def make_whole() -> str:
        return f"{whole()} of {seen.show()}"

    def view(request: HttpRequest) -> HttpResponse:
        nonlocal seen
        seen = part_of("part", part)
        backing.move(["page:1"])
        return HttpResponse(kept("whole", make_whole))

    assert AtHand(view)(HttpRequest()).content == b"1 of 1"
    seen = part_of("part", part)
    assert kept("whole", make_whole) == "2 of 2"


def test_kept__within_a_transaction_is_made_each_time() -> None:
    """What is seen there may never be committed."""
    make = Made()
    with transaction.atomic():
        assert [kept("it", make) for _ in range(2)] == [1, 2]
    assert kept("it", make) == 3


@pytest.mark.parametrize("call", ["versions", "begin", "settle"])
def test_kept__without_redis_is_made_each_time(
    backing: Backing, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    make = Made()
    kept("it", make)
    if call == "settle":
        backing.move(["page:1"])

    def away(*args: Any) -> Any:
        raise Unreachable

    monkeypatch.setattr(backing, call, away)
    assert [kept("it", make) for _ in range(2)] == [2, 3]


def test_kept__ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    soon = timezone.now() + timedelta(minutes=1)
    make = Made(meanwhile=lambda: good_until(soon))
    with showing() as shown:
        assert [kept("it", make) for _ in range(2)] == [1, 1]
    assert shown.good_until == soon
    monkeypatch.setattr("content.live_pages.parts.time", soon.timestamp)
    assert kept("it", make) == 2


def test_kept__not_what_refuses(backing: Backing) -> None:
    make = Made(meanwhile=lambda: refuse("each time another"))
    with showing() as shown:
        assert [kept("it", make) for _ in range(2)] == [1, 2]
    assert shown.refusal == "each time another"


def test_kept__not_what_reads_and_names_nothing() -> None:
    with showing() as shown:
        kept("it", Picture.objects.count)
    assert "depends on nothing" in shown.refusal


def test_kept__accounts_for_nothing_else_that_a_block_reads() -> None:
    """What only depends on `site`, such as the reader's locale, is used by every block."""
    kept("it", Made("site"))
    with showing() as shown, accounting_for("the block"):
        kept("it", Made("site"))
        Brand.objects.count()
    assert "depends on nothing" in shown.refusal


def test_kept_many__makes_those_that_are_missing(backing: Backing) -> None:
    asked: list[list[int]] = []

    def make(keys: list[int]) -> dict[int, Part]:
        asked.append(keys)
        return {key: Part(f"card {key}", (f"page:{key}",)) for key in keys if key != 3}

    assert kept_many([1, 2], make) == {1: "card 1", 2: "card 2"}
    backing.move(["page:2"])
    assert kept_many([3, 2, 1, 2], make) == {2: "card 2", 1: "card 1"}
    assert asked == [[1, 2], [3, 2]]
