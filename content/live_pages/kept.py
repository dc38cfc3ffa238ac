"""The copies of this process, in front of those that all processes share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import time

from django.conf import settings

from content.live_pages.backing import Backing, the_backing
from content.live_pages.copies import Copy, Shelf, is_over

# How long one waits for a page that another request is rendering.
PATIENCE = 10.0  # seconds
# For how many of them, one after the other.
ATTEMPTS = 2


class KeptPages:
    def __init__(self, backing: Backing) -> None:
        self.backing = backing
        self._shelf = Shelf(settings.LIVE_PAGES_BYTES)
        self._being_made: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    def on_the_shelf(self, address: str) -> Copy | None:
        copy = self._shelf.get(address)
        return copy if copy and self._is_fresh(copy) else None

    def get_or_make(
        self, address: str, make: Callable[[], tuple[Copy | None, str]]
    ) -> tuple[Copy | None, str]:
        """One makes it, the others wait for it: here by an event, elsewhere by Redis.

        Who has waited for nothing, because it changed while it was made, waits for the next one.
        """
        copy = self._shared(address)
        for _ in range(ATTEMPTS):
            if copy:
                return copy, ""
            with self._leading(address) as is_ours:
                copy = self.on_the_shelf(address) or self._shared(address)
                if is_ours and not copy:
                    return self._make(address, make)
        return (copy, "") if copy else self._make(address, make)

    def _make(
        self, address: str, make: Callable[[], tuple[Copy | None, str]]
    ) -> tuple[Copy | None, str]:
        copy, refusal = make()
        if copy:
            self._put(address, copy)
            seconds = max(1, int(copy.good_until - time()))
            self.backing.save(address, copy.to_bytes(), seconds)
        return copy, refusal

    @contextmanager
    def _leading(self, address: str) -> Iterator[bool]:
        with self._lock:
            others = self._being_made.get(address)
            mine = threading.Event()
            if others is None:
                self._being_made[address] = mine
        if others is not None:
            others.wait(PATIENCE)
            yield False
            return
        try:
            with self.backing.leading(address) as is_ours:
                yield is_ours
        finally:
            with self._lock:
                del self._being_made[address]
            mine.set()

    def _shared(self, address: str) -> Copy | None:
        raw = self.backing.load(address)
        if raw is None:
            return None
        copy = Copy.from_bytes(raw)
        copy.question = self.backing.question(copy.names)
        if not self._is_fresh(copy):
            return None
        self._shelf.put(address, copy)
        return copy

    def _put(self, address: str, copy: Copy) -> None:
        copy.question = self.backing.question(copy.names)
        self._shelf.put(address, copy)

    def _is_fresh(self, copy: Copy) -> bool:
        if is_over(copy):
            return False
        return tuple(self.backing.versions(copy.names, copy.question)) == copy.versions


@cache
def kept_pages() -> KeptPages | None:
    """Of this process; None where whole pages are not kept."""
    backing = the_backing()
    return KeptPages(backing) if backing else None
