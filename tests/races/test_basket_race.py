"""Two quick presses of "Add to basket" lose nothing."""

from __future__ import annotations

import threading
from decimal import Decimal

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from basket import store
from basket.contents import Contents, HeldLine
from basket.models import SavedBasket
from basket.tests.factories import add, quantities, update
from products.models import ProductPage
from products.tests.factories import make_product
from tests.races.conftest import PATIENCE, at_once, failures

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SHOPPERS = 8


@pytest.fixture
def pages() -> list[ProductPage]:
    return [make_product(sku=f"P{n}", on_hand=100) for n in range(SHOPPERS)]


def tab_of(client: Client) -> Client:
    """Another tab of the same browser."""
    tab = Client()
    tab.cookies["sessionid"] = client.cookies["sessionid"].value
    return tab


def test_add__of_different_things_at_once_keeps_them_all(
    client: Client, pages: list[ProductPage]
) -> None:
    add(client, pages[0], 1)
    tabs = [tab_of(client) for _ in pages]

    results = at_once(SHOPPERS, lambda n: add(tabs[n], pages[n], 1).status_code)

    assert results == [302] * SHOPPERS
    assert quantities(client) == {"P0": 2} | {f"P{n}": 1 for n in range(1, SHOPPERS)}


def test_add__of_the_same_thing_at_once_adds_up(client: Client, pages: list[ProductPage]) -> None:
    add(client, pages[0], 1)
    tabs = [tab_of(client) for _ in pages]

    results = at_once(SHOPPERS, lambda n: add(tabs[n], pages[0], 2).status_code)

    assert results == [302] * SHOPPERS
    assert quantities(client) == {"P0": 1 + 2 * SHOPPERS}


def test_add__without_the_lock_loses_lines(client: Client, pages: list[ProductPage]) -> None:
    """The control: read, change, write, as Django's sessions do by themselves."""
    add(client, pages[0], 1)
    key = client.session.session_key
    everybody_has_read = threading.Barrier(SHOPPERS)

    def naive_add(number: int) -> None:
        session = SessionStore(key)
        contents = Contents.from_json(session.get(store.SESSION_KEY))
        everybody_has_read.wait(PATIENCE)
        contents.lines[f"P{number}"] = HeldLine(1, Decimal("24.00"), timezone.now())
        session[store.SESSION_KEY] = contents.to_json()
        session.save()

    assert failures(at_once(SHOPPERS, naive_add)) == []
    assert len(quantities(client)) <= 2  # the first line and the last writer's


def test_change__while_another_page_is_read_is_not_written_over(
    client: Client, pages: list[ProductPage]
) -> None:
    """Half of the tabs add, half only look: a reader's session never goes back to the database."""
    add(client, pages[0], 1)
    tabs = [tab_of(client) for _ in pages]

    def shop(number: int) -> int:
        if number % 2:
            return int(tabs[number].get("/basket/").status_code)
        return int(add(tabs[number], pages[number], 1).status_code)

    results = at_once(SHOPPERS, shop)

    assert results == [200 if n % 2 else 302 for n in range(SHOPPERS)]
    assert quantities(client) == {"P0": 2, "P2": 1, "P4": 1, "P6": 1}


def test_account__of_two_devices_at_once_is_no_error(pages: list[ProductPage]) -> None:
    """Neither has a saved basket yet: both want to write the first."""
    user: User = make_user()
    devices = [Client() for _ in range(SHOPPERS)]
    for device in devices:
        device.force_login(user)

    results = at_once(SHOPPERS, lambda n: add(devices[n], pages[n], 1).status_code)

    assert results == [302] * SHOPPERS
    (saved,) = SavedBasket.objects.all()
    assert len(Contents.from_json(saved.contents).lines) == 1  # the last one's
    assert [quantities(device) for device in devices] == [{f"P{n}": 1} for n in range(SHOPPERS)]


def test_lock__that_is_held_too_long_is_a_busy_shop_and_changes_nothing(
    client: Client, pages: list[ProductPage]
) -> None:
    add(client, pages[0], 1)
    key = client.session.session_key
    is_locked, may_go = threading.Event(), threading.Event()
    tab = tab_of(client)

    def race(number: int) -> int:
        if number == 0:
            with transaction.atomic():
                list(store_row(key))
                is_locked.set()
                may_go.wait(PATIENCE)
            return 0
        is_locked.wait(PATIENCE)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        try:
            return int(update(tab, "P0", 7).status_code)
        finally:
            may_go.set()

    assert at_once(2, race) == [0, 503]
    assert quantities(client) == {"P0": 1}


def store_row(key: str | None) -> QuerySet[Session]:
    return Session.objects.select_for_update().filter(session_key=key)
