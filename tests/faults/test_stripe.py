"""Stripe hangs: the shopper waits no longer than they must, and is charged and refunded once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from checkout import asking, paying, refunding, tasks
from checkout.models import Invoice, Order, Payment, PaymentEvent, Refund
from checkout.payments import stripe as gateway
from checkout.payments.base import ProviderUnavailable
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.tests.factories import make_product
from tests.faults.test_worker import webhook
from tests.stripe_stand_in import StandIn
from tests.stripe_stand_in.faults import NO_ANSWER

pytestmark = pytest.mark.django_db
PATIENCE = 0.4  # seconds that we wait for Stripe here; eight in production
LATER = timedelta(minutes=10)
# The answer is lost and the work is done, or neither comes to anything: we cannot tell.
HANGS = pytest.mark.parametrize("executed", [False, True], ids=["nothing done", "all done"])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT", PATIENCE)
    gateway._client.cache_clear()


@pytest.fixture
def order(stripe_api: StandIn) -> Order:
    make_product(sku="WAVES", price="12.00")
    return make_order({"WAVES": 2}, provider="stripe")


@pytest.fixture
def bounded() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 40 * PATIENCE


def hang(stripe_api: StandIn, *, executed: bool = False, **where: Any) -> None:
    """For every try of one call; nobody hears the answer, if there is one."""
    status = None if executed else NO_ANSWER
    tries = 1 + gateway.RETRIES
    stripe_api.fail_next(tries, status, hang=2 * PATIENCE, executed=executed, **where)


def come_to_its_senses() -> None:
    """Until the last call that hangs is over: its key is in use till then."""
    time.sleep(2 * PATIENCE)


@HANGS
@pytest.mark.usefixtures("bounded")
def test_hangs__as_the_shopper_goes_to_pay(
    order: Order, stripe_api: StandIn, client: Client, executed: bool
) -> None:
    hang(stripe_api, executed=executed)
    page = client.post(f"{order.get_absolute_url()}pay/", follow=True)
    assert "did not answer" in page.content.decode()
    assert Order.objects.get().status == OrderStatus.PENDING

    come_to_its_senses()
    reference = str(_pay_now(order, stripe_api).reference)
    assert webhook(stripe_api, stripe_api.pay(reference)) == 200
    _process_events()

    assert Order.objects.get().status == OrderStatus.PAID
    assert len(stripe_api.sessions) == len(stripe_api.charges) == Invoice.objects.count() == 1


@pytest.mark.usefixtures("bounded")
def test_hangs__as_we_ask_whether_it_was_paid(
    order: Order, stripe_api: StandIn, client: Client
) -> None:
    stripe_api.pay(str(_pay_now(order, stripe_api).reference))
    hang(stripe_api, method="GET")

    page = client.get(f"{order.get_absolute_url()}?paid=1")
    assert page.status_code == 200
    assert Order.objects.get().status == OrderStatus.PENDING

    with time_machine.travel(timezone.now() + LATER):
        tasks.reconcile_open_payments()
    assert Order.objects.get().status == OrderStatus.PAID
    assert Invoice.objects.count() == 1


@HANGS
@pytest.mark.usefixtures("bounded")
def test_hangs__as_money_goes_back(order: Order, stripe_api: StandIn, executed: bool) -> None:
    payment = _pay_now(order, stripe_api)
    stripe_api.pay(str(payment.reference))
    asking.about_payment(payment)
    refunding.refund_in_full(Order.objects.get(), order.total, restock=False)
    hang(stripe_api, executed=executed, path="/v1/refunds")
    with pytest.raises(ProviderUnavailable):
        tasks.make_refund(Refund.objects.get().pk)
    assert (Refund.objects.get().made_at, Refund.objects.get().claimed_until) == (None, None)

    come_to_its_senses()
    with time_machine.travel(timezone.now() + LATER):
        tasks.make_due_refunds()
        tasks.make_due_refunds()

    assert Order.objects.get().status == OrderStatus.REFUNDED
    assert [refund["amount"] for refund in stripe_api.refunds.values()] == [2800]


def _pay_now(order: Order, stripe_api: StandIn) -> Payment:
    paying.start(Order.objects.get(pk=order.pk))
    return order.payments.get()


def _process_events() -> None:
    for pk in PaymentEvent.objects.due().values_list("pk", flat=True):
        tasks.process_event(pk)
