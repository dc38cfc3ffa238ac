"""Who reaches which view of ours below /admin/, by GET and by POST. Each checks it by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout import refunding, sending
from checkout.models import Discrepancy, Order, Tracking
from checkout.models.returns import ReturnKind, ReturnRequest
from checkout.return_status import ReturnStatus
from checkout.tests.factories import make_method, make_paid_order
from home.models import Author, Topic
from products.models import Brand, ProductImport, TaxClass
from products.tests.factories import make_option, make_product
from tests.admin_views import our_admin_views

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> None:
    make_product("Flow", sku="FLOW", on_hand=5)
    make_method()
    order = make_paid_order({"FLOW": 1})
    sending.send(order, Tracking())
    refunding.refund_in_full(order, order.total, restock=False)
    ReturnRequest.objects.create(order=order, kind=ReturnKind.RETURN, status=ReturnStatus.RECEIVED)
    make_option("Size", "A4")
    Brand.objects.create(name="Bower")
    Author.objects.create(name="Ada")
    Topic.objects.create(name="Making")
    TaxClass.objects.get_or_create(code="books", name="Books")
    Coupon.objects.create(code="TEN", value=10)
    ProductImport.objects.create(name="products.csv")
    Discrepancy.objects.create(kind="payment_not_here", reference="cs_1")


_STEPS = {"orders:payment": "accept", "orders:refund": "again", "orders:return": "receive"}
_MODELS = {
    "coupon": "basket.Coupon",
    "delivery": "checkout.ShippingMethod",
    "delivery_zones": "checkout.ShippingZone",
    "discrepancies": "checkout.Discrepancy",
    "imports": "products.ProductImport",
    "orders": "checkout.Order",
    "returns": "checkout.ReturnRequest",
    "stock": "products.Sku",
    "taxrate": "checkout.TaxRate",
}


def address(name: str, parameters: list[str]) -> str:
    order = Order.objects.get()
    payment = order.payments.get()
    known = {
        "action": "cancel",
        "asked": lambda: order.returns.get().pk,
        "email": lambda: order.emails.earliest("pk").pk,
        "language": "en",
        "letter": "order-sent",
        "line": lambda: order.lines.get().pk,
        "number": order.invoice.number,
        "payment": payment.pk,
        "refund": lambda: payment.refunds.get().pk,
        "shipment": lambda: order.shipments.get().pk,
        "step": _STEPS.get(name),
        "pk": lambda: _model(name).objects.first().pk,
    }
    values = {one: known[one] for one in parameters}
    return reverse(name, kwargs={k: v() if callable(v) else v for k, v in values.items()})


def _model(name: str) -> Any:
    namespace = name.partition(":")[0]
    if namespace in _MODELS:
        return apps.get_model(_MODELS[namespace])
    app, _, model = namespace.removeprefix("wagtailsnippets_").partition("_")
    return apps.get_model(app, model)


E, M, F, S = "Editors", "Marketers", "Fulfilment", "Shop managers"
Row = tuple[set[str], int, int]


def _listing(name: str, who: set[str]) -> dict[str, Row]:
    return {f"{name}:{view}": (who, 200, 405) for view in ("index", "index_results")}


def _records(
    name: str, who: set[str], *, deleting: int = 200, copied: bool = False
) -> dict[str, Row]:
    """As Wagtail edits any model. `deleting`: 302 where an explanation comes instead."""
    looked_at = dict.fromkeys(("history", "history_results", "usage"), (who, 200, 405))
    written = dict.fromkeys(("add", "edit", *(["copy"] if copied else [])), (who, 200, 200))
    views = looked_at | written | {"delete": (who, deleting, 302)}
    return {f"{name}:{view}": row for view, row in views.items()}


def _snippet(name: str, who: set[str]) -> dict[str, Row]:
    name = f"wagtailsnippets_{name}"
    listings = {f"{name}:{view}": (who, 200, 405) for view in ("list", "list_results")}
    return listings | _records(name, who, copied=True)


# Who reaches it, and what an empty GET and an empty POST are answered. Everybody else is refused.
ROWS: dict[str, Row] = {
    **_snippet("home_author", {E, M, S}),
    **_snippet("home_topic", {E, M, S}),
    **_snippet("products_brand", {E, S}),
    **_snippet("products_optiontype", {E, S}),
    **_snippet("products_taxclass", {E, S}),
    **_listing("coupon", {M, S}),
    **_records("coupon", {M, S}),
    **_listing("delivery", {F, S}),
    **_records("delivery", {F, S}, deleting=302),
    "delivery:reorder": ({F, S}, 405, 200),
    **_listing("delivery_zones", {F, S}),
    **_records("delivery_zones", {F, S}, deleting=302),
    **_listing("taxrate", {S}),
    **_records("taxrate", {S}, deleting=302, copied=True),
    **_listing("discrepancies", {S}),
    "discrepancies:inspect": ({S}, 200, 422),
    "letters:index": ({S}, 200, 405),
    "letters:edit": ({S}, 200, 302),
    "page_cache:index": ({S}, 200, 405),
    "prices:index": ({E, S}, 200, 302),
    "prices:index_results": ({E, S}, 200, 302),
    **_listing("stock", {F, S}),
    "stock:inspect": ({F, S}, 200, 422),
    "stock:edit": ({F, S}, 200, 200),
    "stock:history": ({F, S}, 200, 405),
    "stock:history_results": ({F, S}, 200, 405),
    "stock:movements": ({F, S}, 200, 405),
    "stock:movements_results": ({F, S}, 200, 405),
    **_listing("imports", {S}),
    "imports:inspect": ({S}, 200, 302),
    "imports:new": ({S}, 200, 422),
    "imports:report": ({S}, 200, 405),
    "imports:export": ({S}, 200, 405),
    **_listing("orders", {F, S}),
    "orders:inspect": ({F, S}, 200, 405),
    "orders:lines": ({F, S}, 302, 405),
    "orders:as_sold": ({F, S}, 200, 200),
    "orders:action": ({F, S}, 302, 302),
    "orders:send_many": ({F, S}, 302, 302),
    "orders:deliver_many": ({F, S}, 302, 302),
    "orders:packing": ({F, S}, 302, 302),
    "orders:tracking": ({F, S}, 200, 422),
    "orders:revenue": ({S}, 200, 405),
    "orders:bookkeeping": ({S}, 200, 405),
    "orders:address": ({F, S}, 200, 422),
    "orders:delivery": ({F, S}, 302, 422),
    "orders:email": ({F, S}, 200, 302),
    "orders:note": ({F, S}, 200, 422),
    "orders:tags": ({F, S}, 200, 302),
    "orders:shipment": ({F, S}, 200, 302),
    "orders:payment": ({F, S}, 200, 302),
    "orders:refund": ({S}, 200, 302),
    "orders:refund_part": ({S}, 302, 422),
    "orders:document": ({S}, 200, 302),
    **_listing("returns", {F, S}),
    "orders:return": ({F, S}, 302, 302),
    "orders:return_refund": ({S}, 302, 422),
}


def test_every_view_has_its_row() -> None:
    """A view that nobody wrote down here may be one that nobody thought about."""
    assert set(our_admin_views()) == set(ROWS)


@pytest.mark.parametrize("role", [E, M, F, S, "Moderators", "a shopper", "nobody"])
def test_role(client: Client, shop: None, role: str) -> None:
    """Refused: back to the admin's first page with a message, or to the door."""
    if role != "nobody":
        client.force_login(make_user("staff@example.com", *([] if role == "a shopper" else [role])))
    door = "wagtailadmin_login" if role in ("a shopper", "nobody") else "wagtailadmin_home"
    refused = reverse(door)
    expected, found = {}, {}
    views = our_admin_views()
    for name in ROWS.keys() & views.keys():
        who, got, posted = ROWS[name]
        url = address(name, views[name])
        expected[name] = (got, posted) if role in who else (refused, refused)
        found[name] = (ask(client, "get", url, refused), ask(client, "post", url, refused))

    assert found == expected


def ask(client: Client, method: str, url: str, refused: str) -> int | str:
    """The status, or where it refuses to. Whatever it did is undone."""
    with transaction.atomic():
        response = getattr(client, method)(url)
        transaction.set_rollback(True)
    where = response.headers.get("Location", "").partition("?")[0]
    return where if where == refused else int(response.status_code)
