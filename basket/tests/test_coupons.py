from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from basket import basket
from basket.models import Coupon
from basket.tests.factories import (
    MORNING,
    add,
    basket_of,
    contents_of,
    holding,
    messages_of,
    quantities,
    remove,
    use_coupon,
)
from products.models import ProductPage
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db


def make_coupon(code: str = "SPRING", value: str = "10", **fields: Any) -> Coupon:
    coupon = Coupon(code=code, value=Decimal(value), **fields)
    coupon.full_clean()
    coupon.save()
    return coupon


@pytest.fixture
def flow() -> ProductPage:
    return make_product("Satin Flow", sku="FLOW-A3", price="24.00", on_hand=50)


def in_hours(hours: int) -> Any:
    return timezone.now() + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("fields", "is_usable"),
    [
        pytest.param({}, True, id="without limits"),
        pytest.param({"active": False}, False, id="switched off"),
        pytest.param({"valid_from": -1}, True, id="has begun"),
        pytest.param({"valid_from": 1}, False, id="not yet"),
        pytest.param({"valid_until": 1}, True, id="not over"),
        pytest.param({"valid_until": -1}, False, id="over"),
        pytest.param({"valid_from": -1, "valid_until": 1}, True, id="in its time"),
        pytest.param({"max_uses": 3, "uses": 2}, True, id="one use left"),
        pytest.param({"max_uses": 3, "uses": 3}, False, id="used up"),
        pytest.param({"max_uses": 0}, False, id="never to be used"),
        pytest.param({"uses": 1000}, True, id="used often, without limit"),
    ],
)
def test_coupon__rules(
    client: Client, flow: ProductPage, fields: dict[str, Any], is_usable: bool
) -> None:
    times = {
        name: in_hours(fields[name]) for name in ("valid_from", "valid_until") if name in fields
    }
    make_coupon(**(fields | times))
    add(client, flow, 1)
    response = use_coupon(client, "SPRING")
    if is_usable:
        assert response.status_code == 302
        assert messages_of(response)[-1] == "Coupon SPRING is in use."
        assert basket_of(client).discount == Decimal("2.40")
    else:
        assert response.status_code == 400
        body = response.content.decode()
        assert "We do not know this coupon, or its time is over." in body
        assert contents_of(client).coupon == ""
        assert basket_of(client).discount == 0
    assert quantities(client) == {"FLOW-A3": 1}
    assert Coupon.objects.get().uses == fields.get("uses", 0)  # a basket uses nothing up


@pytest.mark.parametrize(
    "typed",
    ["SPRING", "spring", "Spring", "  SPRING  ", pytest.param("\tspring\n", id="with whitespace")],
)
def test_coupon__capitals_and_spaces_do_not_matter(
    client: Client, flow: ProductPage, typed: str
) -> None:
    make_coupon("SPRING")
    add(client, flow, 1)
    assert use_coupon(client, typed).status_code == 302
    assert contents_of(client).coupon == "SPRING"


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param("   ", id="spaces"),
        pytest.param("AUTUMN", id="unknown"),
        pytest.param("SPRIN", id="a part"),
        pytest.param("SPRING%", id="a wildcard"),
        pytest.param("S_RING", id="another wildcard"),
        pytest.param("SPRING\x00", id="NUL"),
        pytest.param("\x00", id="only NUL"),
        pytest.param("X" * 10_000, id="very long"),
        pytest.param("' OR 1=1 --", id="an injection"),
        pytest.param("<script>", id="markup"),
    ],
)
def test_coupon__unknown_code_is_refused(client: Client, flow: ProductPage, typed: str) -> None:
    make_coupon("SPRING")
    add(client, flow, 1)
    response = use_coupon(client, typed)
    assert response.status_code == 400
    assert "We do not know this coupon" in response.content.decode()
    assert contents_of(client).coupon == ""


def test_coupon__field_missing_is_refused(client: Client) -> None:
    assert client.post(reverse("basket:coupon")).status_code == 400


def test_coupon__another_takes_its_place(client: Client, flow: ProductPage) -> None:
    make_coupon("SPRING", "10")
    make_coupon("AUTUMN", "20")
    add(client, flow, 1)
    use_coupon(client, "SPRING")
    use_coupon(client, "AUTUMN")
    assert basket_of(client).discount == Decimal("4.80")


def test_coupon__refused_leaves_the_one_in_use(client: Client, flow: ProductPage) -> None:
    make_coupon("SPRING")
    add(client, flow, 1)
    use_coupon(client, "SPRING")
    use_coupon(client, "AUTUMN")
    assert basket_of(client).discount == Decimal("2.40")


def test_coupon__can_be_taken_out(client: Client, flow: ProductPage) -> None:
    make_coupon("SPRING")
    add(client, flow, 1)
    use_coupon(client, "SPRING")
    response = client.post(reverse("basket:coupon"), {"remove": "1", "code": "SPRING"})
    assert response.status_code == 302
    assert (basket_of(client).discount, quantities(client)) == (0, {"FLOW-A3": 1})


def test_coupon__is_kept_while_lines_come_and_go(client: Client, flow: ProductPage) -> None:
    make_coupon("SPRING")
    add(client, flow, 1)
    use_coupon(client, "SPRING")
    add(client, flow, 1)
    assert basket_of(client).discount == Decimal("4.80")


def test_coupon__outlives_the_last_line(client: Client, flow: ProductPage) -> None:
    make_coupon("SPRING")
    add(client, flow, 1)
    use_coupon(client, "SPRING")
    remove(client, "FLOW-A3")
    assert (basket_of(client).discount, basket_of(client).total) == (0, 0)
    add(client, flow, 1)
    assert basket_of(client).discount == Decimal("2.40")


