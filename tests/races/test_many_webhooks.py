"""Five hundred deliveries about fifty orders: doubled, shuffled, at once, one in ten forged."""

from __future__ import annotations

import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from django.core import mail
from django.db import transaction
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings

from checkout import paying, status, stripe_events, tasks
from checkout.models import Invoice, Order, OrderEmail, Payment, PaymentEvent, Refund
from checkout.payments import stripe as gateway
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.models import Sku, StockMovement
from products.tests.factories import make_product, make_variant, put_in_stock
from tests.races.conftest import at_once, failures
from tests.stripe_stand_in import SECRET, StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
ORDERS, EACH, THREADS, SKUS = 50, 10, 10, 5
URL = "/checkout/webhooks/stripe/"


class RolledBackError(Exception):
    """On purpose."""


class Delivery(NamedTuple):
    body: str
    secret: str


@pytest.fixture
def stripe_api(settings: Settings) -> Iterator[StandIn]:
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        yield stand_in
    gateway._client.cache_clear()


@pytest.fixture
def cheap_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-mails are written and sent, invoices kept; the PDF itself is a scrap."""
    monkeypatch.setattr("checkout.invoices.render_pdf", lambda invoice: b"%PDF-1.7")


@pytest.fixture
def orders(stripe_api: StandIn, cheap_documents: None) -> list[Order]:
    """Each of one unit, over five SKUs of which there are a hundred; all at Stripe."""
    codes = [f"WAVES-{number}" for number in range(SKUS)]
    make_product(variants=[make_variant(code) for code in codes])
    for code in codes:
        put_in_stock(code, 100)
    orders = [make_order({codes[n % SKUS]: 1}, provider="stripe") for n in range(ORDERS)]
    for order in orders:
        paying.start(order)
    return orders


def deliveries(orders: list[Order], stripe_api: StandIn) -> list[Delivery]:
    """Ten an order, in no order: nine of Stripe's, a third of them under other names, one forged.

    Always the same shuffle, so that a failure comes again.
    """
    found: list[Delivery] = []
    for order in orders:
        event = stripe_api.pay(str(order.payments.get().reference))
        copies = [event] * (EACH - 4) + [event | {"id": f"{event['id']}_{n}"} for n in range(3)]
        found += [Delivery(json.dumps(copy), SECRET) for copy in copies]
        found.append(Delivery(json.dumps(event | {"id": f"{event['id']}_forged"}), "whsec_guess"))
    random.Random(4).shuffle(found)
    return found


def deliver(stripe_api: StandIn, sent: list[Delivery]) -> list[tuple[str, int]]:
    """Ten threads at once, each with its share: the secret used and the answer, one a delivery.

    An answer of 500 is a task that failed in the same process; Stripe would come again.
    """

    def post(number: int) -> list[tuple[str, int]]:
        client = Client(raise_request_exception=False)
        return [(one.secret, _post(client, stripe_api, one)) for one in sent[number::THREADS]]

    shares = at_once(THREADS, post)
    assert failures(shares) == []
    return [answer for share in shares if isinstance(share, list) for answer in share]


def _post(client: Client, stripe_api: StandIn, one: Delivery) -> int:
    headers = {"Stripe-Signature": stripe_api.sign(one.body, one.secret)}
    answer = client.post(URL, one.body, content_type="application/json", headers=headers)
    return answer.status_code


def assert_all_paid_once(orders: list[Order]) -> None:
    assert Counter(Order.objects.values_list("status", flat=True)) == {OrderStatus.PAID: ORDERS}
    assert Counter(Payment.objects.values_list("status", flat=True)) == {"succeeded": ORDERS}
    sequences = Invoice.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(sequences) == list(range(1, ORDERS + 1))
    assert set(Invoice.objects.values_list("order_id", flat=True)) == {one.pk for one in orders}
    assert OrderEmail.objects.filter(kind="confirmed", sent_at__isnull=False).count() == ORDERS
    subjects = Counter(message.subject for message in mail.outbox)
    assert (len(subjects), set(subjects.values())) == (ORDERS, {1})
    assert Refund.objects.count() == 0
    assert StockMovement.objects.filter(delta=-1).count() == ORDERS
    assert set(Sku.objects.values_list("on_hand", "reserved")) == {(90, 0)}
    assert PaymentEvent.objects.due().count() == 0


def test_five_hundred_deliveries(orders: list[Order], stripe_api: StandIn) -> None:
    sent = deliveries(orders, stripe_api)

    answers = deliver(stripe_api, sent)

    assert len(sent) == ORDERS * EACH
    assert Counter(answers) == {
        (SECRET, 200): ORDERS * (EACH - 1),
        ("whsec_guess", 400): ORDERS,
    }
    assert PaymentEvent.objects.count() == ORDERS * 4
    assert not PaymentEvent.objects.filter(event_id__endswith="forged").exists()
    assert_all_paid_once(orders)


def test_five_hundred_deliveries__every_tenth_transaction_rolled_back(
    orders: list[Order], stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After all its work, so that also an invoice number was allotted; beat finds the event."""
    undone = every_tenth_undone(monkeypatch)
    sent = deliveries(orders, stripe_api)

    answers = deliver(stripe_api, sent)
    waiting = PaymentEvent.objects.due().count()
    catch_up()

    assert {code for secret, code in answers if secret != SECRET} == {400}
    assert len(undone) >= ORDERS * 4 // 10
    assert waiting > 0
    assert_all_paid_once(orders)


def every_tenth_undone(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The events whose work was thrown away, as it goes on."""
    real: Callable[[PaymentEvent], None] = stripe_events.handle
    counter, undone = itertools.count(1), list[int]()

    def handle(event: PaymentEvent) -> None:
        with transaction.atomic():
            real(event)
            if next(counter) % 10 == 0:
                undone.append(event.pk)
                raise RolledBackError

    monkeypatch.setattr(stripe_events, "handle", handle)
    return undone


def catch_up() -> None:
    """What beat does a minute later, until nothing is due."""
    for _ in range(10):
        for event_id in PaymentEvent.objects.due().values_list("pk", flat=True):
            try:
                tasks.process_event(event_id)
            except RolledBackError:
                continue
        tasks.send_due_emails()


def test_control__without_the_lock_an_order_is_paid_more_than_once(
    orders: list[Order], stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the order's row: several find it unpaid, and only constraints are left."""
    real = status.check

    def slow(before: str, after: str) -> None:
        real(before, after)
        time.sleep(0.1)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **options: self.all())
    monkeypatch.setattr(status, "check", slow)
    order = orders[0]
    event = stripe_api.pay(str(order.payments.get().reference))
    client: Any = [Client(raise_request_exception=False) for _ in range(THREADS)]

    def post(number: int) -> int:
        body = json.dumps(event | {"id": f"evt_{number}"})
        return _post(client[number], stripe_api, Delivery(body, SECRET))

    answers = at_once(THREADS, post)

    sold_more_than_once = StockMovement.objects.filter(delta=-1).count() > 1
    assert 500 in answers or sold_more_than_once
