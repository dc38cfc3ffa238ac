"""PostgreSQL is killed and started again between placing and paying: a pause, and nothing lost."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import close_old_connections, connection
from django.test import Client

from checkout.models import Invoice, Order, OrderEmail, PaymentEvent
from checkout.status import OrderStatus
from checkout.tests.factories import make_method
from content.tests.factories import set_up_shop
from products.models import Sku
from products.tests.factories import make_product
from tests.faults.test_cache import ADDRESS, add, units
from tests.faults.test_worker import webhook
from tests.services import Postgres, find_postgres, throwaway_postgres
from tests.stripe_stand_in import StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


def copy_database(server: Postgres) -> None:
    """As the tests' own is now: migrated, with the front page."""
    ours = connection.settings_dict
    programs = find_postgres()
    where = ["-h", ours["HOST"], "-p", str(ours["PORT"]), "-U", ours["USER"], ours["NAME"]]
    environment = os.environ | {"PGPASSWORD": ours["PASSWORD"]}
    dump = subprocess.run(
        [programs / "pg_dump", "--no-owner", *where],
        env=environment,
        capture_output=True,
        check=True,
    )
    quiet = ["-q", "-v", "ON_ERROR_STOP=1", "-d", server.url]
    subprocess.run([programs / "psql", *quiet], input=dump.stdout, capture_output=True, check=True)


@contextmanager
def connected_to(server: Postgres) -> Iterator[None]:
    """As production is: connections are kept, and looked at before they are used again."""
    before = dict(connection.settings_dict)
    url = urlsplit(server.url)
    connection.close()
    connection.settings_dict |= {
        "HOST": url.hostname,
        "PORT": url.port,
        "USER": url.username,
        "PASSWORD": url.password,
        "NAME": url.path.strip("/"),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict |= before


@pytest.fixture
def postgres(transactional_db: None) -> Iterator[Postgres]:
    if connection.vendor != "postgresql":
        pytest.fail("needs PostgreSQL: python -m tests.run --phase services")
    with throwaway_postgres() as server:
        copy_database(server)
        with connected_to(server):
            yield server


def test_postgres__killed_between_placing_and_paying(
    postgres: Postgres, stripe_api: StandIn
) -> None:
    client = Client(raise_request_exception=False)
    set_up_shop()
    make_method()
    page = make_product("Waves", sku="WAVES", price="12.00", on_hand=5)
    add(client, page, 2)
    placed = _order(client)
    paid = stripe_api.pay(str(placed.payments.get().reference))
    other = Client(raise_request_exception=False)
    add(other, page)

    postgres.kill()
    close_old_connections()  # as each request begins; Django's test client leaves it out
    assert client.get(placed.get_absolute_url()).status_code == 503
    assert other.post(f"/basket/add/{page.pk}/", {"quantity": 1}).status_code == 503
    assert other.get("/healthz").status_code == 503

    postgres.start()
    close_old_connections()
    assert units(other) == 1
    assert webhook(stripe_api, paid) == 200
    call_command("catch_up")

    assert client.get(placed.get_absolute_url()).status_code == 200
    assert Order.objects.get().status == OrderStatus.PAID
    assert Invoice.objects.get().rendered_at is not None
    assert [message.to for message in mail.outbox] == [[placed.email]]
    assert not PaymentEvent.objects.due().exists()
    assert not OrderEmail.objects.due().exists()
    sku = Sku.objects.get(code="WAVES")
    assert (sku.on_hand, sku.reserved) == (3, 0)


def _order(client: Client) -> Order:
    form = client.get("/checkout/").context["form"]
    posted = ADDRESS | {
        "key": form["key"].value(),
        "method": form["method"].value(),
        "payment": "stripe",
    }
    response = client.post("/checkout/", posted)
    assert response.status_code in (302, 303)
    return Order.objects.get()
