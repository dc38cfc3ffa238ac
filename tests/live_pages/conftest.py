"""Readers of kept pages, and what each visit was to the page cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import pytest
from django.test import Client
from django.test.client import ClientHandler
from pytest_django import Settings

from content.live_pages.backing import the_backing
from content.live_pages.counting import forget, stats
from content.live_pages.kept import kept_pages

Commit = Callable[[], AbstractContextManager[Any]]


@pytest.fixture(autouse=True)
def kept(settings: Settings) -> Iterator[None]:
    """Whole pages are kept, in this process's memory."""
    settings.LIVE_PAGES = "memory"
    Reader.process = ClientHandler(enforce_csrf_checks=False)
    the_backing.cache_clear()
    kept_pages.cache_clear()
    forget()
    yield
    the_backing.cache_clear()
    kept_pages.cache_clear()


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Commit:
    """A change within is committed at its end, as far as anybody listens."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def reader() -> Reader:
    return Reader()


class Reader:
    """A browser, and what its last visit was to the page cache: "hit", "miss", "bypass: …".

    All browsers of a test visit the same process.
    """

    process: ClassVar[ClientHandler]

    def __init__(self) -> None:
        self.client = Client()
        self.client.handler = self.process
        self.was = ""

    def get(self, path: str, **details: Any) -> Any:
        before = stats()
        response = self.client.get(path, **details)
        after = stats()
        (self.was,) = [what for what in after if after[what] != before.get(what)]
        return response

    def see(self, path: str) -> str:
        response = self.get(path)
        assert response.status_code == 200, response.status_code
        return str(response.content.decode())

    def finds(self, path: str) -> str:
        """How the page came: "hit" or "miss"."""
        self.get(path)
        return self.was
