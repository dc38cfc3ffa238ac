"""The stand-in's own clock, which tests move forward so that sessions fall due."""

from __future__ import annotations

import time


class Clock:
    """Real time plus an offset in seconds."""

    def __init__(self) -> None:
        self.offset = 0

    def now(self) -> int:
        """Seconds since the epoch, as Stripe's `created` and `expires_at`."""
        return int(time.time()) + self.offset

    def advance(self, seconds: int) -> None:
        if seconds < 0:
            raise ValueError("time only moves forward")
        self.offset += seconds
