"""What is asked again and again finds an index that holds just that, among any number of orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from checkout import refunding, revenue
from checkout.admin.order_filters import ToDo, waiting_for
from checkout.models import (
    CreditNote,
    Discrepancy,
    Dispute,
    Invoice,
    Order,
    OrderEmail,
    Payment,
    PaymentEvent,
    Refund,
    ReturnRequest,
    VatCheck,
)
from checkout.periods import Period
from tests.explaining import on_postgresql, plan_of

pytestmark = [pytest.mark.django_db, on_postgresql]
NOW = timezone.now()
DAY = (NOW - timedelta(days=1), NOW)
Rows = Callable[[], QuerySet[Any, Any]]

# What beat asks every minute or two, of all that there ever was.
DUE: dict[str, tuple[Rows, str]] = {
    "e-mails": (lambda: OrderEmail.objects.ready().unclaimed(), "order_email_due"),
    "invoices": (lambda: Invoice.objects.due().unclaimed(), "invoice_due"),
    "credit notes": (lambda: CreditNote.objects.due().unclaimed(), "creditnote_due"),
    "refunds": (lambda: Refund.objects.due_from_provider().unclaimed(), "refund_due"),
    "events": (lambda: PaymentEvent.objects.due().unclaimed(), "payment_event_due"),
    "payments": (lambda: Payment.objects.unsettled().unclaimed(), "payment_unsettled"),
    "VAT numbers": (lambda: VatCheck.objects.due().unclaimed(), "vat_check_due"),
    "reservations": (lambda: Order.objects.overdue(), "order_overdue"),
}
# What waits for somebody: counted on the admin's first page.
WAITING: dict[str, tuple[Rows, str]] = {
    "to pack": (lambda: Order.objects.to_pack(), "order_to_pack"),
    "held": (lambda: waiting_for(ToDo.PAYMENT_HELD), "payment_held"),
    "disputed": (lambda: Dispute.objects.open(), "dispute_open"),
    "refused": (lambda: waiting_for(ToDo.REFUND_REFUSED), "refund_due"),
    "by hand": (lambda: waiting_for(ToDo.REFUND_BY_HAND), "refund_due"),
    "e-mails": (lambda: waiting_for(ToDo.EMAIL_TROUBLE), "order_email_failed"),
    "invoices": (lambda: waiting_for(ToDo.DOCUMENT_DAMAGED), "invoice_damaged"),
    "credit notes": (lambda: waiting_for(ToDo.DOCUMENT_DAMAGED), "creditnote_damaged"),
    "returns": (lambda: ReturnRequest.objects.waiting(), "return_open"),
    "differences": (lambda: Discrepancy.objects.open(), "discrepancy_open"),
}
# A day of the payment service's books.
DAYS: dict[str, tuple[Rows, str]] = {
    "first": (
        lambda: Payment.objects.filter(provider="stripe").order_by("created_at")[:1],
        "payment_by_provider",
    ),
    "paid": (
        lambda: Payment.objects.filter(provider="stripe", paid_at__range=DAY),
        "payment_by_day",
    ),
    "refunded": (lambda: Refund.objects.filter(made_at__range=DAY), "refund_by_day"),
    "disputed": (lambda: Dispute.objects.filter(opened_at__range=DAY), "dispute_by_day"),
    "billed": (lambda: Invoice.objects.filter(issued_at__range=DAY), "invoice_by_day"),
}


@pytest.mark.parametrize(
    ("rows", "index"),
    [
        pytest.param(*case, id=f"{group} {name}")
        for group, cases in (("due", DUE), ("waiting", WAITING), ("day", DAYS))
        for name, case in cases.items()
    ],
)
def test_index__is_found(rows: Rows, index: str) -> None:
    plan = plan_of(rows())
    assert index in plan.indexes
    assert not plan.read_whole


def test_refunds_due__are_asked_for_as_above() -> None:
    assert refunding.due() == []


def test_month__is_read_by_the_day_of_its_papers() -> None:
    month = Period(date(2026, 11, 1), date(2026, 11, 30))
    for papers, index in ((Invoice, "invoice_by_day"), (CreditNote, "creditnote_by_day")):
        plan = plan_of(revenue._in(papers.objects.all(), "issued_at", month))
        assert index in plan.indexes
