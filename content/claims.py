"""Due work is claimed: of the workers that find the same row, one may do it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
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

    @contextmanager
    def claimed(self, pk: Any, **changes: Any) -> Iterator[bool]:
        """Whether the work on this row is ours until the block ends, however it ends.

        One conditional update: of two who try, one gets True. Call it on conditions of the row
        itself: one that joins would be judged by what was true before the other one was done.
        """
        until = timezone.now() + CLAIM
        mine = bool(self.unclaimed().filter(pk=pk).update(claimed_until=until, **changes))
        try:
            yield mine
        finally:
            if mine:
                ours = self.model._default_manager.filter(pk=pk, claimed_until=until)
                ours.update(claimed_until=None)


class Claimable(models.Model):
    """`claimed_until` keeps a second worker away while a first one is at it."""

    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
