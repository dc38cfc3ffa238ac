"""Parts of pages, kept by a process between requests and as fresh as whole pages are.

    kept(("menu", language), lambda: menu_of(shop))

What is made names what it shows by `depends_on`, as a page does. It is given out again only while
all these names have the versions that they had before it was made, and each page that it is given
to depends on the same names. Where no versions can be asked for, it is made each time.

A kept value is shared by all requests: it must not be changed, and must not look anything up later.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from time import time
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone

from content.at_hand import once
from content.live_pages.backing import Backing, Unreachable, the_backing
from content.live_pages.names import SITE
from content.live_pages.showing import good_until, refuse, showing, shows_what

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

# Of all kinds together, in each process; a card with its markup is a few kilobytes.
MOST = 4_000


@dataclass(frozen=True)
class Part:
    """A value, and what it shows. `good_until`, as whoever made it said; `over`: when it must be
    made anew at the latest, in seconds since the epoch."""

    value: Any
    names: tuple[str, ...]
    good_until: datetime | None = None
    refusal: str = ""
    versions: tuple[bytes | None, ...] = ()
    over: float = 0.0

    def on_every_page(self) -> Part:
        """Who lost sight of Redis moves this name, and with it everything: it stands in each."""
        return self if SITE in self.names else replace(self, names=(SITE, *self.names))

    def show(self) -> Any:
        shows_what(self.names)
        good_until(self.good_until)
        if self.refusal:
            refuse(self.refusal)
        return self.value


def kept(key: Hashable, make: Callable[[], T]) -> T:
    """What `make` gives; `key` tells it from all other kept values, language and site included."""
    found: T = part_of(key, make).show()
    return found


def part_of(key: Hashable, make: Callable[[], Any]) -> Part:
    """The same for who uses it several times in a request: to be shown each time, since each time
    it may become part of something else that is kept."""
    return _parts([key], lambda keys: {key: noted(make)})[key]


def kept_many(keys: Iterable[K], make: Callable[[list[K]], Mapping[K, Part]]) -> dict[K, Any]:
    """The same for many at once: their versions are asked for together, and `make` is given the
    keys of those that are not there. Keys of which it makes nothing are left out."""
    found = _parts(list(dict.fromkeys(keys)), make)
    return {key: part.show() for key, part in found.items()}


def noted(make: Callable[[], Any]) -> Part:
    """What `make` gives, with all that it named meanwhile."""
    with showing() as shown:
        value = make()
    names = tuple(shown.names)
    if shown.asked and not names:
        shown.refuse("a kept value reads from the database and depends on nothing")
    return Part(value, names, shown.good_until, shown.refusal)


def forget() -> None:
    """All that this process keeps."""
    _shelf.clear()


def _parts(keys: list[K], make: Callable[[list[K]], Mapping[K, Part]]) -> dict[K, Part]:
    backing = None if _sees_what_others_do_not() else the_backing()
    found, moment = _look_up(backing, keys) if backing else ({}, None)
    missing = [key for key in keys if key not in found]
    if missing:
        made = {key: part.on_every_page() for key, part in make(missing).items()}
        if backing and moment is not None:
            _keep(backing, made, moment)
        found |= made
    return {key: found[key] for key in keys if key in found}


def _sees_what_others_do_not() -> bool:
    """Within a transaction one sees what may never be committed. (Those of tests do not count.)"""
    blocks: list[Any] = connection.atomic_blocks
    return bool(blocks) and not blocks[-1]._from_testcase


def _look_up(backing: Backing, keys: list[K]) -> tuple[dict[K, Part], bytes | None]:
    """Those that are still true; and the moment since which nothing may change in the others.

    That is when the request first looked: a value may be made of parts that were at hand already.
    """
    try:
        moment = once("moment", backing.begin)
        return _fresh(backing, {key: part for key in keys if (part := _shelf.get(key))}), moment
    except Unreachable:
        return {}, None


def _fresh(backing: Backing, parts: dict[K, Part]) -> dict[K, Part]:
    now = time()
    parts = {key: part for key, part in parts.items() if now < part.over}
    if not parts:
        return {}
    names = [name for part in parts.values() for name in part.names]
    epoch, *versions = backing.versions(names, backing.question(names))
    fresh, end = {}, 0
    for key, part in parts.items():
        begin, end = end, end + len(part.names)
        if (epoch, *versions[begin:end]) == part.versions:
            fresh[key] = part
    return fresh


def _keep(backing: Backing, made: Mapping[K, Part], moment: bytes) -> None:
    """Nothing of it, if something has changed while it was made."""
    now, latest = timezone.now(), time() + settings.LIVE_PAGES_MAX_AGE
    worth = {
        key: part
        for key, part in made.items()
        if not part.refusal and (part.good_until is None or part.good_until > now)
    }
    names = [name for part in worth.values() for name in part.names]
    try:
        settled = backing.settle(names, moment) if worth else None
    except Unreachable:
        return
    if settled is None:
        return
    epoch, *versions = settled
    end = 0
    for key, part in worth.items():
        begin, end = end, end + len(part.names)
        over = min(latest, part.good_until.timestamp()) if part.good_until else latest
        _shelf.put(key, replace(part, versions=(epoch, *versions[begin:end]), over=over))


class _Shelf:
    """What was used last."""

    def __init__(self) -> None:
        self._parts: OrderedDict[Hashable, Part] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Part | None:
        with self._lock:
            part = self._parts.get(key)
            if part:
                self._parts.move_to_end(key)
            return part

    def put(self, key: Hashable, part: Part) -> None:
        with self._lock:
            self._parts[key] = part
            self._parts.move_to_end(key)
            while len(self._parts) > MOST:
                self._parts.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._parts.clear()


_shelf = _Shelf()
