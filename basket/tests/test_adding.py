"""Adding, changing and removing: what a shopper does, and what a hostile one tries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import PageViewRestriction

from basket.tests.factories import (
    MORNING,
    add,
    basket_of,
    contents_of,
    messages_of,
    quantities,
    remove,
    update,
)
from content.tests.factories import default_site
from products.models import ProductPage, Sku, Variant
from products.tests.factories import (
    make_category,
    make_option,
    make_product,
    make_variant,
    put_in_stock,
)

pytestmark = pytest.mark.django_db

FLOW = "FLOW-A3"


@pytest.fixture
def flow() -> ProductPage:
    return make_product("Satin Flow", sku=FLOW, price="24.00", on_hand=50)


@pytest.fixture
def sized() -> ProductPage:
    """Two sizes, so that there is a choice."""
    a4, a3 = make_option("Size", "A4", "A3")
    variants = [make_variant("DUNE-A4", "14.00", a4), make_variant("DUNE-A3", "24.00", a3)]
    return make_product("Dune", variants=variants)


# --- Adding ---------------------------------------------------------------------------------


def test_add__puts_one_in_the_basket_at_today_s_price(client: Client, flow: ProductPage) -> None:
    with time_machine.travel(MORNING, tick=False):
        response = add(client, flow)
    assert (response.status_code, response.headers["Location"]) == (302, "/basket/")
    assert messages_of(response) == ["“Satin Flow” is in your basket."]
    assert contents_of(client).to_json() == {
        "lines": {
            FLOW: {"quantity": 1, "price": "24.000", "added_at": "2030-06-01T09:00:00+00:00"}
        },
        "coupon": "",
    }


def test_add__sets_the_session_cookie(client: Client, flow: ProductPage) -> None:
    response = add(client, flow)
    cookie = response.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert quantities(client) == {FLOW: 1}


def test_add__reserves_nothing(client: Client, flow: ProductPage) -> None:
    add(client, flow, 5)
    sku = Sku.objects.get()
    assert (sku.on_hand, sku.reserved, sku.movements.count()) == (50, 0, 1)


def test_add__the_same_again_adds_up(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    add(client, flow, 3)
    assert quantities(client) == {FLOW: 5}
    assert basket_of(client).subtotal == Decimal("120.00")


def test_add__another_thing_is_another_line(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    add(client, make_product(sku="DUNE"), 1)
    assert quantities(client) == {FLOW: 2, "DUNE": 1}
    assert basket_of(client).count == 3


@pytest.mark.parametrize(
    ("quantity", "held"),
    [
        pytest.param("1", 1, id="one"),
        pytest.param("20", 20, id="as many as allowed"),
        pytest.param(" 7 ", 7, id="with spaces around"),
        pytest.param("007", 7, id="with zeros before"),
    ],
)
def test_add__quantity_taken(client: Client, flow: ProductPage, quantity: str, held: int) -> None:
    assert add(client, flow, quantity).status_code == 302
    assert quantities(client) == {FLOW: held}


BAD_QUANTITIES = [
    pytest.param("-1", id="negative"),
    pytest.param("21", id="one too many"),
    pytest.param("1000000000", id="a billion"),
    pytest.param("1e9", id="a billion, in short"),
    pytest.param("9" * 5000, id="longer than Python reads"),
    pytest.param("abc", id="a word"),
    pytest.param("", id="nothing"),
    pytest.param("   ", id="spaces"),
    pytest.param("1.5", id="one and a half"),
    pytest.param("1,5", id="one and a half in German"),
    pytest.param("1_0", id="as Python writes ten"),
    pytest.param("+1", id="with a plus"),
    pytest.param("0x1", id="hexadecimal"),
    pytest.param("２", id="a two of another alphabet"),
    pytest.param("²", id="a superscript"),
    pytest.param("٣", id="an Arabic three"),
    pytest.param("1\x00", id="NUL"),
    pytest.param("NaN", id="not a number"),
    pytest.param("None", id="none"),
]


@pytest.mark.parametrize("quantity", [pytest.param("0", id="zero"), *BAD_QUANTITIES])
def test_add__quantity_refused(client: Client, flow: ProductPage, quantity: str) -> None:
    add(client, flow, 2)
    response = add(client, flow, quantity)
    assert response.status_code == 400
    assert "Choose a quantity from 1 to 20." in response.content.decode()
    assert quantities(client) == {FLOW: 2}


def test_add__limit_is_a_setting(client: Client, flow: ProductPage, settings: Settings) -> None:
    settings.BASKET_MAX_QUANTITY = 30
    assert add(client, flow, 30).status_code == 302
    assert "Choose a quantity from 1 to 30." in add(client, flow, 31).content.decode()
    assert quantities(client) == {FLOW: 30}


def test_add__beyond_the_limit_in_two_steps_stops_at_it(client: Client, flow: ProductPage) -> None:
    add(client, flow, 15)
    response = add(client, flow, 15)
    assert response.status_code == 302
    assert messages_of(response)[-1] == (
        "There are no more than 20 of “Satin Flow” to be had, so your basket holds these."
    )
    assert quantities(client) == {FLOW: 20}


def test_add__more_than_there_is_takes_what_there_is(client: Client, flow: ProductPage) -> None:
    put_in_stock(FLOW, 3)
    response = add(client, flow, 5)
    assert response.status_code == 302
    assert messages_of(response) == [
        "There are no more than 3 of “Satin Flow” to be had, so your basket holds these."
    ]
    assert quantities(client) == {FLOW: 3}


def test_add__what_is_promised_to_others_is_not_there(client: Client, flow: ProductPage) -> None:
    Sku.objects.update(reserved=48)
    add(client, flow, 5)
    assert quantities(client) == {FLOW: 2}


def test_add__back_orders_are_only_limited_by_the_limit(client: Client, flow: ProductPage) -> None:
    put_in_stock(FLOW, 0)
    Sku.objects.update(backorders_allowed=True)
    add(client, flow, 20)
    assert quantities(client) == {FLOW: 20}


def test_add__sold_out_is_refused(client: Client, flow: ProductPage) -> None:
    put_in_stock(FLOW, 0)
    response = add(client, flow)
    assert response.status_code == 409
    assert "“Satin Flow” is sold out." in response.content.decode()
    assert "sessionid" not in response.cookies
    assert quantities(client) == {}


def test_add__sold_out_leaves_the_rest_of_the_basket_alone(
    client: Client, flow: ProductPage
) -> None:
    add(client, flow, 2)
    assert add(client, make_product("Dune", sku="DUNE", on_hand=0)).status_code == 409
    assert quantities(client) == {FLOW: 2}


# --- What is on offer -----------------------------------------------------------------------


def test_add__chosen_variant(client: Client, sized: ProductPage) -> None:
    response = add(client, sized, 2, sku="DUNE-A3")
    assert messages_of(response) == ["“Dune (Size: A3)” is in your basket."]
    assert quantities(client) == {"DUNE-A3": 2}
    assert basket_of(client).subtotal == Decimal("48.00")


@pytest.mark.parametrize(
    ("sku", "message"),
    [
        pytest.param("", "Choose one of the options first.", id="no choice"),
        pytest.param("DUNE-A0", "This choice is not on offer.", id="unknown"),
        pytest.param("dune-a3", "This choice is not on offer.", id="in small letters"),
        pytest.param(FLOW, "This choice is not on offer.", id="of another product"),
        pytest.param("DUNE-A3\x00", "This choice is not on offer.", id="NUL"),
        pytest.param("' OR 1=1 --", "This choice is not on offer.", id="an injection"),
    ],
)
def test_add__choice_refused(
    client: Client, sized: ProductPage, flow: ProductPage, sku: str, message: str
) -> None:
    response = add(client, sized, 1, sku=sku)
    assert response.status_code == 400
    assert message in response.content.decode()
    assert quantities(client) == {}


def test_add__retired_variant_is_not_on_offer(client: Client, sized: ProductPage) -> None:
    Sku.objects.filter(code="DUNE-A3").update(retired=True)
    assert add(client, sized, 1, sku="DUNE-A3").status_code == 400
    assert quantities(client) == {}
    # What is left is one variant, so there is nothing to choose.
    assert add(client, sized, 1).status_code == 302
    assert quantities(client) == {"DUNE-A4": 1}


def unpublish(page: ProductPage) -> None:
    page.unpublish()


def expire(page: ProductPage) -> None:
    ProductPage.objects.update(expire_at=MORNING.replace(year=2000))


def retire(page: ProductPage) -> None:
    Sku.objects.update(retired=True)


def delete(page: ProductPage) -> None:
    ProductPage.objects.get(pk=page.pk).delete()


def make_private(page: ProductPage) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type="login")


LEAVES = [unpublish, expire, retire, delete, make_private]


@pytest.mark.parametrize("leave", LEAVES, ids=lambda act: act.__name__)
def test_add__what_is_not_sold_is_not_found(client: Client, flow: ProductPage, leave: Any) -> None:
    number = flow.pk
    leave(flow)
    response = client.post(reverse("basket:add", args=[number]))
    assert response.status_code == 404
    assert quantities(client) == {}


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("0", id="zero"),
        pytest.param("99999999", id="unknown"),
        pytest.param("9" * 19, id="more than the database counts"),
        pytest.param("9" * 400, id="astronomical"),
        pytest.param("-1", id="negative"),
        pytest.param("abc", id="a word"),
        pytest.param("1%00", id="NUL"),
    ],
)
@pytest.mark.parametrize("path", ["add", "update", "remove"])
def test_change__of_something_unknown_is_not_found(client: Client, path: str, number: str) -> None:
    response = client.post(f"/basket/{path}/{number}/", {"quantity": "1"})
    assert response.status_code == 404
    assert quantities(client) == {}


def test_add__of_a_page_that_is_no_product_is_not_found(client: Client) -> None:
    for page in (default_site().root_page, make_category("Prints")):
        assert client.post(reverse("basket:add", args=[page.pk])).status_code == 404


def test_add__price_that_the_browser_sends_is_not_read(client: Client, flow: ProductPage) -> None:
    add(client, flow, 1, price="0.01", unit_price="0.01", total="0.01")
    assert basket_of(client).total == Decimal("24.00")


# --- Where it leads -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "location"),
    [
        pytest.param("/prints/satin-flow/", "/prints/satin-flow/", id="a page of ours"),
        pytest.param("/?page=2#shelf", "/?page=2#shelf", id="with query and fragment"),
        pytest.param("http://testserver/prints/", "http://testserver/prints/", id="ours, in full"),
        pytest.param("", "/basket/", id="nothing"),
        pytest.param("https://evil.example/", "/basket/", id="another host"),
        pytest.param("//evil.example/", "/basket/", id="another host, without a scheme"),
        pytest.param("///evil.example/", "/basket/", id="three slashes"),
        pytest.param("\\\\evil.example\\", "/basket/", id="backslashes"),
        pytest.param("/\\evil.example/", "/basket/", id="a slash and a backslash"),
        pytest.param("http:evil.example", "/basket/", id="a scheme without slashes"),
        pytest.param("javascript:alert(1)", "/basket/", id="a script"),
        pytest.param("http://testserver@evil.example/", "/basket/", id="our name as a user"),
        pytest.param("http://testserver.evil.example/", "/basket/", id="our name as a part"),
        pytest.param("http://[", "/basket/", id="broken"),
        pytest.param("/" + "x" * 5000, "/basket/", id="longer than an address may be"),
    ],
)
def test_next__leads_only_to_our_own_host(
    client: Client, flow: ProductPage, target: str, location: str
) -> None:
    response = add(client, flow, 1, next=target)
    assert (response.status_code, response.headers["Location"]) == (302, location)
    assert quantities(client) == {FLOW: 1}


def test_next__cannot_write_a_header(client: Client, flow: ProductPage) -> None:
    response = add(client, flow, 1, next="/prints/\r\nSet-Cookie: evil=1")
    assert response.status_code == 302
    assert "\r" not in response.headers["Location"]
    assert "\n" not in response.headers["Location"]
    assert "evil" not in response.cookies


# --- Changing and removing ------------------------------------------------------------------


@pytest.mark.parametrize("quantity", [1, 2, 20])
def test_update__sets_the_quantity(client: Client, flow: ProductPage, quantity: int) -> None:
    add(client, flow, 5)
    assert update(client, FLOW, quantity).status_code == 302
    assert quantities(client) == {FLOW: quantity}


def test_update__to_zero_removes_the_line(client: Client, flow: ProductPage) -> None:
    add(client, flow, 5)
    response = update(client, FLOW, 0)
    assert messages_of(response)[-1] == "Removed from your basket."
    assert quantities(client) == {}


@pytest.mark.parametrize("quantity", BAD_QUANTITIES)
def test_update__quantity_refused(client: Client, flow: ProductPage, quantity: str) -> None:
    add(client, flow, 5)
    response = update(client, FLOW, quantity)
    assert response.status_code == 400
    assert "Choose a quantity from 0 to 20." in response.content.decode()
    assert quantities(client) == {FLOW: 5}


def test_update__more_than_there_is_takes_what_there_is(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    put_in_stock(FLOW, 3)
    response = update(client, FLOW, 10)
    assert messages_of(response)[-1] == (
        "There are no more than 3 of “Satin Flow” to be had, so your basket holds these."
    )
    assert quantities(client) == {FLOW: 3}


def test_update__of_a_line_that_is_not_there_makes_none(client: Client, flow: ProductPage) -> None:
    make_product(sku="DUNE")
    add(client, flow, 2)
    assert update(client, "DUNE", 3).status_code == 302
    assert quantities(client) == {FLOW: 2}


def test_remove__takes_only_this_line(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    add(client, make_product(sku="DUNE"), 1)
    response = remove(client, FLOW)
    assert (response.status_code, messages_of(response)[-1]) == (302, "Removed from your basket.")
    assert quantities(client) == {"DUNE": 1}


def test_remove__twice_is_harmless(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    remove(client, FLOW)
    response = remove(client, FLOW)
    assert (response.status_code, quantities(client)) == (302, {})


def test_empty__takes_everything(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    assert client.post(reverse("basket:empty")).status_code == 302
    assert quantities(client) == {}


@pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["add", "update", "remove", "empty", "coupon"])
def test_change__only_by_post(client: Client, flow: ProductPage, method: str, path: str) -> None:
    add(client, flow, 2)
    number = {"add": [flow.pk], "update": [Sku.objects.get().pk], "remove": [Sku.objects.get().pk]}
    response = getattr(client, method)(reverse(f"basket:{path}", args=number.get(path, [])))
    assert response.status_code == 405
    assert quantities(client) == {FLOW: 2}


@pytest.mark.parametrize(("method", "status"), [("get", 200), ("head", 200), ("post", 405)])
def test_basket_page__only_shows(
    client: Client, flow: ProductPage, method: str, status: int
) -> None:
    add(client, flow, 2)
    assert getattr(client, method)(reverse("basket:show")).status_code == status
    assert quantities(client) == {FLOW: 2}


def test_basket_page__shows_lines_prices_and_total(client: Client, flow: ProductPage) -> None:
    add(client, flow, 2)
    response = client.get(reverse("basket:show"))
    body = response.content.decode()
    assert body.count("<h1") == 1
    assert "Satin Flow" in body
    assert "£48.00" in body
    assert f'action="/basket/update/{Sku.objects.get().pk}/"' in body
    assert "no-store" in response.headers["Cache-Control"]


def test_basket_page__empty_says_so(client: Client) -> None:
    response = client.get(reverse("basket:show"))
    assert response.status_code == 200
    assert "Nothing collected yet" in response.content.decode()


def test_add__does_not_move_the_line_of_another_visitor(flow: ProductPage) -> None:
    ada, ben = Client(), Client()
    add(ada, flow, 2)
    add(ben, flow, 5)
    assert (quantities(ada), quantities(ben)) == ({FLOW: 2}, {FLOW: 5})


def test_add__to_a_session_that_has_ended_starts_a_new_one(
    client: Client, flow: ProductPage
) -> None:
    add(client, flow, 2)
    old_key = client.session.session_key
    client.session.delete(old_key)
    response = add(client, flow, 1)
    assert response.status_code == 302
    assert quantities(client) == {FLOW: 1}
    assert response.cookies["sessionid"].value != old_key


def test_add__of_a_made_up_session_key_does_not_take_it_over(flow: ProductPage) -> None:
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    response = add(client, flow, 1)
    assert response.cookies["sessionid"].value != "a" * 32


def test_line__price_is_the_variant_s_not_the_draft_s(client: Client, flow: ProductPage) -> None:
    draft = flow.get_latest_revision_as_object()
    variants = list(draft.variants.all())
    variants[0].price = Decimal("1.00")
    draft.variants = variants
    draft.save_revision()
    add(client, flow, 1)
    assert basket_of(client).total == Variant.objects.get().price == Decimal("24.00")
