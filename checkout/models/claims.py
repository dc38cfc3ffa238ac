"""Due work is claimed: of the workers that find the same row, one may do it."""

from __future__ import annotations

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

    def claim(self, pk: int, **changes: Any) -> bool:
        """Take this row, by one conditional update: of two who try, one gets True.

        It stays taken until whoever does the work ends the claim, or until `CLAIM` has passed.
        """
        mine = self.unclaimed().filter(pk=pk)
        return bool(mine.update(claimed_until=timezone.now() + CLAIM, **changes))


class Claimable(models.Model):
    """`claimed_until` keeps a second worker away while a first one is at it."""

    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
