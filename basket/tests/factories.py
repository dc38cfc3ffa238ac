"""Shopping as a browser does it, and looking at what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from basket import store
from basket.basket import Basket, compute
from basket.contents import Contents, HeldLine
from products.models import ProductPage, Sku

MORNING = datetime(2030, 6, 1, 9, tzinfo=UTC)


def add(client: Client, page: ProductPage, quantity: Any = None, **fields: Any) -> Any:
    """Press "Add to basket"; without a quantity the form is left as it is."""
    data = fields if quantity is None else {"quantity": quantity, **fields}
    return client.post(reverse("basket:add", args=[page.pk]), data)


def update(client: Client, code: str, quantity: Any) -> Any:
    sku = Sku.objects.get(code=code)
    return client.post(reverse("basket:update", args=[sku.pk]), {"quantity": quantity})


def remove(client: Client, code: str) -> Any:
    return client.post(reverse("basket:remove", args=[Sku.objects.get(code=code).pk]))


def use_coupon(client: Client, code: str) -> Any:
    return client.post(reverse("basket:coupon"), {"code": code})


def contents_of(client: Client) -> Contents:
    """What the visitor's session remembers."""
    return Contents.from_json(client.session.get(store.SESSION_KEY))


def basket_of(client: Client) -> Basket:
    return compute(contents_of(client))


def quantities(client: Client) -> dict[str, int]:
    return {code: line.quantity for code, line in contents_of(client).lines.items()}


def messages_of(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def holding(lines: Mapping[str, tuple[int, str]], coupon: str = "") -> Contents:
    """Contents with these quantities and prices, added in the morning."""
    held = {code: HeldLine(n, Decimal(price), MORNING) for code, (n, price) in lines.items()}
    return Contents(held, coupon)
