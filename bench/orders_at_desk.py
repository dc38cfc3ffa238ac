"""Answers for one database: reads the name of a page a line, and prints what it cost as JSON.

Started by `bench.orders_at_scale`. A page is asked for through Django's test client, as a shop
manager; its cost is the CPU of this process and of its PostgreSQL session, in milliseconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.tests.factories import make_user  # noqa: E402
from bench.processes import cpu_seconds  # noqa: E402
from checkout import tasks  # noqa: E402
from checkout.admin.periods import month_of  # noqa: E402
from checkout.models import Order, Shipment  # noqa: E402

ORDERS = "/admin/orders/"
TIMES = 5  # each page in a round: the clock of a session has hundredths of a second
SHOPPER = "bench-shopper@example.com"
HISTORY = 300  # orders of one account


def manager() -> Client:
    email = "bench-manager@example.com"
    found = User.objects.filter(email=email).first()
    return _signed_in(found or make_user(email, "Shop managers"))


def shopper() -> Client:
    found = User.objects.filter(email=SHOPPER).first()
    if found is None:
        found = make_user(SHOPPER)
        newest = Order.objects.order_by("-pk").values_list("pk", flat=True)[:HISTORY]
        Order.objects.filter(pk__in=list(newest)).update(user=found)
    return _signed_in(found)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def pages() -> dict[str, Callable[[], object]]:
    desk, account = manager(), shopper()
    some = Order.objects.filter(status="delivered").order_by("pk")
    order = some[some[:5000].count() // 2]
    person = order.billing_address
    parcel = Shipment.objects.filter(order=order).latest("pk")
    month = month_of(timezone.localdate().replace(day=1) - timedelta(days=40))
    dates = f"since={month.first}&until={month.last}"
    line = order.lines.earliest("pk")

    def read(path: str, client: Client = desk) -> Callable[[], object]:
        return lambda: _content(client, path)

    return {
        "listing": read(ORDERS),
        "listing, page 100": read(f"{ORDERS}?p=100"),
        "listing, to pack": read(f"{ORDERS}?todo=pack&ordering=placed_at"),
        "listing, delivered": read(f"{ORDERS}?status=delivered"),
        "listing, a week": read(
            f"{ORDERS}?placed_at_from={_days_ago(30)}&placed_at_to={_days_ago(23)}"
        ),
        "listing, tagged": read(f"{ORDERS}?tags=1"),
        "search, number": read(f"{ORDERS}?q={order.number}"),
        "search, e-mail": read(f"{ORDERS}?q={order.email}"),
        "search, whole name": read(f"{ORDERS}?q={person.name.replace(' ', '+')}"),
        "search, tracking number": read(f"{ORDERS}?q={parcel.number}"),
        "search, invoice": read(f"{ORDERS}?q={order.invoice.number}"),
        "search, a SKU": read(f"{ORDERS}?q={line.sku_id}"),
        "one order": read(f"{ORDERS}inspect/{order.pk}/"),
        "first page of the admin": read("/admin/"),
        "revenue of a month": read(f"{ORDERS}revenue/?{dates}"),
        "bookkeeping of a month": read(f"{ORDERS}bookkeeping/?{dates}"),
        "account, its orders": read("/account/", account),
        "account, page 10": read("/account/?page=10", account),
        "what beat asks": _what_beat_asks,
    }


def _days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def _content(client: Client, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200, (path, response.status_code)
    assert b"</html>" in response.content


def _what_beat_asks() -> None:
    for task in (
        tasks.process_due_events,
        tasks.reconcile_open_payments,
        tasks.release_expired,
        tasks.make_due_refunds,
        tasks.check_due_vat_numbers,
        tasks.render_due_invoices,
        tasks.send_due_emails,
    ):
        task.apply(throw=True)


def cost(page: Callable[[], object], session: int) -> float:
    before = time.process_time() + cpu_seconds(session)
    for _time in range(TIMES):
        page()
    return (time.process_time() + cpu_seconds(session) - before) / TIMES * 1000


def main() -> None:
    settings.DEBUG = False  # which keeps every query
    call_command("migrate", verbosity=0)
    known = pages()
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")  # nobody else works for it
        cursor.execute("SELECT pg_backend_pid()")
        [session] = cursor.fetchone()
    for page in known.values():
        page()  # warms what is kept for the life of a process
    _say({"orders": Order.objects.count()})
    _say({"pages": list(known)})
    for line in sys.stdin:
        _say({"ms": cost(known[line.strip()], session)})


def _say(answer: object) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
