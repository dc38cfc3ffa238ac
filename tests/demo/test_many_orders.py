"""Orders that were made by the thousand are as whole as one that was placed, and nothing is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import models, transaction
from django.db.models import Count, F, Sum
from django.test import TestCase
from pytest_django import Settings

from bowerbird.celery import ShopTask
from bowerbird.demo.many_orders.make import make
from checkout import invoices, paying, refunding, sending, settling
from checkout.models import (
    CreditNote,
    Invoice,
    InvoiceSeries,
    Order,
    OrderLine,
    Refund,
    ShippingMethod,
    Tracking,
)
from checkout.payments.base import Observation, Outcome
from checkout.status import GIVEN_BACK, SETTLED, OrderStatus
from checkout.tests.factories import make_order
from products.models import Sku, StockMovement
from tests.demo.shelves import ON_HAND, said_nothing, stock_shelves

ORDERS, BATCH = 150, 60


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A shop with many orders, made once for all tests that only look."""
    with django_db_blocker.unblock(), transaction.atomic():
        stock_shelves()
        with TestCase.captureOnCommitCallbacks(execute=True):
            make(ORDERS, 7, said_nothing, BATCH)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def many(made: None, db: None) -> None:
    """Inside a transaction of the test's own."""


def test_orders__have_come_to_different_ends(many: None) -> None:
    shares = dict(Order.objects.order_by().values_list("status").annotate(Count("pk")))
    assert sum(shares.values()) == ORDERS
    assert shares[OrderStatus.DELIVERED] > ORDERS / 2
    assert len(shares) > 4
    lines = Order.objects.annotate(n=Count("lines")).values_list("n", flat=True)
    assert {1, 2, 3} <= set(lines) <= {1, 2, 3, 4, 5}


def test_totals__add_up(many: None) -> None:
    for order in Order.objects.prefetch_related("lines", "taxes", "credit_notes__lines"):
        assert order.subtotal + order.shipping - order.discount == order.total
        assert sum(tax.gross for tax in order.taxes.all()) == order.total
        assert sum(tax.tax for tax in order.taxes.all()) == order.tax
        assert sum(line.gross for line in order.lines.all()) + order.shipping == order.total
        given_back = sum(note.amount.gross for note in order.credit_notes.all())
        assert given_back == order.refunded_total
    assert Order.objects.filter(status__in=GIVEN_BACK).exists()


def test_papers__have_numbers_without_gaps(many: None) -> None:
    for series in InvoiceSeries.objects.all():
        papers = (series.invoices.all() or series.credit_notes.all()).order_by("sequence")
        assert [one.sequence for one in papers] == list(range(1, series.next_number))
    paid = Order.objects.filter(paid_at__isnull=False)
    assert Invoice.objects.filter(issued_at=F("order__paid_at")).count() == paid.count()
    assert CreditNote.objects.count() == Refund.objects.count() > 0


def test_shelves__are_as_full_as_before_and_the_ledger_says_so(many: None) -> None:
    for sku in Sku.objects.annotate(sum=Sum("movements__delta")):
        assert (sku.on_hand, sku.sum or 0) == (ON_HAND[sku.code], ON_HAND[sku.code])
        balance = 0
        for movement in sku.movements.order_by("pk"):
            balance += movement.delta
            assert movement.balance == balance
    card = Sku.objects.get(code="CARD")
    with pytest.raises(Exception, match="begins where the shelf stands"), transaction.atomic():
        StockMovement.objects.create(sku=card, delta=1, balance=7, reason="counted")


def test_reserved__is_what_somebody_may_still_pay(many: None) -> None:
    waiting = OrderLine.objects.filter(order__status=OrderStatus.PENDING)
    units = dict(waiting.order_by().values_list("sku_id").annotate(Sum("quantity")))
    reserved = dict(Sku.objects.filter(reserved__gt=0).values_list("code", "reserved"))
    assert units == reserved
    assert not Sku.objects.filter(reserved__gt=F("on_hand")).exists()


