"""What becomes of a basket while its owner is away: prices, stock and pages change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings
from wagtail.models import Locale, PageViewRestriction

from basket import basket, changes
from basket.tests.factories import (
    MORNING,
    add,
    basket_of,
    contents_of,
    holding,
    messages_of,
    quantities,
    update,
)
from products.models import ProductPage, Sku, Variant
from products.tests.factories import make_option, make_product, make_variant, put_in_stock

pytestmark = pytest.mark.django_db

FLOW = "FLOW-A3"
DAY = timedelta(hours=24)


@pytest.fixture
def flow() -> ProductPage:
    return make_product("Satin Flow", sku=FLOW, price="24.00", on_hand=50)


def set_price(price: str) -> None:
    Variant.objects.filter(sku_id=FLOW).update(price=Decimal(price))


# --- Prices ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("new_price", "later", "pays"),
    [
        pytest.param("24.00", timedelta(0), "24.00", id="nothing changed"),
        pytest.param("24.00", 30 * DAY, "24.00", id="nothing changed for a month"),
        pytest.param("30.00", timedelta(0), "24.00", id="raised, at once"),
        pytest.param("30.00", DAY - timedelta(seconds=1), "24.00", id="raised, nearly a day"),
        pytest.param("30.00", DAY, "30.00", id="raised, a day"),
        pytest.param("30.00", 30 * DAY, "30.00", id="raised, a month"),
        pytest.param("20.00", timedelta(0), "20.00", id="fallen, at once"),
        pytest.param("20.00", 30 * DAY, "20.00", id="fallen, a month"),
        pytest.param("0.00", timedelta(0), "0.00", id="fallen to nothing"),
    ],
)
def test_price__is_held_for_a_day_and_falls_at_once(
    flow: ProductPage, new_price: str, later: timedelta, pays: str
) -> None:
    set_price(new_price)
    computed = basket.compute(holding({FLOW: (2, "24.00")}), now=MORNING + later)
    (line,) = computed.lines
    assert line.unit_price == Decimal(pays)
    assert computed.subtotal == 2 * Decimal(pays)
    changed = pays != "24.00"
    assert line.was_price == (Decimal("24.00") if changed else None)
    assert computed.notices == (
        (f"The price of “Satin Flow” changed from £24.00 to £{pays}.",) if changed else ()
    )


def test_price__hold_is_a_setting(flow: ProductPage, settings: Settings) -> None:
    settings.BASKET_PRICE_HOLD = 60
    set_price("30.00")
    contents = holding({FLOW: (1, "24.00")})
    within, after = MORNING + timedelta(seconds=59), MORNING + timedelta(seconds=60)
    assert basket.compute(contents, now=within).total == Decimal("24.00")
    assert basket.compute(contents, now=after).total == Decimal("30.00")


def test_price__raised_while_the_shopper_slept_is_said_and_then_kept(
    client: Client, flow: ProductPage
) -> None:
    with time_machine.travel(MORNING, tick=False):
        add(client, flow, 1)
    set_price("30.00")
    with time_machine.travel(MORNING + DAY - timedelta(minutes=1), tick=False):
        body = client.get(reverse("basket:show")).content.decode()
        assert "£24.00" in body
        assert "changed from" not in body
        # Adding again holds no longer than the first time.
        add(client, flow, 1)
        assert basket_of(client).total == Decimal("48.00")
    with time_machine.travel(MORNING + DAY, tick=False):
        body = client.get(reverse("basket:show")).content.decode()
        assert "The price of “Satin Flow” changed from £24.00 to £30.00." in body
        response = update(client, FLOW, 3)
        assert messages_of(response) == ["The price of “Satin Flow” changed from £24.00 to £30.00."]
        # Taken over: held anew, and not said twice.
        (line,) = contents_of(client).lines.values()
        assert (line.quantity, line.price, line.added_at) == (3, Decimal(30), MORNING + DAY)
        assert "changed from" in client.get(reverse("basket:show")).content.decode()
        assert "changed from" not in client.get(reverse("basket:show")).content.decode()
        assert messages_of(update(client, FLOW, 2)) == []


def test_price__fallen_is_said_and_held_at_the_lower(client: Client, flow: ProductPage) -> None:
    with time_machine.travel(MORNING, tick=False):
        add(client, flow, 1)
        set_price("20.00")
        assert "changed from £24.00 to £20.00" in client.get("/basket/").content.decode()
        update(client, FLOW, 2)
        set_price("24.00")
        assert basket_of(client).total == Decimal("40.00")


# --- Stock ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_hand", "reserved", "left", "notice"),
    [
        pytest.param(5, 0, 5, None, id="just enough"),
        pytest.param(
            4,
            0,
            4,
            "Only 4 of “Satin Flow” are left, so your basket holds those.",
            id="four are left",
        ),
        pytest.param(
            1, 0, 1, "Only 1 of “Satin Flow” is left, so your basket holds that one.", id="one"
        ),
        pytest.param(
            9,
            7,
            2,
            "Only 2 of “Satin Flow” are left, so your basket holds those.",
            id="others ordered seven",
        ),
        pytest.param(0, 0, 0, "“Satin Flow” has sold out and has left your basket.", id="none"),
        pytest.param(
            5, 5, 0, "“Satin Flow” has sold out and has left your basket.", id="all promised"
        ),
    ],
)
def test_stock__sold_to_others_makes_the_line_smaller(
    flow: ProductPage, on_hand: int, reserved: int, left: int, notice: str | None
) -> None:
    put_in_stock(FLOW, on_hand)
    Sku.objects.update(reserved=reserved)
    computed = basket.compute(holding({FLOW: (5, "24.00")}), now=MORNING)
    assert computed.count == left
    assert computed.total == left * Decimal("24.00")
    assert computed.notices == ((notice,) if notice else ())


def test_stock__is_not_touched_by_looking(client: Client, flow: ProductPage) -> None:
    add(client, flow, 5)
    put_in_stock(FLOW, 2)
    client.get(reverse("basket:show"))
    # Reads only: what the shopper wanted is remembered until they change something.
    assert quantities(client) == {FLOW: 5}
    put_in_stock(FLOW, 9)
    assert basket_of(client).count == 5


def test_stock__limit_lowered_makes_the_line_smaller(flow: ProductPage, settings: Settings) -> None:
    settings.BASKET_MAX_QUANTITY = 3
    assert basket.compute(holding({FLOW: (5, "24.00")}), now=MORNING).count == 3


def test_lines__say_their_own_notices_and_the_basket_the_others(flow: ProductPage) -> None:
    make_product("Dune", sku="DUNE", on_hand=0)
    put_in_stock(FLOW, 2)
    set_price("20.00")
    held = holding({FLOW: (5, "24.00"), "DUNE": (1, "24.00"), "GONE": (1, "1.00")})
    computed = basket.compute(held, now=MORNING)
    (line,) = computed.lines
    assert line.notice == (
        "Only 2 of “Satin Flow” are left, so your basket holds those. "
        "The price of “Satin Flow” changed from £24.00 to £20.00."
    )
    assert computed.other_notices == [
        "“Dune” has sold out and has left your basket.",
        "“GONE” is no longer sold and has left your basket.",
    ]


# --- Pages ----------------------------------------------------------------------------------


def retire(page: ProductPage) -> None:
    Sku.objects.filter(code=FLOW).update(retired=True)


def make_private(page: ProductPage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


@pytest.mark.parametrize(
    ("leave", "name"),
    [
        pytest.param(lambda page: page.unpublish(), "Satin Flow", id="unpublished"),
        pytest.param(lambda page: page.delete(), FLOW, id="deleted"),
        pytest.param(retire, "Satin Flow", id="retired"),
        pytest.param(make_private, "Satin Flow", id="made private"),
    ],
)
def test_product__no_longer_sold_leaves_with_a_message(
    client: Client, flow: ProductPage, leave: Callable[[ProductPage], Any], name: str
) -> None:
    dune = make_product("Dune", sku="DUNE", price="10.00")
    add(client, flow, 2)
    add(client, dune, 1)
    leave(flow)
    gone = f"“{name}” is no longer sold and has left your basket."
    assert basket_of(client).total == Decimal("10.00")
    assert gone in client.get(reverse("basket:show")).content.decode()
    response = add(client, dune, 1)
    assert messages_of(response)[0] == gone
    assert quantities(client) == {"DUNE": 2}
    client.get(reverse("basket:show"))  # says it once more, as the answer to the change
    assert gone not in client.get(reverse("basket:show")).content.decode()


def test_product__published_again_is_there_again(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    flow.unpublish()
    assert not basket_of(client)
    ProductPage.objects.get(pk=flow.pk).get_latest_revision().publish()
    assert basket_of(client).count == 2


def test_line__stays_when_its_variant_row_is_made_anew(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    Variant.objects.all().delete()
    Variant.objects.create(page=flow, sku_id=FLOW, price=Decimal("24.00"))
    assert basket_of(client).count == 2


def test_line__moved_to_another_product_has_its_name(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    dune = make_product("Dune", sku="DUNE")
    Variant.objects.filter(sku_id=FLOW).update(page=dune)
    assert [(line.title, line.quantity) for line in basket_of(client).lines] == [("Dune", 2)]


def test_line__is_named_with_its_options() -> None:
    a3, oak = make_option("Size", "A3")[0], make_option("Frame", "Oak")[0]
    make_product("Flow", variants=[make_variant(FLOW, "24.00", a3, oak)])
    (line,) = basket.compute(holding({FLOW: (1, "24.00")}), now=MORNING).lines
    assert (line.name, line.options) == ("Flow (Size: A3, Frame: Oak)", "Size: A3, Frame: Oak")


def test_line__is_in_the_language_of_the_reader(flow: ProductPage) -> None:
    german = Locale.objects.create(language_code="de")
    translated = flow.copy_for_translation(german, copy_parents=True)
    translated.title = "Satinfluss"
    translated.save_revision().publish()
    contents = holding({FLOW: (1, "24.00")})
    assert [line.title for line in basket.compute(contents, now=MORNING).lines] == ["Satin Flow"]
    with translation.override("de"):
        (line,) = basket.compute(contents, now=MORNING).lines
    assert (line.title, line.page.pk, line.variant.page_id) == (
        "Satinfluss",
        translated.pk,
        flow.pk,
    )


def test_add__from_the_translation_is_the_same_line(client: Client, flow: ProductPage) -> None:
    german = Locale.objects.create(language_code="de")
    translated = flow.copy_for_translation(german, copy_parents=True)
    translated.save_revision().publish()
    mirror = flow.create_alias(parent=flow.get_parent(), update_slug="mirror")
    for page in (flow, ProductPage.objects.get(pk=translated.pk), mirror):
        assert add(client, page, 1).status_code == 302
    assert quantities(client) == {FLOW: 3}


# --- Putting back ---------------------------------------------------------------------------


def put_back(client: Client, units: dict[str, int]) -> None:
    request = HttpRequest()
    request.session = client.session
    request.user = _Nobody()  # type: ignore[assignment]
    changes.put_back(request, units)
    client.cookies["sessionid"] = str(request.session.session_key)


class _Nobody:
    is_authenticated = False


def test_put_back__returns_the_units_at_today_s_price(client: Client, flow: ProductPage) -> None:
    set_price("30.00")
    put_back(client, {FLOW: 3})
    assert quantities(client) == {FLOW: 3}
    assert basket_of(client).total == Decimal("90.00")


@pytest.mark.parametrize(("in_the_basket", "ordered", "held"), [(1, 3, 3), (5, 3, 5), (3, 3, 3)])
def test_put_back__the_larger_quantity_wins(
    client: Client, flow: ProductPage, in_the_basket: int, ordered: int, held: int
) -> None:
    add(client, flow, in_the_basket)
    put_back(client, {FLOW: ordered})
    assert quantities(client) == {FLOW: held}


def test_put_back__keeps_the_rest_and_leaves_out_what_is_no_longer_sold(
    client: Client, flow: ProductPage
) -> None:
    dune = make_product("Dune", sku="DUNE")
    add(client, dune, 1)
    flow.unpublish()
    put_back(client, {FLOW: 3, "NEVER-SEEN": 1})
    assert quantities(client) == {"DUNE": 1}
