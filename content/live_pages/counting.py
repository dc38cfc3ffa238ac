"""How often pages were given out as kept, rendered for keeping, or passed by, and why.

Each process counts its own visits, and adds them now and then to the hours that all share: a visit
costs no question, and what a process had not told yet is lost with it.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from time import monotonic

from django.utils import timezone

from content.live_pages.backing import Unreachable, the_backing

TELL_AFTER = 10.0  # seconds
MOST_KINDS = 200

_counts: Counter[str] = Counter()
_told: Counter[str] = Counter()
_telling = threading.Lock()
_next_time = monotonic() + TELL_AFTER


def count(what: str) -> None:
    """Roughly: threads may lose one now and then."""
    if what in _counts or len(_counts) < MOST_KINDS:
        _counts[what] += 1
    if monotonic() > _next_time:
        tell()


def stats() -> dict[str, int]:
    """Of this process."""
    return dict(_counts)


def tell() -> None:
    """What the others do not know yet. If Redis is away, they learn it the next time."""
    global _next_time, _told
    if not _telling.acquire(blocking=False):
        return
    try:
        _next_time = monotonic() + TELL_AFTER
        now = Counter(_counts)
        backing = the_backing()
        if backing and (news := now - _told):
            backing.add_up(_hour_of(timezone.now()), news)
            _told = now
    except Unreachable:
        pass
    finally:
        _telling.release()


def counted(hours: int) -> Counter[str]:
    """By all processes, in so many hours up to this one. May raise Unreachable."""
    now = timezone.now()
    asked = [_hour_of(now - timedelta(hours=back)) for back in range(hours)]
    backing = the_backing()
    return _sum_of(backing.added_up(asked)) if backing else Counter()


def forget() -> None:
    _counts.clear()
    _told.clear()


def _hour_of(moment: datetime) -> str:
    return f"{moment:%Y%m%d%H}"


def _sum_of(parts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update(part)
    return total
