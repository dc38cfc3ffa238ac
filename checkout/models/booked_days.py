from __future__ import annotations

from typing import Any

from django.db import models


class BookedDay(models.Model):
    """What the invoices and credit notes of a day come to, added up once.

    Papers are never changed or deleted, so `sums` are right for as long as there are as many
    `papers` of that day. A day is one of the clock in `zone`. See `checkout.revenue`.
    """

    day = models.DateField(primary_key=True)
    zone = models.CharField(max_length=64)
    papers = models.PositiveIntegerField()
    sums: models.JSONField[Any, list[dict[str, str]]] = models.JSONField(default=list)

    def __str__(self) -> str:
        return self.day.isoformat()
