"""Killed, or out of Redis's sight, between a commit and telling the page cache of it.

A process of its own changes something and comes no further than its commit. What readers are shown
then is old, until what it owed is caught up with.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as shop
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings
from redis import Redis as Client

from bowerbird.redis_databases import addresses
from content.live_pages import moves
from content.live_pages.backing import the_backing
from content.live_pages.names import SITE, told
from content.live_pages.owed import OwedMove
from content.live_pages.redis_backing import MARKS_LAST
from content.models import ShopSettings
from content.tests.factories import set_up_shop
from products.models import ProductPage
from products.tests.factories import make_category, make_product
from tests.faults.conftest import Workshop, wait_until
from tests.live_pages.redis import Process, kept, reprice, server, together
from tests.services import Redis, free_port

__all__ = ["kept", "server"]  # fixtures
pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.usefixtures("kept"),
]
LATER = timedelta(seconds=11)
# What another process does, and what a reader of the product's page finds afterwards.
CHANGES = {
    "a price": ("reprice(page, 'FLOW', '21.00')", "£21.00"),
    "the stock": ("stock.count('FLOW', 0)", "Sold out"),
    # Two that the admin saves without a transaction around them.
    "the shop's name": ("shop.name = 'Nest'; shop.save()", "Nest"),
    "who may see it": ("PageViewRestriction(page=page, restriction_type='login').save()", "302 "),
}
PROGRAM = """
from pathlib import Path
from wagtail.models import PageViewRestriction
from content.models import ShopSettings
from products import stock
from products.models import ProductPage
from tests.faults.worker import stall
from tests.live_pages.redis import reprice
page, shop = ProductPage.objects.get(), ShopSettings.objects.get()
stall("before content.live_pages.redis_backing:RedisBacking.{point}", Path({mark!r}))
{change}
"""


@pytest.fixture
def page(kept: Redis, settings: Settings) -> ProductPage:
    """Read by visitors of this process. Another one finds its kept copy as in production."""
    settings.LIVE_PAGES_URL = addresses(kept.url)["pages"]
    the_backing.cache_clear()
    set_up_shop()
    page = make_product("Flow", sku="FLOW", price="24.00")
    OwedMove.objects.all().delete()
    return page


def shown(process: Process, page: ProductPage) -> str:
    answer = process.visitor().get(page.url)
    return f"{answer.status_code} {answer.content.decode()}"


class Other:
    """Another process of the shop, that comes to its end before it has told."""

    def __init__(self, folder: Path, redis: Redis) -> None:
        self._mark = folder / "asleep"
        self._environment = Workshop(folder, redis.url).environment | {"REDIS_URL": redis.url}

    def is_killed_after(self, change: str) -> None:
        with self._run(change, "move") as process:
            wait_until(self._mark.exists, "another process has committed")
            process.kill()

    def ends_after(self, change: str) -> None:
        """Without ever having seen Redis."""
        self._environment["REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
        with self._run(change, "load") as process:
            assert process.wait(60) == 0

    def _run(self, change: str, point: str) -> subprocess.Popen[bytes]:
        program = PROGRAM.format(point=point, mark=str(self._mark), change=change)
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", program]
        return subprocess.Popen(command, cwd=shop.BASE_DIR, env=self._environment)


@pytest.fixture
def other(tmp_path: Path, kept: Redis) -> Other:
    return Other(tmp_path, kept)


def catch_up() -> None:
    with time_machine.travel(timezone.now() + LATER):
        call_command("catch_up")


# --- Killed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CHANGES)
def test_killed__before_it_told_the_page_cache(name: str, page: ProductPage, other: Other) -> None:
    change, then = CHANGES[name]
    reader = Process()
    assert then not in shown(reader, page)
    other.is_killed_after(change)

    # The control: had it not been written down, nobody would know.
    owed = list(OwedMove.objects.all())
    OwedMove.objects.all().delete()
    catch_up()
    assert then not in shown(reader, page)

    OwedMove.objects.bulk_create(owed)
    catch_up()
    assert then in shown(reader, page)
    assert then in shown(Process(), page)
    assert not OwedMove.objects.exists()


def test_told__costs_no_second_rendering(page: ProductPage) -> None:
    """The mark that was set with the move says so; it goes by itself."""
    reprice(page, "FLOW", "21.00")
    (row,) = OwedMove.objects.all()
    backing = the_backing()
    assert backing
    ask = backing.question([SITE])
    before = backing.versions([SITE], ask)

    catch_up()

    assert backing.versions([SITE], ask) == before
    assert not OwedMove.objects.exists()
    with Client.from_url(shop.LIVE_PAGES_URL) as client:
        seconds = client.ttl(f"{shop.LIVE_PAGES_PREFIX}:v:{told(row.mark)}")
    assert 0 < seconds <= MARKS_LAST


def test_killed__and_found_by_two_at_once(page: ProductPage, other: Other) -> None:
    reader = Process()
    shown(reader, page)
    other.is_killed_after("reprice(page, 'FLOW', '21.00')")

    with time_machine.travel(timezone.now() + LATER):
        together(4, lambda n: call_command("catch_up"))

    assert "£21.00" in shown(reader, page)
    assert not OwedMove.objects.exists()


def test_commit__where_another_listener_fails(page: ProductPage) -> None:
    """Django then calls none of those that come after it."""
    reader = Process()
    shown(reader, page)

    def change() -> None:
        with transaction.atomic():
            transaction.on_commit(lambda: 1 / 0)
            reprice(page, "FLOW", "21.00")

    with pytest.raises(ZeroDivisionError):
        change()
    assert "£24.00" in shown(reader, page)
    catch_up()

    assert "£21.00" in shown(reader, page)


# --- Without a transaction around it -------------------------------------------------------------


def test_owed__once_before_a_row_that_is_saved_by_itself(page: ProductPage) -> None:
    with CaptureQueriesContext(connection) as queries:
        ShopSettings.objects.get().save()

    assert ["owedmove" in query["sql"] for query in queries] == [False, True, False]


def test_owed__before_pages_are_put_in_order(
    page: ProductPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wagtail tells of it after its transaction, whose own debt is paid by then."""
    first, second = make_category("First"), make_category("Second")
    OwedMove.objects.all().delete()
    monkeypatch.setattr(moves, "moved", lambda *names: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        second.move(first, pos="left")

    marks = [told(row.mark) for row in OwedMove.objects.order_by("created_at")]
    backing = the_backing()
    assert backing
    _epoch, *versions = backing.versions(marks, backing.question(marks))
    assert [version is None for version in versions] == [True, False]


# --- Redis out of sight --------------------------------------------------------------------------


def test_redis_out_of_sight__of_a_process_that_ends(page: ProductPage, other: Other) -> None:
    reader = Process()
    shown(reader, page)

    other.ends_after("reprice(page, 'FLOW', '21.00')")
    assert "£24.00" in shown(reader, page)
    catch_up()

    assert "£21.00" in shown(reader, page)


def test_redis_away__what_is_owed_waits_for_it(
    page: ProductPage, other: Other, kept: Redis
) -> None:
    """And comes back empty: nothing old is shown, and what was owed is thrown away."""
    reader = Process()
    shown(reader, page)
    other.is_killed_after("reprice(page, 'FLOW', '21.00')")

    kept.kill()
    with pytest.raises(CommandError, match="tell-owed-moves"):
        catch_up()
    assert OwedMove.objects.exists()
    assert "£21.00" in shown(reader, page)

    kept.start()
    assert "£21.00" in shown(reader, page)
    wait_until(_caught_up, "Redis is seen again")
    assert "£21.00" in shown(reader, page)


def _caught_up() -> bool:
    try:
        catch_up()
    except CommandError:
        return False
    return not OwedMove.objects.exists()
