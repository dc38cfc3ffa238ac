"""Stripe tells us the same thing ten times at one moment."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from checkout import paying, tasks
from checkout.models import Invoice, Order, OrderEmail, PaymentEvent, Refund
from checkout.payments import stripe as gateway
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.models import Sku, StockMovement
from products.tests.factories import make_product
from tests.races.conftest import at_once
from tests.stripe_stand_in import SECRET, StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def stripe_api(settings: Settings) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        yield stand_in
    gateway._client.cache_clear()


@pytest.fixture
def order(stripe_api: StandIn) -> Order:
    make_product(sku="WAVES")
    order = make_order({"WAVES": 2}, provider="stripe")
    paying.start(order)
    return order


def assert_paid_once(order: Order) -> None:
    order.refresh_from_db()
    sku = Sku.objects.get()
    assert order.status == OrderStatus.PAID
    assert (sku.on_hand, sku.reserved) == (8, 0)
    assert StockMovement.objects.filter(delta=-2).count() == 1
    assert [invoice.sequence for invoice in Invoice.objects.all()] == [1]
    assert OrderEmail.objects.get().sent_at is not None
    assert [message.to for message in mail.outbox] == [[order.email]]
    assert Refund.objects.count() == 0
    assert order.events.filter(what="status").count() == 1
    assert PaymentEvent.objects.due().count() == 0


@pytest.mark.parametrize("same", [True, False], ids=["one event", "ten events for one thing"])
def test_webhook__ten_at_once(order: Order, stripe_api: StandIn, same: bool) -> None:
    event = stripe_api.pay(str(order.payments.get().reference))

    def post(number: int) -> int:
        body = json.dumps(event if same else event | {"id": f"evt_{number}"})
        headers = {"Stripe-Signature": stripe_api.sign(body)}
        url = "/checkout/webhooks/stripe/"
        answer = Client().post(url, body, content_type="application/json", headers=headers)
        return answer.status_code

    assert at_once(10, post) == [200] * 10
    assert PaymentEvent.objects.count() == (1 if same else 10)
    assert_paid_once(order)


def test_webhook__while_everybody_else_asks_too(order: Order, stripe_api: StandIn) -> None:
    """The webhook, the shopper's return, reconciliation and the expiry, all at one moment."""
    payment = order.payments.get()
    event = stripe_api.pay(str(payment.reference))
    body = json.dumps(event)
    headers = {"Stripe-Signature": stripe_api.sign(body)}

    def come(number: int) -> int:
        if number % 3 == 0:
            tasks.reconcile_payment(payment.pk)
            return 200
        if number % 3 == 1:
            return Client().get(f"{order.get_absolute_url()}?paid=1").status_code
        url = "/checkout/webhooks/stripe/"
        answer = Client().post(url, body, content_type="application/json", headers=headers)
        return answer.status_code

    assert at_once(9, come) == [200] * 9
    assert_paid_once(order)


def test_email__ten_workers_send_it_once(order: Order) -> None:
    due = OrderEmail.objects.create(order=order, kind="received")

    results = at_once(10, lambda n: tasks.send_email(due.pk))

    assert results == [True] * 10
    assert len(mail.outbox) == 1
    due.refresh_from_db()
    assert due.attempts == 1
