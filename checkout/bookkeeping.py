"""What the bookkeeper takes over: each invoice and credit note of a period, with tax by rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from heapq import merge
from typing import Any

from checkout import revenue
from checkout.documents.parties import Parties
from checkout.models import CreditNote, Invoice, PaymentStatus
from checkout.models.terms import TaxTreatment
from checkout.periods import Booked, Period

CHUNK = 500


@dataclass(frozen=True)
class Entry:
    """A document. Amounts of a credit note are negative."""

    issued_at: datetime
    number: str
    lowers: str
    order: str
    buyer: str
    country: str
    vat_number: str
    treatment: str
    currency: str
    by_rate: Mapping[Decimal, Booked]
    provider: str
    reference: str

    @property
    def booked(self) -> Booked:
        return sum(self.by_rate.values(), Booked())


@dataclass(frozen=True)
class Total:
    """Of a period, for one currency, one treatment and one rate."""

    currency: str
    treatment: str
    rate: Decimal
    booked: Booked

    @property
    def treatment_label(self) -> str:
        return str(TaxTreatment(self.treatment).label)


def entries(period: Period) -> Iterator[Entry]:
    """As they were issued, read piece by piece."""
    return merge(_invoices(period), _credit_notes(period), key=lambda entry: entry.issued_at)


def totals(period: Period) -> list[Total]:
    """Credit notes subtracted. By currency and treatment, the highest rate first."""
    sums: dict[tuple[str, str, Decimal], Booked] = defaultdict(Booked)
    for one in revenue.of(period):
        sums[one.currency, one.treatment, one.rate] += one.booked
    found = [Total(*key, booked) for key, booked in sums.items()]
    return sorted(found, key=lambda one: (one.currency, one.treatment, -one.rate))


def _invoices(period: Period) -> Iterator[Entry]:
    papers = Invoice.objects.prefetch_related("order__taxes", "order__payments")
    for invoice in _of(papers, period):
        taxes = invoice.order.taxes.all()
        yield _entry(invoice, {one.rate: Booked(one.net, one.tax) for one in taxes})


def _credit_notes(period: Period) -> Iterator[Entry]:
    papers = CreditNote.objects.select_related("invoice")
    for note in _of(papers.prefetch_related("lines", "order__payments"), period):
        taxes = {one.rate: Booked(-one.amount.net, -one.amount.tax) for one in note.taxes}
        yield _entry(note, taxes, note.invoice.number)


def _of(papers: Any, period: Period) -> Iterator[Any]:
    start, end = period.moments
    chosen = papers.filter(issued_at__gte=start, issued_at__lt=end).select_related("order")
    return chosen.order_by("issued_at", "series", "sequence").iterator(chunk_size=CHUNK)


def _entry(paper: Any, by_rate: Mapping[Decimal, Booked], lowers: str = "") -> Entry:
    order, parties = paper.order, Parties.kept(paper.parties)
    paid = [one for one in order.payments.all() if one.status == PaymentStatus.SUCCEEDED]
    return Entry(
        issued_at=paper.issued_at,
        number=paper.number,
        lowers=lowers,
        order=order.number,
        buyer=parties.buyer.company or parties.buyer.name,
        country=parties.recipient.country,
        vat_number=order.vat_number,
        treatment=order.get_tax_treatment_display(),
        currency=order.currency,
        by_rate=by_rate,
        provider=order.payment_provider,
        reference=", ".join(filter(None, (one.charge or one.reference or "" for one in paid))),
    )
