"""Coupons, delivery and VAT: listed, found, changed, and kept where they are needed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout.models import ShippingMethod, TaxRate
from checkout.tests.factories import make_method, make_order, make_rate
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def manager(client: Client) -> Client:
    client.force_login(make_user("manager@example.com", "Shop managers"))
    return client


def listed(client: Client, view: str, **query: Any) -> list[Any]:
    response = client.get(reverse(f"{view}:index"), query)
    assert response.status_code == 200
    return list(response.context["object_list"])


def test_coupons__listed_with_what_they_are_worth(client: Client) -> None:
    Coupon.objects.create(code="TEN", value=10)
    Coupon.objects.create(code="FIVER", kind="amount", value=5, max_uses=2, uses=2)
    Coupon.objects.create(code="LATER", value=1, valid_from=timezone.now() + timedelta(days=1))
    html = client.get(reverse("coupon:index")).content.decode()
    for text in ("10 %", "£5.00", "2 / 2", "Used up", "Not yet", "Usable"):
        assert text in html
    assert [str(coupon) for coupon in listed(client, "coupon", usable="true")] == ["TEN"]
    assert [str(coupon) for coupon in listed(client, "coupon", q="fiv")] == ["FIVER"]


def test_coupons__made(client: Client) -> None:
    data = {"code": "spring", "kind": "percent", "value": "15", "minimum": "0", "active": "on"}
    assert client.post(reverse("coupon:add"), data).status_code == 302
    assert Coupon.objects.get().code == "SPRING"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "101"}, "cannot be above 100"),
        ({"value": "-1"}, "negative"),
        ({"code": "ten"}, "There is a coupon with this code"),
        ({"code": ""}, "required"),
    ],
)
def test_coupons__refused(client: Client, changes: dict[str, str], words: str) -> None:
    Coupon.objects.create(code="TEN", value=10)
    data = {"code": "NEW", "kind": "percent", "value": "15", "minimum": "0"} | changes
    response = client.post(reverse("coupon:add"), data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert Coupon.objects.count() == 1


def delete(client: Client, view: str, thing: Any) -> str:
    return client.post(reverse(f"{view}:delete", args=[thing.pk]), follow=True).content.decode()


def test_deleting_a_coupon__used_by_an_order(client: Client) -> None:
    make_product(sku="A")
    coupon = Coupon.objects.create(code="TEN", value=10)
    order = make_order({"A": 1}, coupon="TEN")
    assert "1 order used this coupon" in delete(client, "coupon", coupon)
    order.refresh_from_db()
    assert order.coupon == coupon


def test_deleting_a_coupon__unused(client: Client) -> None:
    delete(client, "coupon", Coupon.objects.create(code="TEN", value=10))
    assert not Coupon.objects.exists()


def test_deleting_a_rate__in_force(client: Client) -> None:
    rate = TaxRate.objects.get(country="GB", tax_class="standard")
    assert "in force" in delete(client, "taxrate", rate)
    assert TaxRate.objects.filter(pk=rate.pk).exists()


def test_deleting_a_rate__to_come(client: Client) -> None:
    later = timezone.localdate() + timedelta(days=30)
    rate = TaxRate.objects.create(country="GB", tax_class="standard", rate=21, valid_from=later)
    delete(client, "taxrate", rate)
    assert not TaxRate.objects.filter(pk=rate.pk).exists()


def test_rates__found(client: Client) -> None:
    rates = listed(client, "taxrate", country="GB", in_force="true")
    assert {rate.country.code for rate in rates} == {"GB"}


def test_deleting_the_only_delivery_method(client: Client) -> None:
    method = make_method()
    assert "Nobody could order" in delete(client, "delivery", method)
    make_method("Express")
    delete(client, "delivery", method)
    assert [str(method) for method in ShippingMethod.objects.all()] == ["Express"]


def test_delivery_methods__listed(client: Client) -> None:
    make_rate(make_method("Standard", "4.00", countries=["GB", "DE"]), "6.50", weight_over=900)
    html = client.get(reverse("delivery:index")).content.decode()
    assert "GB, DE" in html
    assert "£4.00 – £6.50" in html
