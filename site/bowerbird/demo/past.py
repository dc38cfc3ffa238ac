"""Dates what the shop's own functions have just written as if it had happened earlier.

A real shop's history never changes; a demo shop's must be made in an afternoon. Written by the
functions of the shop and dated here, it is as whole as a real one: snapshots, ledger, invoices.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone

from checkout.models import (
    CreditNote,
    Invoice,
    InvoiceSeries,
    Order,
    OrderEmail,
    OrderEvent,
    Refund,
)
from checkout.models.history import HISTORY_IS_KEPT
from products.ledger import LEDGER_IS_KEPT
from products.models import StockMovement

# They keep history from being changed; here it is made.
GUARDS = [*HISTORY_IS_KEPT, *LEDGER_IS_KEPT]


class Diary:
    """On which day each thing that is written from now on is meant to have happened."""

    def __init__(self) -> None:
        self._since: list[datetime] = []
        self._days: list[datetime] = []

    def turn_to(self, when: datetime) -> None:
        """What is written until the next call happened at `when`."""
        self._since.append(timezone.now())
        self._days.append(when)

    def meant_by(self, written: datetime) -> datetime | None:
        """None for what was written before the diary was opened."""
        place = bisect_right(self._since, written)
        return self._days[place - 1] if place else None


def set_back(diary: Diary) -> None:
    """Give every order, and all that belongs to one, its day. Nothing of it is due afterwards:

    the e-mails were sent long ago, and an invoice is rendered when somebody asks for it.
    """
    now = timezone.now()
    _shift_expiry(diary)
    for rows in _tables():
        moments = _moments(rows.model)
        changed = [row for row in rows if _date(row, moments, diary, now)]
        rows.bulk_update(changed, moments, batch_size=100)
    for model in (Invoice, CreditNote):
        _put_in_their_years(model)
        model._base_manager.filter(rendered_at=None).update(rendered_at=F("issued_at"))
    OrderEmail.objects.due().update(sent_at=F("created_at"))


def set_back_movements(reference: str, when: datetime) -> None:
    _movements().filter(reference=reference).update(created_at=when)


def _tables() -> Iterator[models.QuerySet]:
    """Orders, whatever has an order, and what follows from them: each table that has moments."""
    related = {relation.related_model for relation in Order._meta.related_objects}
    for model in {Order, Refund} | related:
        if _moments(model):
            yield model._base_manager.all()
    yield _movements()


def _movements() -> models.QuerySet:
    """Past the ledger's own manager, which refuses every change: this is before its history."""
    return models.QuerySet(StockMovement)


def _moments(model: type[models.Model]) -> list[str]:
    fields = model._meta.concrete_fields
    return [field.name for field in fields if isinstance(field, models.DateTimeField)]


def _date(row: Any, moments: list[str], diary: Diary, now: datetime) -> bool:
    """Whether anything in the row was to be dated. What lies in the future stays there."""
    found = False
    for moment in moments:
        written = getattr(row, moment)
        when = diary.meant_by(written) if written and written <= now else None
        if when:
            setattr(row, moment, when)
            found = True
    return found


def _shift_expiry(diary: Diary) -> None:
    """A reservation lasts as long as it would have, from the day on which it was made."""
    for order in Order.objects.filter(expires_at__isnull=False):
        when = diary.meant_by(order.placed_at)
        if when and order.expires_at:
            order.expires_at -= order.placed_at - when
            order.save(update_fields=["expires_at"])


# --- Documents carry the year in which they were issued -------------------------------------------


def _put_in_their_years(model: type[Invoice] | type[CreditNote]) -> None:
    """All were numbered this year; those of last year are the first of them."""
    this_year = timezone.localdate().year
    papers: list[Any] = list(model._base_manager.select_related("series").order_by("sequence"))
    earlier = [one for one in papers if timezone.localtime(one.issued_at).year < this_year]
    if not earlier:
        return
    series = papers[0].series
    _number(earlier, _series_of_last_year(series, date(this_year, 1, 1)))
    _number(papers[len(earlier) :], series)


def _series_of_last_year(series: InvoiceSeries, new_year: date) -> InvoiceSeries:
    prefix = series.prefix.replace(str(new_year.year), str(new_year.year - 1))
    return InvoiceSeries.objects.get_or_create(prefix=prefix)[0]


def _number(papers: list[Any], series: InvoiceSeries) -> None:
    """From one on, lowest first, so that no number is ever held by two."""
    for sequence, paper in enumerate(papers, start=1):
        said = OrderEvent.objects.filter(order=paper.order_id, data={"number": paper.number})
        paper.series, paper.sequence = series, sequence
        said.update(data={"number": paper.number})
        paper.save()
    series.next_number = len(papers) + 1
    series.save()
