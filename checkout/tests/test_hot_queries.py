"""What is asked again and again finds an index that holds just that, among any number of orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

from checkout import refunding, revenue
from checkout.admin.order_filters import OrderFilterSet, ToDo, waiting_for
from checkout.admin.order_search import matching
from checkout.models import (
    CreditNote,
    Discrepancy,
    Dispute,
    Invoice,
    InvoiceSeries,
    Order,
    OrderAddress,
    OrderEmail,
    Payment,
    PaymentEvent,
    Refund,
    ReturnRequest,
    VatCheck,
)
from checkout.periods import Period
from checkout.tests.factories import make_order
from products.tests.factories import make_product
from tests.explaining import on_postgresql, plan_of, without_rivals

pytestmark = [pytest.mark.django_db, on_postgresql]
NOW = timezone.now()
DAY = (NOW - timedelta(days=1), NOW)
Rows = Callable[[], QuerySet[Any, Any]]

# What beat asks every minute or two, of all that there ever was.
DUE: dict[str, tuple[Rows, *tuple[str, ...]]] = {
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
WAITING: dict[str, tuple[Rows, *tuple[str, ...]]] = {
    "to pack": (lambda: Order.objects.to_pack(), "order_to_pack"),
    "held": (lambda: waiting_for(ToDo.PAYMENT_HELD), "payment_held"),
    "disputed": (lambda: Dispute.objects.open(), "dispute_open"),
    "refused": (lambda: waiting_for(ToDo.REFUND_REFUSED), "refund_due"),
    "by hand": (lambda: waiting_for(ToDo.REFUND_BY_HAND), "refund_due"),
    "e-mails": (
        lambda: waiting_for(ToDo.EMAIL_TROUBLE),
        *("order_email_failed", "order_email_due"),
    ),
    "invoices": (lambda: waiting_for(ToDo.DOCUMENT_DAMAGED), "invoice_damaged"),
    "credit notes": (lambda: waiting_for(ToDo.DOCUMENT_DAMAGED), "creditnote_damaged"),
    "returns": (lambda: ReturnRequest.objects.waiting(), "return_open"),
    "differences": (lambda: Discrepancy.objects.open(), "discrepancy_open"),
}
# A day of the payment service's books.
DAYS: dict[str, tuple[Rows, *tuple[str, ...]]] = {
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
    ("rows", "indexes"),
    [
        pytest.param(case[0], case[1:], id=f"{group} {name}")
        for group, cases in (("due", DUE), ("waiting", WAITING), ("day", DAYS))
        for name, case in cases.items()
    ],
)
def test_index__is_found(rows: Rows, indexes: tuple[str, ...]) -> None:
    with without_rivals(*indexes):
        plan = plan_of(rows())
    assert plan.indexes.issuperset(indexes)
    assert not plan.read_whole


def test_refunds_due__are_asked_for_as_above() -> None:
    assert refunding.due() == []


def test_month__is_read_by_the_day_of_its_papers() -> None:
    month = Period(date(2026, 11, 1), date(2026, 11, 30))
    for papers, index in ((Invoice, "invoice_by_day"), (CreditNote, "creditnote_by_day")):
        with without_rivals(index):
            plan = plan_of(revenue._in(papers.objects.all(), "issued_at", month))
        assert index in plan.indexes


SEARCHES: dict[str, tuple[str, set[str]]] = {
    "a number": ("7KQ3-M9XT", {"order_number_anywhere"}),
    "a piece of an e-mail": ("lovelace", {"order_email_anywhere", "order_name_anywhere"}),
    "a tracking number": ("QT123456789GB", {"shipment_by_number"}),
    "an invoice": ("INV-2026-00042", set()),
    "a SKU": ("WAVES", {"checkout_orderline_sku_id"}),
}


@pytest.mark.parametrize(("words", "indexes"), SEARCHES.values(), ids=SEARCHES)
def test_search__reads_indexes_only(words: str, indexes: set[str]) -> None:
    make_product(sku="WAVES")
    InvoiceSeries.objects.create(prefix="INV-2026-")
    plan = plan_of(Order.objects.filter(matching(words)))
    assert not plan.read_whole
    for index in indexes:  # Django adds to the names that it makes itself
        assert any(used.startswith(index) for used in plan.indexes)


def test_search__a_whole_address_is_looked_up_as_it_is() -> None:
    make_product(sku="WAVES")
    make_order({"WAVES": 1}, email="Ada@Example.com")
    plan = plan_of(Order.objects.filter(matching("ada@example.COM")))
    assert "order_by_email_in_capitals" in plan.indexes
    assert "order_email_anywhere" not in plan.indexes


LISTINGS: dict[str, tuple[Rows, str]] = {
    "newest": (lambda: Order.objects.order_by("-placed_at"), "checkout_order_placed_at"),
    "by total": (lambda: Order.objects.order_by("total"), "order_by_total"),
    "of a status": (
        lambda: Order.objects.filter(status="paid").order_by("-placed_at"),
        "order_by_status",
    ),
    "by payment": (
        lambda: Order.objects.filter(payment_provider="stripe").order_by("-placed_at"),
        "order_by_payment",
    ),
    "by delivery": (
        lambda: Order.objects.filter(shipping_method="Post").order_by("-placed_at"),
        "order_by_delivery",
    ),
    "of an account": (lambda: Order.objects.filter(user=1), "order_of_user"),
}


@pytest.mark.parametrize(("rows", "index"), LISTINGS.values(), ids=LISTINGS)
def test_listing__begins_at_once(rows: Rows, index: str) -> None:
    """Its first rows come from an index in their order: nothing is sorted that is not shown."""
    with without_rivals(index):
        plan = plan_of(rows()[:50])
    assert any(used.startswith(index) for used in plan.indexes)
    assert not plan.read_whole


def test_country__is_looked_up() -> None:
    there = OrderAddress.objects.filter(kind="delivery", country="IS")
    with without_rivals("order_address_by_country"):
        assert "order_address_by_country" in plan_of(there).indexes


def test_filter__compares_no_order_with_all_others() -> None:
    asked = {"status": ["paid", "sent"], "payment_provider": ["bank_transfer"]}
    filters = OrderFilterSet(asked, queryset=Order.objects.all(), request=None)
    assert filters.is_valid()
    assert not filters.qs.query.distinct
