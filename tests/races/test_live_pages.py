"""No kept page outlives what it shows: changes while it renders, crowds, and a Redis that dies."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections, transaction
from redis import Redis as Client

from content.live_pages import counting, redis_backing
from content.live_pages import kept as kept_copies
from content.live_pages.backing import the_backing
from content.live_pages.redis_backing import RedisBacking
from content.tests.factories import set_up_shop
from products import beside
from products.models import ProductPage
from products.tests.factories import make_product
from tests.live_pages.redis import PATIENCE, Process, kept, reprice, server, together
from tests.services import Redis

__all__ = ["kept", "server"]  # fixtures
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("kept"),
]


@pytest.fixture
def page(kept: Redis) -> ProductPage:
    return make_product("Flow", sku="FLOW", price="24.00")


def price_on(process: Process, page: ProductPage) -> str:
    """As a reader sees it, found by the sign of the shop's currency."""
    body = process.visitor().get(page.url).content.decode()
    return str(body.partition("data-price-now>")[2].partition("<")[0])


class Halt:
    """Holds a rendering that has read the price and has not been kept yet."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.has_read, self.may_go_on = Event(), Event()
        self._real = beside.cards_beside
        monkeypatch.setattr(beside, "cards_beside", self._cards_beside)

    def _cards_beside(self, page: ProductPage, request: Any) -> Any:
        if not self.has_read.is_set():
            self.has_read.set()
            assert self.may_go_on.wait(PATIENCE)
        return self._real(page, request)


def in_background(work: Callable[[], Any]) -> Thread:
    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


# --- A change while the page renders ------------------------------------------------------------


def change_while_rendering(page: ProductPage, halt: Halt) -> str:
    process = Process()
    reader = in_background(lambda: process.visitor().get(page.url))
    assert halt.has_read.wait(PATIENCE)
    reprice(page, "FLOW", "21.00")
    halt.may_go_on.set()
    reader.join(PATIENCE)
    return price_on(process, page)


def test_change__while_the_page_renders_makes_the_copy_stale(
    page: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert change_while_rendering(page, Halt(monkeypatch)) == "£21.00"


def test_change__without_versions_from_before_the_rendering_stays_unseen(
    page: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: versions as they are once the page is rendered."""
    real = RedisBacking.settle
    monkeypatch.setattr(
        RedisBacking, "settle", lambda self, names, moment: real(self, names, self.begin())
    )
    assert change_while_rendering(page, Halt(monkeypatch)) == "£24.00"


def change_that_commits_late(page: ProductPage) -> str:
    """The price is written, the page is read and kept, then the change is committed."""
    process = Process()
    is_written, may_commit = Event(), Event()

    def change() -> None:
        with transaction.atomic():
            reprice(page, "FLOW", "21.00")
            is_written.set()
            assert may_commit.wait(PATIENCE)

    editor = in_background(change)
    assert is_written.wait(PATIENCE)
    assert price_on(process, page) == "£24.00"
    may_commit.set()
    editor.join(PATIENCE)
    return price_on(process, page)


def test_change__that_commits_after_the_page_was_kept_is_seen(page: ProductPage) -> None:
    assert change_that_commits_late(page) == "£21.00"


def test_change__is_seen_by_other_processes(page: ProductPage) -> None:
    processes = [Process() for _ in range(3)]
    assert {price_on(process, page) for process in processes} == {"£24.00"}
    reprice(page, "FLOW", "21.00")
    assert {price_on(process, page) for process in processes} == {"£21.00"}


# --- A crowd ------------------------------------------------------------------------------------


VISITORS = 500


@pytest.fixture
def renderings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses of product pages, each time that one is rendered."""
    rendered: list[str] = []
    real = ProductPage.get_context

    def get_context(self: ProductPage, request: Any, *args: Any, **kwargs: Any) -> Any:
        rendered.append(request.path)
        return real(self, request, *args, **kwargs)

    monkeypatch.setattr(ProductPage, "get_context", get_context)
    return rendered


def test_crowd__has_a_cold_page_rendered_once(
    page: ProductPage, renderings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four processes, each visitor with a basket of another size, or none."""
    monkeypatch.setattr(kept_copies, "PATIENCE", 5 * PATIENCE)  # a busy machine renders slowly
    monkeypatch.setattr(redis_backing, "RENDERING", 5 * PATIENCE)
    processes = [Process() for _ in range(4)]
    visitors = [processes[n % 4].visitor(units=n % 7) for n in range(VISITORS)]

    set_up_shop()  # not made by the first reader
    address = page.url
    bodies = together(VISITORS, lambda n: visitors[n].get(address).content.decode())

    assert renderings == [address]
    for number, body in enumerate(bodies):
        units = number % 7
        said = f"Basket, {units} thing" if units else "Basket, empty"
        assert (body.count(said), body.count("Basket, ")) == (1, 1)


