"""What the shop has billed and given back, by day, payment and tax: sums that are kept.

A day is added up when somebody asks for it first, and again only once it has more papers. So a
month costs as much to show as it has days, however many orders there were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from checkout.models import BookedDay, CreditNote, CreditNoteLine, Invoice, OrderTax
from checkout.periods import NOTHING, Booked, Period

Key = tuple[str, str, Decimal, str]  # currency, treatment, rate, payment provider


@dataclass(frozen=True)
class DaySum:
    """Of one day, for one currency, tax treatment, rate and way to pay. Both are above zero."""

    day: date
    currency: str
    treatment: str
    rate: Decimal
    provider: str
    billed: Booked = NOTHING
    credited: Booked = NOTHING

    @property
    def booked(self) -> Booked:
        """What is left, below zero where more went back."""
        return self.billed + Booked(-self.credited.net, -self.credited.tax)


def of(period: Period) -> list[DaySum]:
    """By day, and within it by currency, treatment, the highest rate first, and provider."""
    papers = _papers(period)
    kept = _kept(papers)
    missing = papers.keys() - kept.keys()
    if missing:
        fresh = _added_up(missing)
        _keep(fresh, papers)
        kept |= fresh
    return [one for day in sorted(kept) for one in kept[day]]


def _papers(period: Period) -> Mapping[date, int]:
    """How many documents were issued on each day that has any."""
    counts: Counter[date] = Counter()
    for papers in (Invoice.objects.all(), CreditNote.objects.all()):
        issued = _in(papers, "issued_at", period).annotate(day=_day("issued_at"))
        counts.update(dict(issued.order_by().values_list("day").annotate(Count("pk"))))
    return counts


def _kept(papers: Mapping[date, int]) -> dict[date, list[DaySum]]:
    """Of the days that have no more papers than were added up."""
    zone = timezone.get_default_timezone_name()
    rows = BookedDay.objects.filter(day__in=papers, zone=zone)
    return {
        row.day: [_read(row.day, one) for one in row.sums]
        for row in rows
        if row.papers == papers[row.day]
    }


def _added_up(days: Collection[date]) -> dict[date, list[DaySum]]:
    span = Period(min(days), max(days))
    billed: Any = _in(OrderTax.objects.all(), "order__invoice__issued_at", span)
    credited: Any = _in(CreditNoteLine.objects.all(), "credit_note__issued_at", span)
    sums: dict[date, dict[Key, DaySum]] = defaultdict(dict)
    for name, lines, order, issued in (
        ("billed", billed, "order", "order__invoice__issued_at"),
        ("credited", credited, "credit_note__order", "credit_note__issued_at"),
    ):
        for day, *key, net, tax in _grouped(lines, order, issued):
            if day in days:
                known = sums[day].get(tuple(key)) or DaySum(day, *key)
                changes: dict[str, Any] = {name: Booked(net, tax)}
                sums[day][tuple(key)] = replace(known, **changes)
    return {day: sorted(sums[day].values(), key=_place) for day in days}


def _grouped(lines: QuerySet[Any], order: str, issued: str) -> Iterable[tuple[Any, ...]]:
    facts = ("currency", "tax_treatment", None, "payment_provider")
    keys = [f"{order}__{fact}" if fact else "rate" for fact in facts]
    by_day = lines.annotate(day=_day(issued)).order_by().values_list("day", *map(F, keys))
    return by_day.annotate(Sum("net"), Sum("tax"))


def _keep(fresh: Mapping[date, list[DaySum]], papers: Mapping[date, int]) -> None:
    """With how many papers there were before they were added up: one that came meanwhile makes
    the day be added up again."""
    zone = timezone.get_default_timezone_name()
    BookedDay.objects.bulk_create(
        (
            BookedDay(day=day, zone=zone, papers=papers[day], sums=[_written(one) for one in sums])
            for day, sums in fresh.items()
        ),
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["zone", "papers", "sums"],
    )


def _written(one: DaySum) -> dict[str, str]:
    facts = {name: getattr(one, name) for name in ("currency", "treatment", "rate", "provider")}
    amounts = {f"billed_{name}": value for name, value in asdict(one.billed).items()}
    amounts |= {f"credited_{name}": value for name, value in asdict(one.credited).items()}
    return {name: str(value) for name, value in (facts | amounts).items()}


def _read(day: date, row: Mapping[str, str]) -> DaySum:
    def booked(name: str) -> Booked:
        return Booked(Decimal(row[f"{name}_net"]), Decimal(row[f"{name}_tax"]))

    rate = Decimal(row["rate"])
    facts = (row["currency"], row["treatment"], rate, row["provider"])
    return DaySum(day, *facts, billed=booked("billed"), credited=booked("credited"))


def _place(one: DaySum) -> tuple[Any, ...]:
    return one.currency, one.treatment, -one.rate, one.provider


def _in(rows: QuerySet[Any], issued: str, period: Period) -> QuerySet[Any]:
    start, end = period.moments
    return rows.filter(**{f"{issued}__gte": start, f"{issued}__lt": end})


def _day(issued: str) -> TruncDate:
    return TruncDate(issued, tzinfo=timezone.get_default_timezone())
