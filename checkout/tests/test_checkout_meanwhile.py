"""The shop moved on while a shopper filled in the form."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from basket.models import Coupon
from checkout import placing
from checkout.models import Order
from checkout.placing import CouponUsedUp
from checkout.tests.counter import (
    URL,
    basket_of,
    form_of,
    nothing_ordered,
    product,
    said,
    shopper,
)
from products.models import ProductPage, Variant
from products.stock import OutOfStock
from products.tests.factories import put_in_stock

__all__ = ["product", "shopper"]  # fixtures
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("pressed", [1, 2], ids=["once", "and once more"])
def test_total_changed__409_and_no_order(shopper: Client, pressed: int) -> None:
    filled = form_of(shopper)
    Variant.objects.update(price=Decimal("10.00"))  # a price that falls counts at once

    for _ in range(pressed):
        response = shopper.post(URL, filled)
        assert response.status_code == 409
        assert "total has changed" in said(response)[0]
        assert nothing_ordered()

    assert response.context["seen_total"] == "24.00"
    shopper.post(URL, filled | {"seen_total": "24.00"})
    assert Order.objects.get().total == Decimal(24)


def test_sold_out__meanwhile(shopper: Client) -> None:
    filled = form_of(shopper)
    put_in_stock("WAVES", 0)

    response = shopper.post(URL, filled, follow=True)

    assert response.redirect_chain[-1][0] == "/basket/"
    assert "sold out" in response.content.decode()
    assert nothing_ordered()


def test_fewer__meanwhile(shopper: Client) -> None:
    filled = form_of(shopper)
    put_in_stock("WAVES", 1)

    response = shopper.post(URL, filled)

    assert response.status_code == 409
    assert nothing_ordered()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        pytest.param(OutOfStock({"WAVES": 0}), "quicker", id="the last unit"),
        pytest.param(CouponUsedUp("SPRING"), "used up", id="the last use of the coupon"),
    ],
)
def test_too_late__by_a_moment(
    shopper: Client, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    """The basket was fine when the form was checked, and was not when the order was written."""
    Coupon.objects.create(code="SPRING", value=Decimal(10))
    shopper.post("/basket/coupon/", {"code": "SPRING"})
    filled = form_of(shopper)

    def too_late(*args: Any, **kwargs: Any) -> None:
        raise error

    monkeypatch.setattr(placing, "place_order", too_late)

    response = shopper.post(URL, filled, follow=True)

    assert response.redirect_chain[-1][0] == "/basket/"
    assert any(words in message for message in said(response))
    assert nothing_ordered()
    assert basket_of(shopper) == {"WAVES": 2}
    coupon = shopper.session["basket"]["coupon"]
    assert coupon == ("" if isinstance(error, CouponUsedUp) else "SPRING")


def test_unpublished__meanwhile(shopper: Client, product: ProductPage) -> None:
    filled = form_of(shopper)
    product.unpublish()

    response = shopper.post(URL, filled)

    assert response["Location"] == "/basket/"
    assert nothing_ordered()
