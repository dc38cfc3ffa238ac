"""What was committed, in order: what a reader may see who asks now."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock


class History:
    """Of one thing with one writer. A reader may see the last that was committed when it asked,
    and whatever was under way or came since."""

    def __init__(self, first: object) -> None:
        self._values: list[object] = [first]
        self._committed = 1
        self._lock = Lock()

    def write(self, value: object, commit: Callable[[], object]) -> None:
        with self._lock:
            self._values.append(value)
        commit()
        with self._lock:
            self._committed = len(self._values)

    def now(self) -> int:
        return self._committed

    def allows(self, seen: object, asked_at: int) -> bool:
        with self._lock:
            return seen in self._values[asked_at - 1 :]
