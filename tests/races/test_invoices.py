"""Invoice numbers stay without a gap, however many orders are paid at once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from checkout import invoices, settling
from checkout.documents.archive import BeingRendered
from checkout.models import Invoice, InvoiceSeries, Order
from checkout.status import OrderStatus
from checkout.tests.factories import advance, make_order
from content.claims import ClaimableQuerySet
from products.tests.factories import make_product, make_variant
from tests.races.conftest import at_once, failures

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
ORDERS = 30


class ChangedMyMindError(Exception):
    """Rolls back."""


def test_numbers__gapless_with_every_fifth_rolled_back(no_documents: None) -> None:
    """The series itself is made in this race: these are the first invoices of the year.

    Each order has a SKU of its own, or its stock's lock would put them in a row beforehand.
    """
    codes = [f"WAVES-{number}" for number in range(ORDERS)]
    make_product(variants=[make_variant(code) for code in codes])
    orders = [make_order({code: 1}) for code in codes]

    def mark_paid(number: int) -> str:
        with transaction.atomic():
            settling.mark_paid_by_hand(orders[number], None)
            allotted = Invoice.objects.get(order=orders[number]).number
            if number % 5 == 0:
                raise ChangedMyMindError
        return allotted

    results = at_once(ORDERS, mark_paid)

    assert [type(error) for error in failures(results)] == [ChangedMyMindError] * (ORDERS // 5)
    kept = ORDERS - ORDERS // 5
    assert sorted(Invoice.objects.values_list("sequence", flat=True)) == list(range(1, kept + 1))
    year = timezone.localdate().year
    assert sorted(result for result in results if isinstance(result, str)) == [
        f"INV-{year}-{number:05d}" for number in range(1, kept + 1)
    ]
    assert InvoiceSeries.objects.get().next_number == kept + 1
    assert Order.objects.filter(status=OrderStatus.PAID).count() == kept


def test_numbers__read_then_write_hands_one_out_twice() -> None:
    """The control: without the lock on the series, many orders read the same next number."""
    series = InvoiceSeries.objects.create(prefix="CONTROL-")

    def naive(number: int) -> int:
        with transaction.atomic():
            seen = InvoiceSeries.objects.get(pk=series.pk).next_number
            InvoiceSeries.objects.filter(pk=series.pk).update(next_number=seen + 1)
            return seen

    numbers = at_once(ORDERS, naive)

    assert len(set(numbers)) < ORDERS


def render_by_four(monkeypatch: pytest.MonkeyPatch) -> tuple[list[Any], int]:
    """What four workers get who come at one moment, and how often it was rendered."""
    make_product(sku="WAVES")
    order = make_order({"WAVES": 1}, provider="demo")
    with transaction.atomic():
        advance(order, OrderStatus.PAID)
        invoice = Invoice.objects.create(
            order=order, series=InvoiceSeries.objects.create(prefix="INV-X-"), sequence=1
        )
    rendered: list[int] = []

    def slow(one: Invoice) -> bytes:
        rendered.append(one.pk)
        time.sleep(0.5)
        return b"%PDF-"

    monkeypatch.setattr(invoices, "render_pdf", slow)
    results = at_once(4, lambda n: invoices.rendered(Invoice.objects.get(pk=invoice.pk)).pdf.name)
    return results, len(rendered)


def test_pdf__four_workers_render_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    results, rendered = render_by_four(monkeypatch)

    assert rendered == 1
    assert {type(error) for error in failures(results)} <= {BeingRendered}
    assert len({result for result in results if isinstance(result, str)}) == 1


def test_pdf__without_a_claim_they_all_render_it(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def everybody(self: Any, pk: Any, **changes: Any) -> Iterator[bool]:
        yield True

    monkeypatch.setattr(ClaimableQuerySet, "claimed", everybody)

    assert render_by_four(monkeypatch)[1] > 1
