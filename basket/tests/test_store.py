"""When a session is written, and when not."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from basket.tests.factories import add, quantities, remove
from content.live_pages import badge
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


def test_first_change__writes_the_session_once(client: Client) -> None:
    page = make_product(sku="FLOW")
    with CaptureQueriesContext(connection) as queries:
        add(client, page, 1)
    written = [query["sql"] for query in queries if "django_session" in query["sql"]]
    assert [sql.split()[0] for sql in written] == ["INSERT"]
    assert quantities(client) == {"FLOW": 1}
    assert Session.objects.get().session_key == client.cookies["sessionid"].value


def test_first_change__is_signed_with_the_key_that_is_written(client: Client) -> None:
    """On the cookie of the badge, before the key is in the database."""
    add(client, make_product(sku="FLOW"), 1)
    assert (
        badge.units_in(
            {name: morsel.value for name, morsel in client.cookies.items()},
            Session.objects.get().session_key,
        )
        == 1
    )


def test_first_change__with_the_cookie_of_no_session_gets_a_key_of_the_shop_s(
    client: Client,
) -> None:
    client.cookies["sessionid"] = "a" * 32
    add(client, make_product(sku="FLOW"), 1)
    assert client.cookies["sessionid"].value != "a" * 32
    assert quantities(client) == {"FLOW": 1}
