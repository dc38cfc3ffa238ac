"""What processes have used, by Linux's /proc: CPU of a whole family, and its memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
# Of /proc/<pid>/stat behind the name: own user and system time, and that of children who are gone.
TIMES = slice(11, 15)


def family(pid: int) -> Iterator[int]:
    """The process, its children, theirs, and so on."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").glob("*"):
        with suppress(OSError):  # it ended while we looked
            for child in (thread / "children").read_text().split():
                yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """User and system time of a family so far. Whoever ended is counted with its parent."""
    return sum(_used(one) for one in family(pid))


def megabytes(pid: int) -> float:
    """Memory of a family, in which a page that several of them share counts once."""
    return sum(own_megabytes(one) for one in family(pid))


def own_megabytes(pid: int) -> float:
    """Of one process, and its part of what it shares with others."""
    with suppress(OSError):
        for text in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if text.startswith("Pss:"):
                return int(text.split()[1]) / 1024
    return 0.0


def _used(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    return sum(int(ticks) for ticks in stat.rpartition(")")[2].split()[TIMES]) / TICKS
