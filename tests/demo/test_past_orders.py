"""The demo shop's past is made of orders like any other, and leaves everything as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import models, transaction
from django.db.models import F, Sum
from django.test import Client, TestCase
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import make_user
from basket.models import Coupon
from bowerbird.demo import orders, planning
from bowerbird.demo.planning import SHOPPER, plan
from checkout import invoices
from checkout.models import (
    Invoice,
    InvoiceSeries,
    Order,
    OrderEmail,
    OrderEvent,
    Refund,
    ReturnRequest,
)
from checkout.status import OrderStatus
from products.models import MovementReason, Sku, StockMovement
from tests.demo.shelves import ON_HAND, said_nothing, stock_shelves


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any) -> Iterator[datetime]:
    """A shop with its past, loaded once for all tests that only look; when loading began."""
    with django_db_blocker.unblock(), transaction.atomic():
        stock_shelves()
        for name in ("shopper", "fulfilment", "manager"):
            make_user(f"{name}@bower.example")
        began = timezone.now()
        with TestCase.captureOnCommitCallbacks(execute=True):
            orders.load(said_nothing)
        yield began
        transaction.set_rollback(True)


@pytest.fixture
def past(loaded: datetime, db: None) -> datetime:
    return loaded


def test_orders__have_come_as_far_as_planned(past: datetime) -> None:
    planned = {one.number: one for one in plan(timezone.localdate(), orders._goods())}
    assert len(planned) == planning.ORDERS
    ends = {
        "paid": OrderStatus.PAID,
        "sent": OrderStatus.SENT,
        "delivered": OrderStatus.DELIVERED,
        "refunded": OrderStatus.REFUNDED,
        "reduced": OrderStatus.PARTIALLY_REFUNDED,
        "asked": OrderStatus.DELIVERED,
        "cancelled": OrderStatus.CANCELLED,
        "expired": OrderStatus.EXPIRED,
        "failed": OrderStatus.FAILED,
    }
    expected = {
        number: ends[list(one.moments)[-1]] if one.moments else OrderStatus.PENDING
        for number, one in planned.items()
    }
    assert dict(Order.objects.values_list("number", "status")) == expected


def test_stock__is_what_the_catalogue_names(past: datetime) -> None:
    assert dict(Sku.objects.values_list("code", "on_hand")) == ON_HAND


def test_ledger__adds_up_in_the_order_of_time(past: datetime) -> None:
    for sku in Sku.objects.all():
        balance = 0
        for movement in sku.movements.order_by("created_at", "pk"):
            balance += movement.delta
            assert movement.balance == balance >= 0, movement
        assert balance == sku.on_hand


def test_reserved__is_only_what_somebody_may_still_pay(past: datetime) -> None:
    reserved = {sku.code: sku.reserved for sku in Sku.objects.filter(reserved__gt=0)}
    [awaited] = Order.objects.awaiting_payment()
    assert awaited.quantities == reserved
    assert awaited.payment_provider == "bank_transfer"
    assert awaited.expires_at
    assert timedelta(days=1) < awaited.expires_at - past < timedelta(days=7)
    assert Order.objects.overdue().count() == 0


def test_invoices__have_numbers_without_gaps_in_the_order_of_time(past: datetime) -> None:
    for series in InvoiceSeries.objects.all():
        of_series = (series.invoices.all() or series.credit_notes.all()).order_by("sequence")
        assert [one.sequence for one in of_series] == list(range(1, series.next_number))
        issued = [one.issued_at for one in of_series]
        assert issued == sorted(issued)
    assert Invoice.objects.count() == Order.objects.filter(paid_at__isnull=False).count()
    assert not Invoice.objects.exclude(issued_at=F("order__paid_at")).exists()


def test_totals__add_up(past: datetime) -> None:
    for order in Order.objects.prefetch_related("lines", "taxes"):
        assert order.subtotal + order.shipping - order.discount == order.total
        assert sum(row.gross for row in order.taxes.all()) == order.total
        assert sum(row.tax for row in order.taxes.all()) == order.tax
    assert Order.objects.filter(tax=0).exists()  # abroad
    assert Order.objects.filter(discount__gt=0).count() == len(planning.WITH_COUPON)
    assert Coupon.objects.aggregate(uses=Sum("uses")) == {"uses": len(planning.WITH_COUPON)}


def test_nothing__is_dated_later_than_yesterday(past: datetime) -> None:
    """Whatever belongs to an order: also what is added to it some day."""
    last = datetime.combine(timezone.localdate(), time(), timezone.get_current_timezone())
    related = {relation.related_model for relation in Order._meta.related_objects}
    for model in {Order, Refund, StockMovement} | related:
        for moment in model._meta.concrete_fields:
            if isinstance(moment, models.DateTimeField) and moment.name != "expires_at":
                late: models.QuerySet = models.QuerySet(model).filter(
                    **{f"{moment.name}__gte": last}
                )
                assert not late.exists(), f"{model.__name__}.{moment.name}"


def test_history__of_an_order_tells_its_story(past: datetime) -> None:
    order = Order.objects.get(status=OrderStatus.REFUNDED)
    told = [event.data.get("after", event.what) for event in order.events.all()]
    assert told == [
        *("placed", "payment_started", "paid", "invoice_issued"),
        *("sent", "delivered", "credit_note_issued", "refund_due", "refunded", "refunded"),
    ]
    days = [event.created_at for event in order.events.all()]
    assert days == sorted(days)
    assert (days[-1] - days[0]) > timedelta(days=7)
    returned = StockMovement.objects.filter(reference=order.number, reason=MovementReason.RETURNED)
    assert {one.sku.code: one.delta for one in returned} == order.quantities


def test_aftermath__a_price_was_reduced_and_a_return_waits(past: datetime) -> None:
    order = Order.objects.get(status=OrderStatus.PARTIALLY_REFUNDED)
    note = order.credit_notes.get()
    assert note.amount.gross == order.refunded_total == 3
    assert note.issued_at == order.events.get(what="credit_note_issued").created_at
    asked = ReturnRequest.objects.get()
    assert asked.order.email == SHOPPER
    assert asked.requested_at == asked.order.events.get(what="return_requested").created_at


def test_sent_orders__can_be_followed(past: datetime) -> None:
    sent = Order.objects.filter(status__in=[OrderStatus.SENT, OrderStatus.DELIVERED])
    assert all(order.shipments.get().tracking_url for order in sent)
    told = OrderEvent.objects.filter(data__after="sent").order_by()
    assert {str(event.actor) for event in told} == {"fulfilment@bower.example"}


def test_shopper__owns_three(past: datetime, client: Client) -> None:
    mine = Order.objects.filter(user__email=SHOPPER)
    assert [order.email for order in mine] == [SHOPPER] * 3
    client.force_login(User.objects.get(email=SHOPPER))
    page = client.get("/account/").content.decode()
    assert all(order.number in page for order in mine)


def test_nothing__was_mailed_or_rendered_or_is_due(past: datetime) -> None:
    assert mail.outbox == []
    assert OrderEmail.objects.due().count() == 0
    assert Invoice.objects.due().count() == 0
    assert Refund.objects.due().count() == 0
    assert not Invoice.objects.exclude(pdf="").exists()


def test_invoice__is_rendered_when_asked_for(past: datetime, client: Client) -> None:
    invoice = Invoice.objects.earliest("sequence")
    response = client.get(invoice.get_absolute_url())
    assert b"".join(response).startswith(b"%PDF-")
    invoice.refresh_from_db()
    name = invoice.pdf.name
    assert invoices.rendered(invoice).pdf.name == name