def test_coupon__typed_before_anything_is_in_the_basket_counts_later(
    client: Client, flow: ProductPage
) -> None:
    make_coupon("SPRING")
    assert use_coupon(client, "SPRING").status_code == 302
    add(client, flow, 1)
    assert basket_of(client).discount == Decimal("2.40")


@pytest.mark.parametrize(
    ("change", "notice"),
    [
        pytest.param({"active": False}, True, id="switched off"),
        pytest.param({"valid_until": MORNING - timedelta(days=9999)}, True, id="over"),
        pytest.param({"max_uses": 0}, True, id="used up by others"),
        pytest.param({"value": Decimal(50)}, False, id="worth more now"),
    ],
)
def test_coupon__no_longer_usable_leaves_with_a_message(
    client: Client, flow: ProductPage, change: dict[str, Any], notice: bool
) -> None:
    coupon = make_coupon("SPRING")
    add(client, flow, 1)
    use_coupon(client, "SPRING")
    Coupon.objects.filter(pk=coupon.pk).update(**change)
    text = "The coupon SPRING can no longer be used."
    assert basket_of(client).discount == (0 if notice else Decimal("12.00"))
    assert (text in client.get(reverse("basket:show")).content.decode()) is notice
    assert (text in messages_of(add(client, flow, 1))) is notice
    assert contents_of(client).coupon == ("" if notice else "SPRING")


@pytest.mark.parametrize(
    ("kind", "value", "goods", "discount"),
    [
        pytest.param("percent", "10", "24.00", "2.40", id="ten percent"),
        pytest.param("percent", "100", "24.00", "24.00", id="everything"),
        pytest.param("percent", "0", "24.00", "0.00", id="nothing"),
        pytest.param("percent", "33", "0.05", "0.02", id="rounded half up"),
        pytest.param("percent", "12.5", "0.20", "0.03", id="a half penny up"),
        pytest.param("amount", "5", "24.00", "5", id="five pounds"),
        pytest.param("amount", "30", "24.00", "24.00", id="more than the goods"),
        pytest.param("amount", "5", "0", "0", id="of nothing"),
    ],
)
def test_discount__is_never_more_than_the_goods(
    kind: str, value: str, goods: str, discount: str
) -> None:
    coupon = Coupon(code="X", kind=kind, value=Decimal(value), minimum=Decimal(0))
    assert coupon.discount_on(Decimal(goods), "GBP") == Decimal(discount)


@pytest.mark.parametrize(
    ("units", "discount", "notices"),
    [
        pytest.param(2, "0", ("The coupon SPRING counts from £50.00 on.",), id="below"),
        pytest.param(3, "7.20", (), id="above"),
    ],
)
def test_minimum__counts_from_there_on(
    flow: ProductPage, units: int, discount: str, notices: tuple[str, ...]
) -> None:
    make_coupon("SPRING", minimum=Decimal(50))
    computed = basket.compute(holding({"FLOW-A3": (units, "24.00")}, "SPRING"), now=MORNING)
    assert computed.discount == Decimal(discount)
    assert computed.total == computed.subtotal - Decimal(discount)
    assert computed.notices == notices
    assert computed.coupon is not None  # kept: two more prints and it counts


def test_minimum__exactly_reached_counts(flow: ProductPage) -> None:
    make_coupon("SPRING", minimum=Decimal("48.00"))
    assert basket.compute(holding({"FLOW-A3": (2, "24.00")}, "SPRING")).discount == Decimal("4.80")


# --- The editor's form ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"code": "spring"}, "There is a coupon with this code.", id="taken"),
        pytest.param(
            {"code": "X", "value": "100.01"}, "A percentage cannot be above 100.", id="above 100 %"
        ),
    ],
)
def test_coupon__refused_by_its_form(fields: dict[str, Any], message: str) -> None:
    make_coupon("SPRING")
    with pytest.raises(ValidationError) as refusal:
        make_coupon(**fields)
    assert message in refusal.value.messages
    assert Coupon.objects.count() == 1


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"uses": 4, "max_uses": 3}, id="used too often"),
        pytest.param({"value": Decimal(101)}, id="more than everything off"),
    ],
)
def test_coupon__refused_by_the_database(change: dict[str, Any]) -> None:
    make_coupon("SPRING", max_uses=3)
    with pytest.raises(IntegrityError), transaction.atomic():
        Coupon.objects.update(**change)


def test_coupon__code_is_stored_in_capitals() -> None:
    assert make_coupon("  spring24 ").code == "SPRING24"


@pytest.mark.parametrize("name", ["value", "minimum"])
def test_coupon__amount_below_zero_is_refused_by_its_form(name: str) -> None:
    field: Any = Coupon._meta.get_field(name)
    with pytest.raises(ValidationError, match="cannot be negative"):
        field.formfield().clean("-5")


def test_guessing_codes__is_slowed_down(client: Client, flow: ProductPage, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"coupon": "2/m/ip"}
    make_coupon("SPRING")
    add(client, flow)
    answers = [use_coupon(client, code).status_code for code in ("GUESS-1", "GUESS-2", "SPRING")]
    assert answers == [400, 400, 429]
    assert contents_of(client).coupon == ""


def test_guessing_codes__is_counted_whatever_address_is_claimed(
    client: Client, flow: ProductPage, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"coupon": "2/m/ip"}
    add(client, flow)
    url = reverse("basket:coupon")
    answers = [
        client.post(url, {"code": "GUESS"}, headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
        for n in range(3)
    ]
    assert answers == [400, 400, 429]
