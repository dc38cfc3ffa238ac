"""The stock listing: finding, changing by hand, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from accounts.tests.factories import make_user
from products import stock
from products.models import MovementReason, Sku, StockMovement
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


def staff(*permissions: str) -> User:
    user = make_user(f"{len(permissions)}-rights@example.com")
    names = ("access_admin", *permissions)
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def packer(client: Client) -> Client:
    client.force_login(staff("view_sku", "change_sku"))
    return client


def inspect_url(code: str) -> str:
    return reverse("stock:inspect", args=[Sku.objects.get(code=code).pk])


def listed(client: Client, **query: str) -> list[str]:
    response = client.get(reverse("stock:index"), query)
    assert response.status_code == 200
    return [sku.code for sku in response.context["object_list"]]


def adjust(client: Client, code: str, **values: Any) -> Any:
    data = {"how": "counted", "units": "5", "reason": "counted", "note": ""} | values
    return client.post(inspect_url(code), data)


def ledger(code: str) -> list[tuple[int, int, str]]:
    movements = StockMovement.objects.filter(sku__code=code).order_by("pk")
    return list(movements.values_list("delta", "balance", "reason"))


def make_shelf() -> None:
    make_product("Plenty", sku="PLENTY", on_hand=10)
    make_product("Scarce", sku="SCARCE", on_hand=2)
    make_product("Gone", sku="GONE", on_hand=0)
    make_product("Old", sku="OLD", on_hand=4)
    Sku.objects.filter(code="OLD").update(retired=True)
    Sku.objects.filter(code="PLENTY").update(barcode="4006381333931")


def test_first_page__says_what_runs_out_to_those_who_may_do_something(client: Client) -> None:
    make_shelf()
    for rights, shown in ((("view_sku", "change_sku"), True), (("view_sku",), False)):
        client.force_login(staff(*rights))
        html = " ".join(client.get("/admin/").content.decode().split())
        assert ("1 SKU low in stock</a>" in html) is shown
        assert ("1 with nothing left</a>" in html) is shown


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({}, ["GONE", "OLD", "PLENTY", "SCARCE"]),
        ({"state": "in_stock"}, ["PLENTY"]),
        ({"state": "low"}, ["SCARCE"]),
        ({"state": "out"}, ["GONE"]),
        ({"state": "retired"}, ["OLD"]),
        ({"q": "scar"}, ["SCARCE"]),
        ({"q": "4006381"}, ["PLENTY"]),
        ({"q": "Gone"}, ["GONE"]),
        ({"ordering": "-available_units"}, ["PLENTY", "OLD", "SCARCE", "GONE"]),
        ({"q": "nothing like it"}, []),
    ],
)
def test_listing(packer: Client, query: dict[str, str], codes: list[str]) -> None:
    make_shelf()
    assert listed(packer, **query) == codes


def test_listing__queries_do_not_grow_with_the_rows(
    packer: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make_product()
    packer.get(reverse("stock:index"))
    with django_assert_max_num_queries(20):
        packer.get(reverse("stock:index"))


@pytest.mark.parametrize("name", ["add", "delete", "copy", "usage"])
def test_a_sku_is_not_added_copied_or_deleted(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"stock:{name}", args=[1])


@pytest.mark.parametrize(
    ("values", "after"),
    [
        ({"how": "counted", "units": "12"}, (2, 12, "counted")),
        ({"how": "counted", "units": "0", "reason": "damaged"}, (-10, 0, "damaged")),
        ({"how": "changed", "units": "5", "reason": "received"}, (5, 15, "received")),
        ({"how": "changed", "units": "-10", "reason": "damaged"}, (-10, 0, "damaged")),
    ],
)
def test_adjusting(packer: Client, values: dict[str, str], after: tuple[int, int, str]) -> None:
    make_product(sku="A", on_hand=10)
    response = adjust(packer, "A", note="Shelf 3", **values)
    assert (response.status_code, response["Location"]) == (302, inspect_url("A"))
    assert ledger("A")[-1] == after
    movement = StockMovement.objects.latest("pk")
    assert (movement.actor_id, movement.note) == (User.objects.get().pk, "Shelf 3")
    assert Sku.objects.get(code="A").on_hand == after[1]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"how": "changed", "units": "-11"}, "Only 10 on hand: 11 cannot be taken away."),
        ({"how": "counted", "units": "-1"}, "fewer than 0 units"),
        ({"units": ""}, "required"),
        ({"units": "1.5"}, "whole number"),
        ({"units": "9" * 30}, "less than or equal to"),
        ({"how": "changed", "units": "1000000"}, "more than 1000000 units"),
        ({"how": "guessed"}, "not one of the available choices"),
        ({"reason": "sold"}, "not one of the available choices"),
        ({"note": "n" * 201}, "at most 200"),
    ],
)
def test_adjusting__refused_with_a_message(
    packer: Client, values: dict[str, str], words: str
) -> None:
    make_product(sku="A", on_hand=10)
    response = adjust(packer, "A", **values)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert len(ledger("A")) == 1
    assert Sku.objects.get(code="A").on_hand == 10


def test_adjusting__what_arrives_for_back_orders_may_leave_units_owed(packer: Client) -> None:
    make_product(sku="A", on_hand=1)
    stock.move("A", -9, MovementReason.SOLD)
    adjust(packer, "A", how="changed", units="5", reason="received")
    assert Sku.objects.get(code="A").on_hand == -3


def test_adjusting__needs_the_right_to_change(client: Client) -> None:
    make_product(sku="A", on_hand=10)
    client.force_login(staff("view_sku"))
    assert client.get(inspect_url("A")).status_code == 200
    assert adjust(client, "A").status_code in (302, 403)
    assert Sku.objects.get(code="A").on_hand == 10


def test_inspecting__escapes_notes(packer: Client) -> None:
    make_product(sku="A", on_hand=10)
    adjust(packer, "A", note="<script>alert(1)</script>")
    html = packer.get(inspect_url("A")).content.decode()
    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_inspecting__movements_are_paged(packer: Client) -> None:
    make_product(sku="A", on_hand=1)
    for _ in range(30):
        stock.move("A", 1, MovementReason.RECEIVED)
    assert len(packer.get(inspect_url("A")).context["movements"]) == 25
    assert len(packer.get(inspect_url("A"), {"p": "2"}).context["movements"]) == 6


def test_editing__leaves_the_stock_alone(packer: Client) -> None:
    make_product(sku="A", on_hand=10)
    sku = Sku.objects.get(code="A")
    data = {
        "low_stock_threshold": "7",
        "weight": "250",
        "barcode": "42",
        "backorders_allowed": "on",
    }
    response = packer.post(
        reverse("stock:edit", args=[sku.pk]), data | {"on_hand": "99", "reserved": "3"}
    )
    assert response.status_code == 302
    sku.refresh_from_db()
    assert (sku.low_stock_threshold, sku.weight, sku.barcode) == (7, 250, "42")
    assert (sku.backorders_allowed, sku.on_hand, sku.reserved) == (True, 10, 0)


def test_exporting_movements__formulas_are_harmless(packer: Client) -> None:
    make_product(sku="A", on_hand=10)
    for note in ('=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx"):
        stock.move("A", 1, MovementReason.CORRECTED, note=note)
    response = packer.get(reverse("stock:movements"), {"export": "csv", "sku": "A"})
    text = response.getvalue().decode()
    assert "'=HYPERLINK" in text
    assert ",'+1," in text
    assert ",'-1," in text
    assert ",'@SUM(A1)," in text
    assert packer.get(reverse("stock:movements"), {"export": "xlsx"}).status_code == 200
    assert packer.get(reverse("stock:index"), {"export": "csv"}).status_code == 200


def test_movements__listed_and_found(packer: Client) -> None:
    make_product(sku="A", on_hand=10)
    make_product(sku="B", on_hand=10)
    found = packer.get(reverse("stock:movements"), {"q": "B"}).context["object_list"]
    assert [movement.sku.code for movement in found] == ["B"]
