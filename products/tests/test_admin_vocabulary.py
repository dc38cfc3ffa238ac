"""Tax classes, brands and options as snippets; what products use stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from products.models import Brand, OptionType, OptionValue, ProductPage, TaxClass, Variant
from products.tests.factories import make_option, make_product, make_variant

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def editor(client: Client) -> Client:
    client.force_login(make_user("editor@example.com", "Editors"))
    return client


def url(thing: Any, name: str) -> str:
    arguments = [] if isinstance(thing, type) else [thing.pk]
    return reverse(thing.snippet_viewset.get_url_name(name), args=arguments)


def delete(client: Client, thing: Any) -> str:
    return client.post(url(thing, "delete"), follow=True).content.decode()


@pytest.mark.parametrize("model", [Brand, OptionType, TaxClass])
def test_listing_and_adding(client: Client, model: type) -> None:
    make_option("Size", "A4", "A3")
    Brand.objects.create(name="Bower")
    assert client.get(url(model, "list")).status_code == 200
    assert client.get(url(model, "list"), {"q": "a"}).status_code == 200
    assert client.get(url(model, "add")).status_code == 200


def test_adding_an_option_with_its_values(client: Client) -> None:
    data = {
        "name": "Frame",
        "values-TOTAL_FORMS": "2",
        "values-INITIAL_FORMS": "0",
        "values-0-name": "Oak",
        "values-0-ORDER": "1",
        "values-1-name": "Black",
        "values-1-ORDER": "2",
    }
    assert client.post(url(OptionType, "add"), data).status_code == 302
    assert [value.name for value in OptionType.objects.get().values.all()] == ["Oak", "Black"]


def test_deleting_a_brand__in_use(client: Client) -> None:
    brand = Brand.objects.create(name="Bower")
    make_product(brand=brand)
    assert "is in use by 1 product" in delete(client, brand)
    assert ProductPage.objects.get().brand == brand


def test_deleting_a_brand__unused(client: Client) -> None:
    delete(client, Brand.objects.create(name="Bower"))
    assert not Brand.objects.exists()


def test_deleting_an_option__in_use(client: Client) -> None:
    (small,) = make_option("Size", "A4")
    make_product(variants=[make_variant("A", "1", small)])
    assert "is in use by 1 product" in delete(client, small.option)
    assert Variant.objects.get().option_1 == small


def test_taking_a_value_out_of_an_option__in_use(client: Client) -> None:
    small, large = make_option("Size", "A4", "A3")
    make_product(variants=[make_variant("A", "1", small)])
    data: dict[str, Any] = {
        "name": "Size",
        "values-TOTAL_FORMS": "2",
        "values-INITIAL_FORMS": "2",
    }
    for number, value in enumerate((small, large)):
        data[f"values-{number}-id"] = value.pk
        data[f"values-{number}-name"] = value.name
        data[f"values-{number}-ORDER"] = number + 1
    response = client.post(url(small.option, "edit"), data | {"values-0-DELETE": "1"})
    assert "is in use by 1 product" in response.content.decode()
    assert OptionValue.objects.count() == 2
    client.post(url(small.option, "edit"), data | {"values-1-DELETE": "1"})
    assert [value.name for value in OptionValue.objects.all()] == ["A4"]


def test_deleting_the_standard_tax_class(client: Client) -> None:
    standard = TaxClass.objects.get(code="standard")
    assert "products that name none" in delete(client, standard)
    assert TaxClass.objects.filter(code="standard").exists()


def test_deleting_in_bulk__in_use(client: Client) -> None:
    used, unused = Brand.objects.create(name="Used"), Brand.objects.create(name="Unused")
    make_product(brand=used)
    address = reverse("wagtail_bulk_action", args=["products", "brand", "delete"])
    response = client.post(f"{address}?id={used.pk}&id={unused.pk}&next=/admin/", follow=True)
    assert "is in use by 1 product" in response.content.decode()
    assert Brand.objects.count() == 2
