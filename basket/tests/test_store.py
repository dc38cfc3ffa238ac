"""When a session is written, and when not."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from basket.tests.factories import add, quantities, remove
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


def writes(client: Client, path: str) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        assert client.post(path).status_code == 302
    statements = [query["sql"] for query in queries]
    return [sql for sql in statements if "django_session" in sql and not sql.startswith("SELECT")]


def test_change__of_nothing_starts_no_session(client: Client) -> None:
    response = client.post("/basket/empty/")

    assert response.status_code == 302
    assert response.cookies == {}
    assert not Session.objects.exists()


def test_change__of_nothing_is_not_written(client: Client) -> None:
    add(client, make_product(sku="FLOW"), 1)
    other = make_product(sku="WAVES").variants.get().sku

    assert writes(client, f"/basket/remove/{other.pk}/") == []
    assert len(writes(client, "/basket/empty/")) == 1
    assert writes(client, "/basket/empty/") == []


def test_change__by_two_tabs_is_read_again(client: Client) -> None:
    flow, waves = make_product(sku="FLOW"), make_product(sku="WAVES")
    add(client, flow, 1)
    tab = Client()
    tab.cookies["sessionid"] = client.cookies["sessionid"].value

    add(tab, waves, 2)
    remove(client, "FLOW")

    assert quantities(client) == quantities(tab) == {"WAVES": 2}
    assert Session.objects.count() == 1
