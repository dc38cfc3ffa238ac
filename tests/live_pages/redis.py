"""Several processes of a shop that share a Redis, as far as the page cache can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.client import ClientHandler
from pytest_django import Settings

from content.live_pages import badge, redis_backing
from content.live_pages.backing import the_backing
from content.live_pages.kept import kept_pages
from products.models import ProductPage, Variant
from tests.services import Redis, throwaway_redis

PATIENCE = 60.0


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    with throwaway_redis() as redis:
        yield redis


@pytest.fixture
def kept(server: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Redis]:
    """Whole pages are kept in a Redis that is empty and answers."""
    # A thread among hundreds may have to wait for its turn longer than Redis does for anything.
    monkeypatch.setattr(redis_backing, "ANSWER_TIMEOUT", PATIENCE)
    monkeypatch.setattr(redis_backing, "CONNECT_TIMEOUT", PATIENCE)
    if connection.vendor != "postgresql":
        pytest.fail("races need PostgreSQL: python -m tests.run --phase services")
    if not server.answers():
        server.start()
    settings.LIVE_PAGES, settings.LIVE_PAGES_URL = "redis", server.url
    the_backing.cache_clear()
    the_backing()._client.flushall()  # type: ignore[union-attr]
    yield server
    the_backing.cache_clear()
    kept_pages.cache_clear()


class Process:
    """One web process: its own memory of pages, which all its visitors share."""

    def __init__(self) -> None:
        kept_pages.cache_clear()
        self._handler = ClientHandler(enforce_csrf_checks=False)
        self._handler.load_middleware()

    def visitor(self, units: int = 0) -> Client:
        client = Client()
        client.handler = self._handler
        if units:
            client.cookies["sessionid"] = key = f"session{id(client):032d}"
            signature = badge._signature(str(units), key)
            client.cookies["basket"] = f"{units}.{signature}"
        return client


def together(count: int, work: Callable[[int], Any]) -> list[Any]:
    """`work(0)` … at one moment, in threads; what each gave. The first error is raised."""
    start = Barrier(count)

    def run(number: int) -> Any:
        try:
            start.wait(PATIENCE)
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def reprice(page: ProductPage, code: str, amount: str | Decimal) -> None:
    """Published as an editor does it, without what belongs to the admin only."""
    page = ProductPage.objects.get(pk=page.pk)
    rows: list[Variant] = list(page.variants.all())
    for row in rows:
        if row.sku_id == code:
            row.price = Decimal(amount)
    page.variants = rows
    page.save()
