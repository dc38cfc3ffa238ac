"""What a process has worked out of the database, and knows to be still so."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from content.live_pages.backing import Unreachable, the_backing

AnyValue = TypeVar("AnyValue")

MOST = 500


@dataclass(frozen=True)
class _Kept:
    value: Any
    names: tuple[str, ...]
    versions: tuple[bytes, ...]
    question: bytes


_kept: OrderedDict[str, _Kept] = OrderedDict()
_lock = threading.Lock()


def remembered(key: str, work_out: Callable[[], tuple[AnyValue, Iterable[str]]]) -> AnyValue:
    """`work_out` gives the value and the names (`content.live_pages.names`) that it depends on.

    The same value as last time while all of them have the versions that they had before it was
    worked out. Where nobody keeps versions, or they cannot be asked for, it is worked out anew.
    """
    backing = the_backing()
    if backing is None:
        return work_out()[0]
    try:
        kept = _kept.get(key)
        if kept and tuple(backing.versions(kept.names, kept.question)) == kept.versions:
            return kept.value
        moment = backing.begin()
    except Unreachable:
        return work_out()[0]
    value, depends = work_out()
    names = tuple(dict.fromkeys(depends))
    try:
        versions = backing.settle(names, moment)
    except Unreachable:
        versions = None
    if versions is not None:
        _put(key, _Kept(value, names, versions, backing.question(names)))
    return value


def _put(key: str, kept: _Kept) -> None:
    with _lock:
        _kept[key] = kept
        _kept.move_to_end(key)
        while len(_kept) > MOST:
            _kept.popitem(last=False)
