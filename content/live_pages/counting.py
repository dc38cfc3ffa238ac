"""How often pages were given out as kept, rendered for keeping, or passed by, and why."""

from __future__ import annotations

from collections import Counter

_counts: Counter[str] = Counter()
MOST_KINDS = 200


def count(what: str) -> None:
    """Of this process, roughly: threads may lose one now and then."""
    if what in _counts or len(_counts) < MOST_KINDS:
        _counts[what] += 1


def stats() -> dict[str, int]:
    return dict(_counts)


def forget() -> None:
    _counts.clear()
