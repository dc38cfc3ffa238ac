"""Pictures of an order's lines are rendered once for all orders, and anew when they change."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkout import order_page
from checkout.models import Order, OrderLine
from checkout.tests.factories import make_order
from content.tests.factories import make_picture, set_up_shop
from products.tests.factories import make_product
from tests.live_pages.conftest import Commit

pytestmark = pytest.mark.django_db


def pictures(order: Order) -> tuple[list[str], bool]:
    """Of its lines; and whether the database was asked for them."""
    fresh = order_page.orders().get(pk=order.pk)
    with CaptureQueriesContext(connection) as queries:
        found: Any = order_page.context_of(fresh, came_from_paying=False)["lines"]
    asked = any('FROM "content_picture"' in query["sql"] for query in queries)
    return [markup for _, markup in found], asked


def test_picture__is_kept_until_it_changes(committed: Commit) -> None:
    set_up_shop()
    make_product("Waves", sku="WAVES")
    order, picture = make_order({"WAVES": 1}), make_picture()
    OrderLine.objects.filter(order=order).update(picture=picture)

    [first], asked = pictures(order)
    assert asked
    assert 'sizes="7rem"' in first
    assert pictures(order) == ([first], False)

    with committed():
        picture.title = "Another"
        picture.save()

    assert pictures(order) == ([first], True)
