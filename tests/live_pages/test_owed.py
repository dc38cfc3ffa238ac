"""What is owed to the page cache is written down with the change, and thrown away once told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from wagtail.models import Site

from content.due import Round
from content.live_pages import moved, owed
from content.live_pages.backing import MemoryBacking, Unreachable, the_backing
from content.live_pages.names import SITE, told
from content.live_pages.owed import OwedMove
from content.models import ShopSettings
from content.tasks import tell_owed_moves
from content.tests.factories import set_up_shop
from products import stock
from products.tests.factories import make_category, make_product, put_in_stock
from tests.live_pages.conftest import Commit, Reader

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=11)
NAME = "sku:FLOW"
Dies = Callable[[Callable[[], object]], None]


@pytest.fixture(autouse=True)
def lasting(monkeypatch: pytest.MonkeyPatch, kept: None) -> None:
    """As in Redis, which does not die with us."""
    monkeypatch.setattr(MemoryBacking, "lasts", True)


def version(name: str) -> bytes | None:
    backing = the_backing()
    assert backing
    return backing.versions([name], backing.question([name]))[1]


def is_told(row: OwedMove) -> bool:
    return version(told(row.mark)) is not None


def forget_all() -> None:
    """What follows is another transaction."""
    connection.run_on_commit.clear()
    OwedMove.objects.all().delete()


def caught_up(after: timedelta = LATER) -> Round:
    with time_machine.travel(timezone.now() + after):
        return tell_owed_moves.apply().result


class Killed(BaseException):
    """As far as the rest of the process can tell."""


@pytest.fixture
def dies(committed: Commit, monkeypatch: pytest.MonkeyPatch) -> Dies:
    """Whoever does it dies once it is committed, before the page cache hears of it."""

    def killed(self: MemoryBacking, names: Iterable[str]) -> None:
        raise Killed

    def commit(work: Callable[[], object]) -> None:
        with committed():
            work()

    def do(work: Callable[[], object]) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(MemoryBacking, "move", killed)
            with pytest.raises(Killed):
                commit(work)

    return do


# --- Written with the change ---------------------------------------------------------------------


def test_owed__is_one_row_a_transaction_and_one_statement(committed: Commit) -> None:
    with CaptureQueriesContext(connection) as queries, committed():
        moved(NAME)
        with transaction.atomic():
            moved("link:1", "link:2")
        moved(SITE)

    (row,) = OwedMove.objects.all()
    said = [query["sql"] for query in queries if "owedmove" in query["sql"]]
    assert len(said) == 1
    assert said[0].startswith("INSERT")
    assert is_told(row)
    assert None not in {version(NAME), version("link:2"), version(SITE)}


def test_owed__is_not_told_before_the_last_of_several_moves(
    committed: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    moves: list[list[str]] = []
    monkeypatch.setattr(MemoryBacking, "move", lambda self, names: moves.append(list(names)))

    with committed():
        moved("a")
        moved("b")

    assert moves == [["a"], ["b"], [told(OwedMove.objects.get().mark)]]


def test_owed__goes_with_a_rollback(committed: Commit) -> None:
    with committed(), transaction.atomic():
        moved(NAME)
        transaction.set_rollback(True)

    assert not OwedMove.objects.exists()
    assert version(NAME) is None


def test_owed__by_a_rolled_back_savepoint_and_who_comes_after(committed: Commit) -> None:
    with committed():
        with transaction.atomic():
            moved("never")
            transaction.set_rollback(True)
        moved(NAME)

    (row,) = OwedMove.objects.all()
    assert is_told(row)
    assert (version("never"), version(NAME) is None) == (None, False)


def test_owed__with_a_part_rolled_back_is_left_to_beat(committed: Commit) -> None:
    """Too much is told, not too little."""
    with committed():
        moved(NAME)
        with transaction.atomic():
            moved("never")
            transaction.set_rollback(True)

    assert not is_told(OwedMove.objects.get())
    assert version(NAME)
    assert caught_up() == (1, 0)
    assert version(SITE)


def test_owed__by_pages_stock_and_settings(dies: Dies) -> None:
    """By what moves names in whichever way: a page's are found out after the commit."""
    page, shop = make_product("Flow", sku="FLOW", on_hand=1).get_parent(), set_up_shop()
    forget_all()
    page.title = "Flows"

    for work in (page.save, lambda: put_in_stock("FLOW", 2), shop.save, page.delete):
        dies(work)
        assert not is_told(OwedMove.objects.get())
        forget_all()


def test_owed__not_by_a_sale_out_of_plenty(committed: Commit) -> None:
    make_product("Flow", sku="FLOW", on_hand=100)
    forget_all()

    with committed():
        stock.reserve({"FLOW": 1})

    assert not OwedMove.objects.exists()


# --- Caught up -----------------------------------------------------------------------------------


def test_catch_up__shows_what_was_changed(dies: Dies, reader: Reader) -> None:
    page = make_category("Prints")
    forget_all()
    assert "New prints" not in reader.see(page.url)
    page.title = "New prints"

    dies(page.save)
    assert "New prints" not in reader.see(page.url)
    assert caught_up() == (1, 0)

    assert "New prints" in reader.see(page.url)
    assert not OwedMove.objects.exists()


def test_catch_up__leaves_to_the_living_what_is_young(dies: Dies) -> None:
    dies(lambda: moved(NAME))

    assert caught_up(after=timedelta(seconds=2)) == (0, 0)
    assert OwedMove.objects.exists()
    assert caught_up() == (1, 0)
    assert caught_up() == (0, 0)


def test_catch_up__renders_nothing_anew_where_all_was_told(committed: Commit) -> None:
    with committed():
        moved(NAME)
    before = version(NAME), version(SITE)

    assert caught_up() == (0, 0)

    assert (version(NAME), version(SITE)) == before
    assert not OwedMove.objects.exists()


def test_catch_up__of_more_than_one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owed, "BATCH", 2)
    OwedMove.objects.bulk_create(OwedMove() for _ in range(5))

    assert caught_up() == (5, 0)
    assert not OwedMove.objects.exists()


def test_catch_up__waits_for_redis(dies: Dies, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: Any) -> Any:
        raise Unreachable

    dies(lambda: moved(NAME))
    with monkeypatch.context() as patch:
        patch.setattr(MemoryBacking, "versions", away)
        assert caught_up() == (1, 1)
    assert OwedMove.objects.exists()

    assert caught_up() == (1, 0)


@pytest.mark.parametrize("where", ["off", "memory"])
def test_owed__nothing_where_copies_die_with_their_process(
    where: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a laptop, where nobody would throw the rows away."""
    monkeypatch.setattr(MemoryBacking, "lasts", False)
    settings.LIVE_PAGES = where
    the_backing.cache_clear()

    make_product("Flow", sku="FLOW", on_hand=2)
    put_in_stock("FLOW", 1)
    ShopSettings.for_site(Site.objects.get()).save()

    assert not OwedMove.objects.exists()
    assert caught_up() == (0, 0)
