"""Every address of ours against input that nobody sends in good faith.

Addresses and fields are found, not listed: a new view is tried without being named here. Nothing
answers 5xx, and what is answered 4xx has changed nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.apps import apps
from django.core.serializers import serialize
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

from accounts.tests.factories import make_user
from checkout import settling
from checkout.models import Order
from checkout.tests.factories import make_method, make_order
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db

OURS = ("accounts", "basket", "bowerbird", "checkout", "content", "home", "products", "search")
VALUES = {
    "huge": "9" * 5000,
    "long": "x" * 50_000,
    "negative": "-1",
    "not a number": "NaN",
    "beyond every number": "1e309",
    "digits of another script": "٣",
    "NUL": "a\x00b",
    "turned around": "\u202egnp.exe\ufeff🐦",
    "SQL": "' OR 1=1; DROP TABLE checkout_order; --",
    "HTML": '"><script>alert(1)</script>',
    "template": "{{ settings.SECRET_KEY }}{% debug %}%s%(x)s{0.__class__}",
    "path": "../../../../etc/passwd",
    "header": "a\r\nSet-Cookie: stolen=1",
    "empty": "",
}
# Asked of every address, beside the fields of its own form.
COMMON = ("q", "page", "sort", "ordering", "sku", "quantity", "next", "code", "key", "token", "id")


# --- Which addresses there are --------------------------------------------------------------


def patterns_of(resolver: URLResolver, route: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        own = "" if isinstance(pattern.pattern, LocalePrefixPattern) else str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns_of(pattern, route + own)
        else:
            yield route + own, pattern


def is_ours(pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", pattern.callback)
    return view.__module__.split(".")[0] in (*OURS, "allauth")


def routes() -> list[str]:
    """As they stand in `urls.py`; Wagtail's own views are Wagtail's to test."""
    found = (route for route, pattern in patterns_of(get_resolver()) if is_ours(pattern))
    return sorted({route for route in found if "(?P" not in route})


PUBLIC = [route for route in routes() if not route.startswith("admin/")]
STAFF = [route for route in routes() if route.startswith("admin/")]


def test_addresses__are_found() -> None:
    assert {"basket/add/<int:page_id>/", "checkout/<slug:token>/", "account/login/"} <= {*PUBLIC}
    assert {"admin/orders/<int:pk>/<slug:action>/"} <= {*STAFF}


def filled(route: str, values: dict[str, Any]) -> str:
    """The address with these values in it; `1` where none is known."""
    parameter = r"<(?:\w+:)?(\w+)>"
    return "/" + re.sub(parameter, lambda found: str(values.get(found[1], 1)), route)


# --- Trying ---------------------------------------------------------------------------------


@pytest.fixture
def order() -> Order:
    set_up_shop(bank_iban="GB29 NWBK 6016 1331 9268 19", email="shop@example.com")
    make_method()
    make_product("Waves", sku="WAVES")
    order = make_order({"WAVES": 2})
    settling.mark_paid_by_hand(order, None)
    order.refresh_from_db()
    return order


def known(order: Order) -> dict[str, Any]:
    """What stands for the parameters of an address, so that more than 404 is tried."""
    line = order.lines.get()
    return {
        "pk": order.pk,
        "token": order.token,
        "number": order.invoice.number,
        "page_id": line.product_id,
        "sku_id": line.sku.pk,
        "line": line.pk,
        "action": "refund",
        "kind": "standard",
    }


def fields_of(body: str) -> list[str]:
    return re.findall(r"<(?:input|select|textarea|button)[^>]*\sname=\"([^\"]+)\"", body)


@contextmanager
def writes() -> Iterator[list[str]]:
    """Statements that change something, but for the visitor's own session."""
    seen: list[str] = []

    def watch(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and '"django_session"' not in sql:
            seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield seen


def everything() -> str:
    """All rows of the shop's own tables, as text."""
    models = [model for app in OURS for model in _models_of(app) if model._meta.managed]
    return "\n".join(serialize("json", model._base_manager.order_by("pk")) for model in models)


def _models_of(app: str) -> Iterable[Any]:
    return apps.get_app_config(app).get_models()


class Siege:
    """One visitor, trying."""

    def __init__(self, client: Client, path: str) -> None:
        self.client, self.path = client, path
        first = client.get(path)
        body = "" if first.streaming else first.content.decode(errors="replace")
        self.fields = {*fields_of(body), *COMMON}
        self.before = everything()

    def read(self, value: str) -> None:
        # Servers take no longer line than some 4,000 bytes.
        query = urlencode([("q", value[:2000]), *((name, value[:50]) for name in COMMON)])
        response = self.client.get(f"{self.path}?{query[:4000]}")
        assert response.status_code < 500, f"GET {self.path}"
        assert "stolen" not in response.cookies

    def write(self, value: str) -> None:
        with writes() as written:
            response = self.client.post(self.path, {name: [value, value] for name in self.fields})
        assert response.status_code < 500, f"POST {self.path}"
        assert "stolen" not in response.cookies
        if written:
            now = everything()
            assert response.status_code < 400 or now == self.before, f"POST {self.path} changed"
            self.before = now


def besiege(client: Client, path: str) -> None:
    siege = Siege(client, path)
    for name in ("NUL", "huge", "negative", "SQL", "header"):
        siege.read(VALUES[name])
    for value in VALUES.values():
        siege.write(value)


@pytest.mark.parametrize("route", PUBLIC)
def test_public_address__withstands(client: Client, order: Order, route: str) -> None:
    client.post(f"/basket/add/{order.lines.get().product_id}/")
    besiege(client, filled(route, known(order)))


@pytest.mark.parametrize("route", STAFF)
def test_address_of_staff__withstands(client: Client, order: Order, route: str) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    besiege(client, filled(route, known(order)))


def test_parameters__withstand(client: Client, order: Order) -> None:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    for route in (route for route in routes() if "<" in route):
        for name in ("NUL", "huge", "negative", "SQL", "path"):
            value = quote(VALUES[name][:2000], safe="")
            path = filled(route, dict.fromkeys(known(order), value))
            assert client.get(path).status_code < 500, f"{route} with {name}"


# What a signature proves: Stripe's over the body, ours in the address that a mail program posts to
# when its reader wants no more (RFC 8058).
SIGNED = {"checkout/webhooks/stripe/", "stock-alerts/<str:key>/stop/"}


def test_form_of_another_site__is_refused(order: Order) -> None:
    client = Client(enforce_csrf_checks=True)
    before = everything()
    assert {*PUBLIC} >= SIGNED
    for route in (route for route in PUBLIC if route not in SIGNED):
        for headers in ({}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            response = client.post(filled(route, known(order)), {"quantity": "1"}, headers=headers)
            assert response.status_code in (403, 404, 405), (route, headers)
    assert everything() == before
