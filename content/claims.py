"""Due work is claimed: of the workers that find the same row, one may do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

# Longer than any task may run, so that a claim outlives its claimant only when that was killed.
CLAIM = timedelta(minutes=5)


class ClaimableQuerySet(models.QuerySet[Any]):
    def unclaimed(self) -> Self:
        """Nobody is at it, or whoever was has been killed since."""
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=timezone.now())
        return self.filter(free)

    def claim(self, pk: Any, **changes: Any) -> datetime | None:
        """Until when the work on this row is ours: None where somebody else is at it.

        One conditional update: of two who try, one gets it. Call it on conditions of the row
        itself: one that joins would be judged by what was true before the other one was done.
        Whoever writes down how the work ended sets `claimed_until` to None with that.
        """
        until = timezone.now() + CLAIM
        mine = self.unclaimed().filter(pk=pk).update(claimed_until=until, **changes)
        return until if mine else None

    @contextmanager
    def claimed(self, pk: Any, **changes: Any) -> Iterator[bool]:
        """Whether the work on this row is ours until the block ends, however it ends."""
        until = self.claim(pk, **changes)
        try:
            yield until is not None
        finally:
            if until:
                ours = self.model._default_manager.filter(pk=pk, claimed_until=until)
                ours.update(claimed_until=None)


class Claimable(models.Model):
    """`claimed_until` keeps a second worker away while a first one is at it."""

    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
