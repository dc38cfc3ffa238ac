"""The numbers of invoices and credit notes: without gaps, a series a year, as they were issued."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils import timezone

from bowerbird.demo.many_orders.sheets import Sheet, moment
from checkout.models import InvoiceSeries


@dataclass(frozen=True)
class Paper:
    """An invoice or a credit note that has no number yet."""

    order_id: int
    key: int
    issued: int
    parties: str
    invoice_id: int | None = None


def number(papers: Iterable[Paper], kind: str, sheet: Sheet, events: Sheet, what: str) -> None:
    """Put these on the sheet; `kind` begins the number: "INV". Locks the series.

    They count as rendered: each is, once somebody asks for it.
    """
    for year, some in groupby(sorted(papers, key=lambda one: one.issued), key=_year):
        issued = list(some)
        prefix = f"{kind}-{year}-"
        first = _allot(prefix, len(issued))
        for sequence, paper in enumerate(issued, start=first):
            at = moment(paper.issued)
            about: dict[str, Any] = {"invoice_id": paper.invoice_id} if paper.invoice_id else {}
            sheet.add(
                id=paper.key,
                order_id=paper.order_id,
                series_id=prefix,
                sequence=sequence,
                issued_at=at,
                rendered_at=at,
                parties=paper.parties,
                **about,
            )
            said = json.dumps({"number": f"{prefix}{sequence:05d}"})
            events.add(order_id=paper.order_id, what=what, data=said, created_at=at)


def _allot(prefix: str, count: int) -> int:
    """The first of so many numbers."""
    InvoiceSeries.objects.get_or_create(prefix=prefix)
    series = InvoiceSeries.objects.select_for_update().get(prefix=prefix)
    first = series.next_number
    series.next_number += count
    series.save(update_fields=["next_number"])
    return first


def _year(paper: Paper) -> int:
    here = timezone.get_current_timezone()
    return datetime.fromtimestamp(paper.issued, here).year