def test_crowd__without_a_lead_has_it_rendered_many_times(
    page: ProductPage, renderings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: nobody waits for anybody."""
    from contextlib import nullcontext

    from content.live_pages.kept import KeptPages

    monkeypatch.setattr(KeptPages, "_leading", lambda self, address: nullcontext(True))
    processes = [Process() for _ in range(4)]
    together(8, lambda n: processes[n % 4].visitor().get(page.url))
    assert len(renderings) > 1


# --- Redis dies ---------------------------------------------------------------------------------


@pytest.fixture
def quick_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_backing, "PAUSE", 0.4)


def comes_from_the_cache(page: ProductPage, renderings: list[str], process: Process) -> bool:
    before = len(renderings)
    process.visitor().get(page.url)
    return len(renderings) == before


def soon(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if happens():
            return True
        time.sleep(0.1)
    return False


def test_redis_away__pages_are_rendered_and_what_changed_is_seen_afterwards(
    page: ProductPage, kept: Redis, renderings: list[str], quick_pause: None
) -> None:
    process, other = Process(), Process()
    assert [price_on(one, page) for one in (process, other)] == ["£24.00"] * 2
    kept.kill()
    assert price_on(process, page) == "£24.00"
    reprice(page, "FLOW", "21.00")
    for _ in range(5):
        assert not comes_from_the_cache(page, renderings, process)
        assert price_on(process, page) == "£21.00"
    kept.start()
    assert price_on(other, page) == "£21.00"
    assert soon(lambda: comes_from_the_cache(page, renderings, process))
    assert price_on(process, page) == "£21.00"


def test_redis_away__nobody_waits_for_it(
    page: ProductPage, kept: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a hundred visitors within the pause, one asks."""
    process = Process()
    process.visitor().get(page.url)
    kept.kill()
    asked: list[Exception] = []
    real = RedisBacking._lose_sight

    def lose_sight(self: RedisBacking, error: Exception) -> None:
        asked.append(error)
        real(self, error)

    monkeypatch.setattr(RedisBacking, "_lose_sight", lose_sight)
    monkeypatch.setattr(redis_backing, "PAUSE", PATIENCE)
    for _ in range(20):
        assert process.visitor().get(page.url).status_code == 200
    assert len(asked) == 1


def test_redis_emptied__nothing_forgotten_passes_for_unchanged(
    page: ProductPage, kept: Redis, renderings: list[str]
) -> None:
    process = Process()
    assert price_on(process, page) == "£24.00"
    with Client.from_url(kept.url) as redis:
        redis.flushall()
    assert not comes_from_the_cache(page, renderings, process)
    assert comes_from_the_cache(page, renderings, process)


@pytest.mark.parametrize("pattern", ["v:sku:FLOW", "v:site", "epoch", "clock"])
def test_redis_evicts__a_key_and_the_page_is_rendered_anew_or_still_right(
    page: ProductPage, kept: Redis, pattern: str
) -> None:
    process = Process()
    assert price_on(process, page) == "£24.00"
    with Client.from_url(kept.url) as redis:
        (key,) = redis.keys(f"*:{pattern}")
        redis.delete(key)
    reprice(page, "FLOW", "21.00")
    assert price_on(process, page) == "£21.00"
    assert price_on(Process(), page) == "£21.00"


def old_state_comes_back(page: ProductPage, server: Redis) -> str:
    """Redis starts again with what it had on disk from before the change."""
    process = Process()
    assert price_on(process, page) == "£24.00"
    with Client.from_url(server.url) as redis:
        strings = [key for key in redis.keys("*") if redis.type(key) == b"string"]
        saved = {key: redis.get(key) for key in strings}
    reprice(page, "FLOW", "21.00")
    server.kill()
    server.start()
    with Client.from_url(server.url) as redis:
        for key, value in saved.items():
            redis.set(key, value)
    the_backing.cache_clear()
    return price_on(Process(), page)


def test_redis_restarted__with_an_old_state_shows_nothing_old(
    page: ProductPage, kept: Redis
) -> None:
    assert old_state_comes_back(page, kept) == "£21.00"


def test_counts__of_several_processes_are_added_up(kept: Redis) -> None:
    one, other = (RedisBacking(kept.url, "shop") for _ in range(2))
    one.add_up("2026112618", {"hit": 3, "bypass: session": 1})
    other.add_up("2026112618", {"hit": 4})
    other.add_up("2026112619", {"miss": 1})
    hours = one.added_up(["2026112617", "2026112618", "2026112619"])
    assert hours == [{}, {"hit": 7, "bypass: session": 1}, {"miss": 1}]


def test_counts__are_not_told_while_redis_is_away(kept: Redis) -> None:
    counting.forget()
    counting.count("hit")
    kept.kill()
    counting.tell()
    kept.start()
    the_backing.cache_clear()
    counting.tell()
    assert counting.counted(2)["hit"] == 1
