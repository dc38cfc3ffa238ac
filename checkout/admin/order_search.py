"""The orders that somebody's words may mean: the numbers they carry, who bought, what, by what."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet

from checkout.models import (
    CreditNote,
    Invoice,
    InvoiceSeries,
    Order,
    OrderAddress,
    OrderLine,
    Shipment,
)
from checkout.models.orders import tidy_number
from products.models import Sku

_PAPER = re.compile(r"(?P<prefix>.*\D)0*(?P<sequence>\d{1,9})")


def matching(words: str) -> Q:
    """By number (of the order, its papers, its parcel), e-mail, name or company, or SKU.

    Each question is asked by itself, so that each has its index: see the migration that adds them.
    """
    together = "".join(words.split())
    found: list[QuerySet[Any, Any]] = [
        Order.objects.order_by().filter(number__icontains=tidy_number(words)).values("pk"),
        *_of_person(words),
        Shipment.objects.order_by().filter(number__in=_written(together)).values("order_id"),
        *_with_sku(words),
        *_with_paper(together),
    ]
    return Q(pk__in=found[0].union(*found[1:]))


def _of_person(words: str) -> list[QuerySet[Any, Any]]:
    """A whole address is looked up as it is: its pieces ("@example.com") are in all the others."""
    addressed = Order.objects.order_by()
    if "@" in words and (known := addressed.filter(email__iexact=words)).exists():
        return [known.values("pk")]
    named = Q(name__icontains=words) | Q(company__icontains=words)
    return [
        addressed.filter(email__icontains=words).values("pk"),
        OrderAddress.objects.order_by().filter(named).values("order_id"),
    ]


def _written(number: str) -> set[str]:
    """As carriers print it, whatever the hand did with its capitals."""
    return {number, number.upper(), number.lower()}


def _with_sku(words: str) -> list[QuerySet[Any, Any]]:
    """Asked for only where there is one: the database expects many lines of any SKU."""
    skus = list(Sku.objects.filter(code__iexact=words))
    if not skus:
        return []
    return [OrderLine.objects.order_by().filter(sku__in=skus).values("order_id")]


def _with_paper(number: str) -> list[QuerySet[Any, Any]]:
    """ "inv-2026-42" as well as "INV-2026-00042"."""
    parts = _PAPER.fullmatch(number)
    if parts is None:
        return []
    series = list(InvoiceSeries.objects.filter(prefix__iexact=parts["prefix"]))
    if not series:
        return []
    return [
        papers.order_by()
        .filter(series__in=series, sequence=int(parts["sequence"]))
        .values("order_id")
        for papers in (Invoice.objects.all(), CreditNote.objects.all())
    ]
