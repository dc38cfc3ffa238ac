"""What beat and `manage.py catch_up` do about work that is due: a task for each piece of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any, NamedTuple

from celery.result import EagerResult

logger = logging.getLogger(__name__)


class Round(NamedTuple):
    """One look at what was due: how much was begun, and of how much we know that it failed."""

    begun: int
    failed: int

    def and_then(self, other: Round) -> Round:
        return Round(self.begun + other.begun, self.failed + other.failed)


def each(task: Any, ids: Iterable[int | str]) -> Round:
    """One task an id, so that one that fails does not hold up the others."""
    outcomes = [_begin(task, pk) for pk in ids]
    return Round(len(outcomes), outcomes.count(False))


def _begin(task: Any, pk: int | str) -> bool:
    """False where it is left for the next time. What a worker makes of it, only the rows tell."""
    try:
        result = task.delay(pk)
    except Exception as error:
        logger.warning("%s(%s) left for the next time: %s", task.name, pk, type(error).__name__)
        return False
    return not (isinstance(result, EagerResult) and (result.failed() or result.result is False))
