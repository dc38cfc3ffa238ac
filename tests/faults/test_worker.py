"""Real workers on a real broker: what is paid is invoiced and mailed once, whatever dies."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import psycopg
import pytest
import redis
from django.db import connection
from django.test import Client
from django.utils import timezone

from checkout import paying, settling, tasks
from checkout.models import Invoice, Order, OrderEmail, PaymentEvent
from checkout.payments.base import Observation, Outcome
from checkout.status import OrderStatus
from checkout.tests.factories import make_order
from products.tests.factories import make_product
from tests.faults.conftest import Workshop, is_drained, wait_until
from tests.services import Redis
from tests.stripe_stand_in import StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def pay(order: Order) -> None:
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "GBP"))


def paid_order() -> Order:
    """Paid at once: one invoice and one e-mail become due."""
    make_product(sku="WAVES")
    order = make_order({"WAVES": 2}, provider="demo")
    pay(order)
    return order


def nothing_due() -> bool:
    return not OrderEmail.objects.due().exists() and not Invoice.objects.due().exists()


def attachments(message: EmailMessage) -> list[tuple[str, bytes]]:
    return [
        (part.get_filename() or "", part.get_content()[:5]) for part in message.iter_attachments()
    ]


def assert_done_once(order: Order, workshop: Workshop) -> None:
    """One invoice with its PDF, one e-mail that carries it."""
    invoice = Invoice.objects.get()
    assert invoice.rendered_at is not None
    assert (workshop.private / str(invoice.pdf.name)).read_bytes().startswith(b"%PDF-")
    [mail] = workshop.mails()
    assert mail["To"] == order.email
    assert mail["Message-ID"].startswith(f"<order-{order.number.lower()}-confirmed-")
    assert attachments(mail) == [(invoice.file_name, b"%PDF-")]
    assert order.emails.get().sent_at is not None


# --- All is well ---------------------------------------------------------------------------------


def test_worker__renders_and_sends(queue: redis.Redis, workshop: Workshop) -> None:
    with workshop.worker():
        order = paid_order()
        wait_until(nothing_due, "invoice and e-mail")
        wait_until(lambda: is_drained(queue), "an empty queue")

    assert_done_once(order, workshop)
    assert workshop.pdfs() == [order.invoice.file_name]


def test_worker__the_same_task_ten_times(queue: redis.Redis, workshop: Workshop) -> None:
    """As beat queues what is late while the queue is long."""
    order = paid_order()
    for _ in range(5):
        tasks.send_due_emails()
        tasks.render_due_invoices()
    assert queue.llen("celery") == 7  # the e-mail waits for its invoice, and is not asked for

    with workshop.worker():
        wait_until(lambda: is_drained(queue), "an empty queue")

    assert_done_once(order, workshop)
    assert order.emails.get().attempts == 1


def test_worker__keeps_one_connection_and_survives_its_end(
    queue: redis.Redis, workshop: Workshop
) -> None:
    """Of the database, from task to task; one that was cut is noticed before it is used again."""
    make_product(sku="WAVES")
    with workshop.worker():
        make_order({"WAVES": 1}, provider="bank_transfer")
        wait_until(nothing_due, "the first e-mail")
        [first] = other_connections()
        make_order({"WAVES": 1}, provider="bank_transfer")
        wait_until(nothing_due, "the second e-mail")
        assert other_connections() == [first]

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [first])
        make_order({"WAVES": 1}, provider="bank_transfer")
        wait_until(nothing_due, "the third e-mail")
        wait_until(lambda: is_drained(queue), "an empty queue")

    assert len(workshop.mails()) == 3
    assert set(OrderEmail.objects.values_list("attempts", flat=True)) == {1}


def other_connections() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return [pid for (pid,) in cursor.fetchall()]


# --- The broker is down --------------------------------------------------------------------------


def test_broker__down_at_the_commit(broker: Redis, queue: redis.Redis, workshop: Workshop) -> None:
    broker.kill()
    began = time.monotonic()

    order = paid_order()

    assert time.monotonic() - began < 15  # two tasks, each given up after a moment
    order.refresh_from_db()
    assert order.status == OrderStatus.PAID
    assert (OrderEmail.objects.due().count(), Invoice.objects.due().count()) == (1, 1)

    broker.start()
    tasks.send_due_emails()
    tasks.render_due_invoices()
    tasks.send_due_emails()
    with workshop.worker():
        wait_until(nothing_due, "invoice and e-mail")
        wait_until(lambda: is_drained(queue), "an empty queue")

    assert_done_once(order, workshop)


def webhook(stripe_api: StandIn, event: dict[str, Any]) -> int:
    body = json.dumps(event)
    headers = {"Stripe-Signature": stripe_api.sign(body)}
    url = "/checkout/webhooks/stripe/"
    return Client().post(url, body, content_type="application/json", headers=headers).status_code


@pytest.mark.parametrize("down", [False, True], ids=["broker up", "broker down"])
def test_webhook__all_the_way(
    broker: Redis, queue: redis.Redis, workshop: Workshop, stripe_api: StandIn, down: bool
) -> None:
    make_product(sku="WAVES")
    order = make_order({"WAVES": 2}, provider="stripe")
    paying.start(order)
    event = stripe_api.pay(str(order.payments.get().reference))
    if down:
        broker.kill()

    assert webhook(stripe_api, event) == 200
    assert PaymentEvent.objects.due().count() == 1
    assert Order.objects.get().status == OrderStatus.PENDING

    if down:
        broker.start()
        PaymentEvent.objects.update(received_at=timezone.now() - timedelta(minutes=1))
        tasks.process_due_events()
    with workshop.worker():
        wait_until(OrderEmail.objects.filter(sent_at__isnull=False).exists, "the e-mail")
        wait_until(lambda: is_drained(queue), "an empty queue")

    assert Order.objects.get().status == OrderStatus.PAID
    assert_done_once(order, workshop)


# --- The worker is killed ------------------------------------------------------------------------


@contextmanager
def held(statement: str, *arguments: object) -> Iterator[None]:
    """A lock that somebody else holds until the block ends."""
    server = connection.settings_dict
    with psycopg.connect(
        host=server["HOST"],
        port=server["PORT"],
        user=server["USER"],
        password=server["PASSWORD"],
        dbname=server["NAME"],
    ) as other:
        other.execute(statement.encode(), arguments)
        yield
        other.rollback()


def waiting_for_a_lock() -> list[int]:
    """Sessions of the database that wait for a lock: the worker, stopped half-way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return [row[0] for row in cursor.fetchall()]


def kill_half_way(workshop: Workshop) -> None:
    """Start a worker, wait until it hangs at the lock that is held, and pull its plug."""
    with workshop.worker() as process:
        wait_until(waiting_for_a_lock, "a worker half-way")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with connection.cursor() as cursor:
            for pid in waiting_for_a_lock():
                cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        wait_until(lambda: not waiting_for_a_lock(), "the end of its session")


def test_killed__before_it_began(queue: redis.Redis, workshop: Workshop) -> None:
    """Its task was in its hands only: it is delivered again, and done once."""
    order = paid_order()
    with held("LOCK TABLE checkout_invoice, checkout_orderemail IN ACCESS EXCLUSIVE MODE"):
        kill_half_way(workshop)
    assert not is_drained(queue)

    with workshop.worker(lost_after=0):
        wait_until(nothing_due, "invoice and e-mail")
        wait_until(lambda: is_drained(queue), "an empty queue")

    assert_done_once(order, workshop)
    assert order.emails.get().attempts == 1
