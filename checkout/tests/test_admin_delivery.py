"""Zones and methods as shop managers arrange them: clear messages, nothing contradictory saved."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from checkout.models import ShippingMethod, ShippingZone
from checkout.tests.factories import make_method, make_zone

pytestmark = pytest.mark.django_db
ALL = ("0", "", "0", "")  # over, up to, goods from, goods under


@pytest.fixture(autouse=True)
def packer(client: Client) -> Client:
    """Whoever packs arranges delivery, too."""
    client.force_login(make_user("packer@example.com", "Fulfilment"))
    return client


def add_method(client: Client, *rates: tuple[str, ...], **changes: str) -> Any:
    """`rates`: over, up to, goods from, goods under, price."""
    names = ("weight_over", "weight_up_to", "goods_from", "goods_below", "price")
    form = {
        "name": "Post",
        "active": "on",
        "zone": str(make_zone(["GB"]).pk),
        "min_days": "2",
        "max_days": "4",
        "rates-TOTAL_FORMS": str(len(rates)),
        "rates-INITIAL_FORMS": "0",
        "rates-MIN_NUM_FORMS": "1",
        "rates-MAX_NUM_FORMS": "1000",
    }
    for number, rate in enumerate(rates):
        row = dict(zip(names, rate, strict=True)) | {"id": "", "ORDER": "", "DELETE": ""}
        form |= {f"rates-{number}-{name}": value for name, value in row.items()}
    return client.post(reverse("delivery:add"), form | changes)


def test_method__with_bands(client: Client) -> None:
    response = add_method(client, ("0", "2000", "0", "", "3.90"), ("2000", "", "0", "", "6.40"))

    assert response.status_code == 302
    method = ShippingMethod.objects.get()
    assert [str(rate) for rate in method.rates.all()] == ["up to 2 kg", "over 2 kg"]


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        pytest.param(
            [("0", "2000", "0", "", "4"), ("1500", "", "0", "", "6")],
            "“up to 2 kg” and “over 1.5 kg” overlap",
            id="overlap",
        ),
        pytest.param(
            [("0", "2000", "0", "", "4"), ("3000", "", "0", "", "6")],
            "There is no price for over 2 kg up to 3 kg.",
            id="gap",
        ),
        pytest.param([("2000", "2000", "0", "", "4")], "“Up to” must be more", id="empty weights"),
        pytest.param([("0", "", "5", "5", "4")], "“Under” must be more", id="empty values"),
        pytest.param([(*ALL, "-1")], "A price cannot be negative", id="negative"),
        pytest.param([(*ALL, "4.001")], "no more than 2 decimal places", id="a crumb"),
        pytest.param([("9" * 30, "", "0", "", "4")], "less than or equal to", id="huge weight"),
        pytest.param([], "Please submit at least 1", id="no price"),
    ],
)
def test_method__prices_refused(client: Client, rates: list[tuple[str, ...]], words: str) -> None:
    response = add_method(client, *rates)

    assert response.status_code == 200
    assert words in response.text
    assert not ShippingMethod.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"zone": ""}, "Choose a zone, or tick", id="neither zone nor collected"),
        pytest.param({"pick_up": "on"}, "Say where and when", id="collected, but where"),
        pytest.param({"max_days": "1"}, "less than the fewest working days", id="days"),
        pytest.param({"zone": "999999"}, "not one of the available choices", id="no such zone"),
    ],
)
def test_method__refused(client: Client, changes: dict[str, str], words: str) -> None:
    response = add_method(client, (*ALL, "4"), **changes)

    assert response.status_code == 200
    assert words in response.text
    assert not ShippingMethod.objects.exists()


def test_method__collected(client: Client) -> None:
    place = {"street": "1 Arranged Lane", "city": "Bristol", "instructions": "Ten to five."}
    response = add_method(client, (*ALL, "0"), zone="", pick_up="on", **place)

    assert response.status_code == 302
    assert ShippingMethod.objects.get().zone is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        pytest.param({}, "Choose countries, or tick", id="nowhere"),
        pytest.param(
            {"countries": ["FR"], "everywhere_else": "on"}, "one of the two", id="here and there"
        ),
        pytest.param(
            {"countries": ["FR", "GB"]}, "In the zone “GB” already: United Kingdom.", id="twice"
        ),
        pytest.param({"everywhere_else": "on"}, "a zone for everywhere else already", id="rest"),
        pytest.param({"countries": ["XX"]}, "Select a valid choice", id="no country"),
    ],
)
def test_zone__refused(client: Client, fields: dict[str, Any], words: str) -> None:
    make_zone(["GB"])
    make_zone()

    response = client.post(reverse("delivery_zones:add"), {"name": "New"} | fields)

    assert response.status_code == 200
    assert words in response.text
    assert ShippingZone.objects.count() == 2


def test_zone__made_changed_and_listed(client: Client) -> None:
    data = {"name": "Near", "countries": ["FR", "BE", "NL", "LU", "DE"]}
    assert client.post(reverse("delivery_zones:add"), data).status_code == 302
    zone = ShippingZone.objects.get()
    edit = reverse("delivery_zones:edit", args=[zone.pk])
    assert client.post(edit, data | {"countries": ["FR", "BE"]}).status_code == 302

    listed = client.get(reverse("delivery_zones:index")).text
    assert "Belgium, France" in listed
    assert "nothing is delivered there" in listed


def test_zone__with_methods_stays(client: Client) -> None:
    zone = make_method(countries=["GB"]).zone
    assert zone is not None
    delete = reverse("delivery_zones:delete", args=[zone.pk])

    assert "so it stays" in client.post(delete, follow=True).text
    assert ShippingZone.objects.exists()
    ShippingMethod.objects.all().delete()
    client.post(delete)
    assert not ShippingZone.objects.exists()


@pytest.mark.parametrize("role", ["Editors", "Marketers"])
def test_delivery__not_for_others(client: Client, role: str) -> None:
    client.force_login(make_user("other@example.com", role))
    for name in ("delivery:index", "delivery:add", "delivery_zones:index", "delivery_zones:add"):
        assert client.get(reverse(name)).status_code == 302
    assert client.post(reverse("delivery_zones:add"), {"name": "New"}).status_code == 302
    assert not ShippingZone.objects.exists()