def test_nothing__is_due(many: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of everything that beat looks for, nothing is found: no e-mail, no document, no question."""
    current_app.loader.import_default_modules()
    found: list[str] = []
    monkeypatch.setattr(ShopTask, "delay", lambda self, *args: found.append(self.name))
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        if entry["task"].startswith("checkout."):
            assert current_app.tasks[entry["task"]].apply(throw=True).result.begun == 0, entry
    assert (found, mail.outbox) == ([], [])


def test_order__has_rows_where_an_ordinary_one_has(many: None) -> None:
    """Given back whole, after the whole way: so it has passed by everything."""
    with TestCase.captureOnCommitCallbacks():
        ordinary = _placed_and_given_back()
    one = Order.objects.filter(status=OrderStatus.REFUNDED, user=None).exclude(pk=ordinary.pk)
    like_it = one.filter(payment_provider="demo").first()
    assert like_it
    assert _traces(like_it) == _traces(ordinary)


def _placed_and_given_back() -> Order:
    order = make_order({"CARD": 1}, provider="demo")
    paying.start(order)
    payment = order.latest_payment
    settling.apply(payment, Observation(Outcome.PAID, payment.amount, payment.currency))
    sending.send(order, Tracking("royal_mail", "", "QT1"), None)
    order.transition_to(OrderStatus.DELIVERED)
    amount = refunding.refundable(Order.objects.get(pk=order.pk))
    for refund in refunding.refund_in_full(order, amount, restock=True):
        refunding.make(refund.pk)
    return Order.objects.get(pk=order.pk)


def _traces(order: Order) -> dict[str, Any]:
    """What is known of it in each table: which columns say anything, in any of its rows."""
    rows: dict[str, models.QuerySet[Any, Any]] = {"order": Order.objects.filter(pk=order.pk)}
    for relation in Order._meta.related_objects:
        related = relation.related_model._base_manager.filter(**{relation.field.name: order})
        rows[relation.related_model.__name__] = related
    rows["credited"] = order.credit_notes.get().lines.all()
    rows["refund"] = Refund.objects.filter(payment__order=order)
    rows["moved"] = models.QuerySet(StockMovement).filter(reference=order.number)
    said = {name: _columns_that_say_anything(found) for name, found in rows.items()}
    del said["TaggedOrder"]  # staff may tag it
    said["order"] -= {"phone", "discount", "tax", "coupon_id", "coupon_code"}  # some have them
    said["OrderAddress"] -= {"company", "line2", "region"}
    said["OrderEmail"] -= {"sent_at", "sent_to", "subject", "attempts"}  # the ordinary one's wait
    said["Invoice"] -= {"rendered_at"}
    said["CreditNote"] -= {"rendered_at"}
    said["events"] = {event.data.get("after", event.what) for event in order.events.all()}
    said["emails"] = {email.kind for email in order.emails.all()}
    return said


def _columns_that_say_anything(rows: models.QuerySet[Any, Any]) -> set[str]:
    return {name for row in rows.values() for name, value in row.items() if value not in ("", None)}


def test_documents__can_be_made_when_somebody_asks(many: None) -> None:
    invoice = Invoice.objects.select_related("order").latest("issued_at")
    html = invoices.as_html(invoice)
    assert invoice.number in html
    assert invoice.order.billing_address.name.split()[-1] in html


def test_second_run__adds_others(many: None) -> None:
    with TestCase.captureOnCommitCallbacks(execute=True):
        make(20, 7, said_nothing)
    assert Order.objects.count() == ORDERS + 20
    assert Order.objects.filter(status__in=SETTLED, paid_total__lt=F("total")).count() == 0


def test_same_seed__makes_the_same(many: None) -> None:
    once, again = (_made_for_a_moment(seed) for seed in (3, 3))
    assert once == again != _made_for_a_moment(4)


def _made_for_a_moment(seed: int) -> list[tuple[Any, ...]]:
    known = set(Order.objects.values_list("pk", flat=True))
    with transaction.atomic():
        make(10, seed, said_nothing)
        orders = Order.objects.exclude(pk__in=known).order_by("placed_at")
        facts = list(orders.values_list("placed_at", "email", "total", "status", "token"))
        transaction.set_rollback(True)
    return facts


def test_command__refuses_a_shop_that_takes_money(settings: Settings) -> None:
    settings.STRIPE_SECRET_KEY = "sk_live_1"
    with pytest.raises(CommandError, match="takes real money"):
        call_command("make_orders", "1")


def test_command__needs_somewhere_to_deliver(many: None) -> None:
    ShippingMethod.objects.update(active=False)
    with pytest.raises(CommandError, match="nothing to order"):
        call_command("make_orders", "1")
