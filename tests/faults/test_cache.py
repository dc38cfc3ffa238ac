"""Redis is down: the shop sells on, from the database, and nobody's basket is lost."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache, caches
from django.test import Client
from pytest_django import Settings

from accounts.tests.factories import PASSWORD, make_user
from checkout.models import Order
from checkout.tests.factories import make_method
from content.tests.factories import set_up_shop
from products.models import ProductPage
from products.tests.factories import make_product
from tests.services import Redis, free_port, throwaway_redis

# Whoever came before left nothing in the database, not even a site.
among_races = pytest.mark.django_db(transaction=True, serialized_rollback=True)
ADDRESS = {
    "email": "ada@example.com",
    "billing_same": "on",
    "payment": "bank_transfer",
    "delivery_country": "GB",
    "delivery_name": "Ada Lovelace",
    "delivery_line1": "12 St James's Square",
    "delivery_city": "London",
    "delivery_postcode": "SW1Y 4JH",
}


def cache_at(settings: Settings, url: str) -> None:
    """The cache and the sessions of production, as `settings/base.py` has them with REDIS_URL."""
    redis = {
        "LOCATION": url,
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 1,
        },
    }
    settings.CACHES = {
        "default": {"BACKEND": "bowerbird.caches.RedisOrMemory", **redis},
        "sessions": {"BACKEND": "django_redis.cache.RedisCache", **redis},
    }
    settings.SESSION_CACHE_ALIAS = "sessions"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"


@pytest.fixture
def product(db: None) -> ProductPage:
    set_up_shop(bank_iban="GB29 NWBK")
    make_method()
    return make_product("Waves", sku="WAVES")


def add(client: Client, product: ProductPage, quantity: int = 1) -> int:
    return client.post(f"/basket/add/{product.pk}/", {"quantity": quantity}).status_code


def units(client: Client) -> int:
    page = client.get("/basket/")
    assert page.status_code == 200
    return int(page.context["basket"].count)


def buy(client: Client) -> Order:
    page = client.get("/checkout/")
    form = page.context["form"]
    posted = ADDRESS | {"key": form["key"].value(), "method": form["method"].value()}
    response = client.post("/checkout/", posted)
    assert response.status_code == 302
    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert client.get(response["Location"]).status_code == 200
    return order


@pytest.fixture
def dead_redis(settings: Settings) -> None:
    cache_at(settings, f"redis://127.0.0.1:{free_port()}/0")


def test_redis_down__attempts_are_counted_all_the_same(
    client: Client, db: None, dead_redis: None, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "2/5m/key"}
    make_user("ada@example.com")

    guess = {"login": "ada@example.com", "password": "guessed"}
    answers = [client.post("/account/login/", guess).status_code for _ in range(3)]
    right = client.post("/account/login/", guess | {"password": PASSWORD})

    assert answers == [200, 200, 200]
    assert (right.status_code, "_auth_user_id" in client.session) == (200, False)


def test_redis_down__who_knows_the_password_comes_in(
    client: Client, db: None, dead_redis: None, settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "2/5m/key"}
    make_user("ada@example.com")

    answer = client.post("/account/login/", {"login": "ada@example.com", "password": PASSWORD})

    assert (answer.status_code, "_auth_user_id" in client.session) == (302, True)


def test_redis_down__sessions_are_read_from_the_database(dead_redis: None) -> None:
    """Each process would remember its own otherwise, and show a basket of the past."""
    sessions = caches["sessions"]
    sessions.set("key", "value")

    assert sessions.get("key") is None


def test_redis_down__from_product_to_order(
    client: Client, product: ProductPage, dead_redis: None
) -> None:
    began = time.monotonic()

    assert client.get(product.url).status_code == 200
    assert add(client, product, 2) == 302
    assert add(client, product, 1) == 302
    assert units(client) == 3
    order = buy(client)

    assert order.quantities == {"WAVES": 3}
    assert units(client) == 0
    assert time.monotonic() - began < 30


@pytest.fixture
def live_redis(settings: Settings) -> Iterator[Redis]:
    with throwaway_redis() as server:
        cache_at(settings, server.url)
        yield server


@pytest.mark.services
@among_races
def test_redis_dies__and_comes_back_empty(
    client: Client, product: ProductPage, live_redis: Redis
) -> None:
    add(client, product, 2)
    cache.set("key", "value")
    assert (units(client), cache.get("key")) == (2, "value")

    live_redis.kill()
    assert units(client) == 2
    assert add(client, product) == 302
    assert units(client) == 3

    live_redis.start()
    assert cache.get("key") is None
    assert units(client) == 3
    assert buy(client).quantities == {"WAVES": 3}


@pytest.mark.services
@among_races
def test_redis_dies__between_the_form_and_the_order(
    client: Client, product: ProductPage, live_redis: Redis
) -> None:
    """Whoever was filling in the form notices nothing; who browses waits a little."""
    assert client.get(product.url).status_code == 200
    add(client, product, 2)
    form = client.get("/checkout/").context["form"]

    live_redis.kill()
    for url in ("/", product.url, product.get_parent().url, "/search/?q=waves", "/basket/"):
        assert client.get(url).status_code == 200
    posted = ADDRESS | {"key": form["key"].value(), "method": form["method"].value()}
    response = client.post("/checkout/", posted)

    assert response.status_code == 302
    assert Order.objects.get().quantities == {"WAVES": 2}
    assert units(client) == 0
