"""Where versions and copies are kept for all processes together: in Redis, or in this one's memory.

What counts is what is *not* promised: a backing may forget anything at any time. A version that
is gone comes back as another one, so that nothing forgotten can pass for unchanged.
"""

from __future__ import annotations

import threading
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Protocol

from django.conf import settings


class Unreachable(Exception):
    """The backing does not answer: nothing can be checked, so nothing kept may be given out."""


class Backing(Protocol):
    """Each call but `move` raises Unreachable. Versions come in the order of their names, after
    the epoch: what all of them count from."""

    # Whether what is kept outlives the process that keeps it.
    lasts: bool

    def begin(self) -> bytes:
        """The moment before a rendering, for `settle`."""

    def settle(self, names: Sequence[str], moment: bytes) -> tuple[bytes, ...] | None:
        """The versions to keep with what was rendered since; None if one of them has moved."""

    def versions(self, names: Sequence[str], ask: bytes) -> Sequence[bytes | None]:
        """As they are now; `ask` is what `question` made of the same names."""

    def question(self, names: Sequence[str]) -> bytes:
        """Made once a copy, so that asking costs little."""

    def move(self, names: Iterable[str]) -> None:
        """Give each of them a version that it never had. Never raises; delivers late if it must."""

    def load(self, address: str) -> bytes | None: ...

    def save(self, address: str, copy: bytes, seconds: int) -> None: ...

    def leading(self, address: str) -> AbstractContextManager[bool]:
        """Whether this process is the one to render the page; the others wait for it."""

    def add_up(self, hour: str, counts: Mapping[str, int]) -> None:
        """To what other processes have counted in the same hour."""

    def added_up(self, hours: Sequence[str]) -> Sequence[Mapping[str, int]]: ...


_ONLY_EPOCH = b"memory"


class MemoryBacking:
    """For one process: tests, and a shop on a small machine without Redis."""

    lasts = False

    def __init__(self) -> None:
        self._versions: dict[str, bytes] = {}
        self._copies: dict[str, bytes] = {}
        self._moves = 0
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._lock = threading.Lock()

    def begin(self) -> bytes:
        return b"%d" % self._moves

    def settle(self, names: Sequence[str], moment: bytes) -> tuple[bytes, ...] | None:
        with self._lock:
            begun = int(moment)
            found = [self._versions.setdefault(name, _version(0)) for name in names]
            if any(int(version.split(b":")[0]) > begun for version in found):
                return None
            return (_ONLY_EPOCH, *found)

    def versions(self, names: Sequence[str], ask: bytes) -> Sequence[bytes | None]:
        return [_ONLY_EPOCH, *(self._versions.get(name) for name in names)]

    def question(self, names: Sequence[str]) -> bytes:
        return b""

    def move(self, names: Iterable[str]) -> None:
        with self._lock:
            self._moves += 1
            self._versions.update({name: _version(self._moves) for name in names})

    def load(self, address: str) -> bytes | None:
        return self._copies.get(address)

    def save(self, address: str, copy: bytes, seconds: int) -> None:
        """This process has its copies in its own memory already."""

    def leading(self, address: str) -> AbstractContextManager[bool]:
        return nullcontext(True)

    def add_up(self, hour: str, counts: Mapping[str, int]) -> None:
        self._counts[hour].update(counts)

    def added_up(self, hours: Sequence[str]) -> Sequence[Mapping[str, int]]:
        return [self._counts[hour] for hour in hours]


def _version(moves: int) -> bytes:
    return b"%d:%s" % (moves, uuid.uuid4().hex.encode())


@cache
def the_backing() -> Backing | None:
    """As `LIVE_PAGES` says; None where whole pages are not kept."""
    if settings.LIVE_PAGES == "redis":
        from content.live_pages.redis_backing import RedisBacking

        return RedisBacking(settings.LIVE_PAGES_URL, settings.LIVE_PAGES_PREFIX)
    return MemoryBacking() if settings.LIVE_PAGES == "memory" else None
