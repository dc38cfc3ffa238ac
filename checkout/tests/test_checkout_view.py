"""The checkout as shoppers walk it: from the basket to an order, without a browser."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import stripe
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from accounts.tests.factories import make_user
from basket.models import Coupon
from checkout import placing
from checkout.forms import CheckoutForm
from checkout.models import Order, OrderEmail, PaymentStatus, ShippingZone
from checkout.payments import stripe as gateway
from checkout.placing import CouponUsedUp
from checkout.status import OrderStatus
from checkout.tests.factories import make_method, make_order
from content.tests.factories import set_up_shop
from products.models import ProductPage, Sku, Variant
from products.stock import OutOfStock
from products.tests.factories import make_product, put_in_stock
from tests.stripe_stand_in import StandIn

pytestmark = pytest.mark.django_db
URL = "/checkout/"
S = OrderStatus
LONDON = {
    "delivery_country": "GB",
    "delivery_name": "Ada Lovelace",
    "delivery_company": "",
    "delivery_line1": "12 St James's Square",
    "delivery_line2": "",
    "delivery_postcode": "SW1Y 4JH",
    "delivery_city": "London",
}
BOSTON = LONDON | {
    "delivery_country": "US",
    "delivery_postcode": "02108",
    "delivery_city": "Boston",
    "delivery_region": "MA",
}


@pytest.fixture
def product(settings: Settings) -> ProductPage:
    """“Waves” at 12.00, ten on hand; delivered for 4.00; demo payments and bank transfer."""
    settings.DEBUG = True
    set_up_shop(bank_iban="GB29 NWBK")
    make_method("Standard", "4.00")
    return make_product("Waves", sku="WAVES", price="12.00")


@pytest.fixture
def shopper(client: Client, product: ProductPage) -> Client:
    """With two in the basket."""
    put_in_basket(client, product, 2)
    return client


def put_in_basket(client: Client, product: ProductPage, quantity: int) -> None:
    response = client.post(f"/basket/add/{product.pk}/", {"quantity": quantity})
    assert response.status_code == 302


def form_of(client: Client, **changes: Any) -> dict[str, Any]:
    """The form as the page has it, filled in; None leaves a field out."""
    page = client.get(URL)
    assert page.status_code == 200
    form: CheckoutForm = page.context["form"]
    filled = {
        "key": str(form["key"].value()),
        "seen_total": page.context["seen_total"],
        "email": "ada@example.com",
        "phone": "",
        "note": "",
        "billing_same": "on",
        "method": str(form["method"].value()),
        "payment": "bank_transfer",
        **LONDON,
        **changes,
    }
    return {name: value for name, value in filled.items() if value is not None}


def order_now(client: Client, **changes: Any) -> HttpResponse:
    response: HttpResponse = client.post(URL, form_of(client, **changes))  # type: ignore[assignment]
    return response


def basket_of(client: Client) -> dict[str, int]:
    lines = client.session.get("basket", {}).get("lines", {})
    return {code: line["quantity"] for code, line in lines.items()}


def nothing_ordered() -> bool:
    return not Order.objects.exists() and not Sku.objects.filter(reserved__gt=0).exists()


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


# --- The way through -----------------------------------------------------------------------------


def test_bank_transfer__guest(shopper: Client) -> None:
    response = order_now(shopper, note="Ring twice", phone="020 7946 0000")

    order = Order.objects.get()
    assert response.status_code == 302
    assert response["Location"] == order.get_absolute_url()
    assert (order.status, order.user, order.email) == (S.PENDING, None, "ada@example.com")
    assert (order.total, order.note, order.phone) == (Decimal(28), "Ring twice", "020 7946 0000")
    assert order.payment_provider == "bank_transfer"
    assert order.delivery_address.as_dict() == order.billing_address.as_dict()
    assert order.delivery_address.city == "London"
    assert basket_of(shopper) == {}
    assert Sku.objects.get().reserved == 2
    assert OrderEmail.objects.get().kind == "received"

    page = shopper.get(response["Location"])
    assert page.status_code == 200
    assert 'data-order-status="pending"' in page.content.decode()
    assert "GB29 NWBK" in page.content.decode()


def test_demo__guest_pays(shopper: Client) -> None:
    response = order_now(shopper, payment="demo")
    order = Order.objects.get()
    assert response["Location"] == f"/checkout/{order.token}/demo/"

    page = shopper.get(response["Location"])
    assert page.status_code == 200
    assert "demonstration" in page.content.decode().lower()
    paid = shopper.post(response["Location"], {"outcome": "pay"}, follow=True)

    html = paid.content.decode()
    order.refresh_from_db()
    assert order.status == S.PAID
    assert 'data-order-status="paid"' in html
    assert f"Invoice number: {order.invoice.number}" in html
    assert f'href="/checkout/{order.token}/{order.invoice.number}.pdf"' in html
    assert (Sku.objects.get().on_hand, Sku.objects.get().reserved) == (8, 0)


@pytest.mark.parametrize(
    ("outcome", "status", "shown"),
    [
        pytest.param("fail", S.FAILED, "failed", id="fails"),
        pytest.param("abandon", S.PENDING, "pending", id="left"),
        pytest.param("nonsense", S.PENDING, "pending", id="something else"),
    ],
)
def test_demo__does_not_pay(shopper: Client, outcome: str, status: OrderStatus, shown: str) -> None:
    where = order_now(shopper, payment="demo")["Location"]

    page = shopper.post(where, {"outcome": outcome}, follow=True)

    assert Order.objects.get().status == status
    assert f'data-order-status="{shown}"' in page.content.decode()


def test_demo__only_while_developing(shopper: Client, settings: Settings) -> None:
    where = order_now(shopper, payment="demo")["Location"]
    settings.DEBUG = False

    assert shopper.get(where).status_code == 404
    assert shopper.post(where, {"outcome": "pay"}).status_code == 404
    assert Order.objects.get().status == S.PENDING


def test_demo__cannot_be_asked_for_in_production(shopper: Client, settings: Settings) -> None:
    filled = form_of(shopper, payment="demo")
    settings.DEBUG = False

    response = shopper.post(URL, filled)

    assert response.status_code == 422
    assert "payment" in response.context["form"].errors
    assert nothing_ordered()


def test_demo__not_for_an_order_that_pays_otherwise(shopper: Client) -> None:
    order_now(shopper)
    order = Order.objects.get()

    response = shopper.post(f"/checkout/{order.token}/demo/", {"outcome": "pay"})

    assert response.status_code == 404
    assert Order.objects.get().status == S.PENDING


def test_account__the_order_is_its_own(client: Client, product: ProductPage) -> None:
    user = make_user("grace@example.com", first_name="Grace", last_name="Hopper")
    client.force_login(user)
    put_in_basket(client, product, 2)
    page = client.get(URL)
    form = page.context["form"]
    assert (form["email"].value(), form["delivery_name"].value()) == (
        "grace@example.com",
        "Grace Hopper",
    )

    order_now(client)

    assert Order.objects.get().user == user


def test_free__no_provider_is_asked(shopper: Client, product: ProductPage) -> None:
    Coupon.objects.create(code="GIFT", value=Decimal(100))
    shopper.post("/basket/coupon/", {"code": "gift"})
    free = make_method("By hand", "0")

    response = order_now(shopper, method=str(free.pk), seen_total=None)

    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert (order.status, order.total, order.payments.count()) == (S.PAID, 0, 0)


def test_billing__another_address(shopper: Client) -> None:
    billing = {name.replace("delivery", "billing"): value for name, value in BOSTON.items()}

    order_now(shopper, billing_same=None, **billing | {"billing_name": "Bower Inc"})

    order = Order.objects.get()
    assert order.delivery_address.country == "GB"
    assert order.billing_address.as_dict() | {} == {
        "name": "Bower Inc",
        "company": "",
        "line1": "12 St James's Square",
        "line2": "",
        "city": "Boston",
        "region": "MA",
        "postcode": "02108",
        "country": "US",
    }


def test_page__is_never_kept(shopper: Client) -> None:
    response = shopper.get(URL)

    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_page__other_methods(shopper: Client, method: str) -> None:
    assert getattr(shopper, method)(URL).status_code == 405


# --- Nothing to buy ------------------------------------------------------------------------------


def test_empty_basket__back_to_it(client: Client, product: ProductPage) -> None:
    for response in (client.get(URL), client.post(URL, {"email": "x"})):
        assert (response.status_code, response["Location"]) == (302, "/basket/")
    assert nothing_ordered()


def test_back_button__after_placing(shopper: Client) -> None:
    """The form is gone with the basket; who comes back is shown the order that waits."""
    stale = form_of(shopper)
    shopper.post(URL, stale)
    order = Order.objects.get()

    response = shopper.get(URL)

    assert response["Location"] == order.get_absolute_url()
    assert Order.objects.count() == 1


def test_back_button__then_another_order(shopper: Client, product: ProductPage) -> None:
    first = form_of(shopper)
    shopper.post(URL, first)
    put_in_basket(shopper, product, 1)

    order_now(shopper)
    shopper.post(URL, first)

    assert Order.objects.count() == 2
    assert Sku.objects.get().reserved == 3


# --- Once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("payment", ["bank_transfer", "demo"])
def test_double_submit__one_order(shopper: Client, payment: str) -> None:
    filled = form_of(shopper, payment=payment)

    answers = [shopper.post(URL, filled) for _ in range(3)]

    order = Order.objects.get()
    assert {answer.status_code for answer in answers} == {302}
    assert len({answer["Location"] for answer in answers}) == 1
    assert order.payments.count() == 1
    assert Sku.objects.get().reserved == 2
    assert order.emails.count() == (1 if payment == "bank_transfer" else 0)


def test_double_submit__after_it_was_cancelled(shopper: Client) -> None:
    filled = form_of(shopper)
    shopper.post(URL, filled)
    order = Order.objects.get()
    shopper.post(f"/checkout/{order.token}/cancel/")

    response = shopper.post(URL, filled)

    assert response["Location"] == order.get_absolute_url()
    assert Order.objects.get().status == S.CANCELLED
    assert Sku.objects.get().reserved == 0


@pytest.mark.parametrize("key", ["", "x", "\x00", "0" * 5000, "{}"])
def test_key__bad_one(shopper: Client, key: str) -> None:
    response = order_now(shopper, key=key)

    assert response.status_code == 422
    assert nothing_ordered()


# --- What the form refuses -----------------------------------------------------------------------

MISTAKES = [
    pytest.param({"email": ""}, ["email"], id="no e-mail"),
    pytest.param({"email": "ada"}, ["email"], id="no e-mail address"),
    pytest.param({"email": "a@b.c\x00"}, ["email"], id="NUL in the e-mail"),
    pytest.param({"email": "ada@example.com\nBcc: x@y.z"}, ["email"], id="a header in the e-mail"),
    pytest.param({"delivery_name": ""}, ["delivery_name"], id="nobody"),
    pytest.param({"delivery_name": "   "}, ["delivery_name"], id="blank"),
    pytest.param({"delivery_name": "A\x00da"}, ["delivery_name"], id="NUL in the name"),
    pytest.param({"delivery_name": "A" * 121}, ["delivery_name"], id="long name"),
    pytest.param({"delivery_line1": "A" * 100_000}, ["delivery_line1"], id="huge street"),
    pytest.param({"delivery_line1": ""}, ["delivery_line1"], id="no street"),
    pytest.param({"delivery_city": ""}, ["delivery_city"], id="no town"),
    pytest.param({"delivery_postcode": ""}, ["delivery_postcode"], id="no postcode"),
    pytest.param({"delivery_postcode": "12345"}, ["delivery_postcode"], id="not British"),
    pytest.param({"delivery_country": "XX"}, ["delivery_country"], id="no country"),
    pytest.param({"delivery_country": None}, ["delivery_country"], id="country left out"),
    pytest.param({"note": "x" * 501}, ["note"], id="long note"),
    pytest.param({"note": "\x00"}, ["note"], id="NUL in the note"),
    pytest.param({"phone": "1" * 41}, ["phone"], id="long number"),
    pytest.param({"method": "999999"}, ["method"], id="no such method"),
    pytest.param({"method": None}, ["method"], id="no method"),
    pytest.param({"method": "\x00"}, ["method"], id="NUL for a method"),
    pytest.param({"payment": "cash"}, ["payment"], id="no such payment"),
    pytest.param({"payment": None}, ["payment"], id="no payment"),
    pytest.param({"seen_total": "9" * 40}, ["seen_total"], id="long total"),
    pytest.param(
        {"billing_same": None},
        ["billing_city", "billing_country", "billing_line1", "billing_name", "billing_postcode"],
        id="no billing address",
    ),
]


@pytest.mark.parametrize(("changes", "wrong"), MISTAKES)
def test_mistake__said_beside_the_field(
    shopper: Client, changes: dict[str, Any], wrong: list[str]
) -> None:
    response = order_now(shopper, **changes)

    form = response.context["form"]  # type: ignore[attr-defined]
    assert response.status_code == 422
    assert sorted(form.errors) == wrong
    html = response.content.decode()
    for name in wrong:
        if not form[name].is_hidden:
            assert f'id="id_{name}_error"' in html, name
    assert nothing_ordered()
    assert basket_of(shopper) == {"WAVES": 2}


def test_mistake__what_was_typed_stays(shopper: Client) -> None:
    filled = form_of(shopper, delivery_postcode="?", note="<b>Ring</b>", email="grace@example.com")

    response = shopper.post(URL, filled)

    html = response.content.decode()
    assert 'value="grace@example.com"' in html
    assert "&lt;b&gt;Ring&lt;/b&gt;" in html
    assert "<b>Ring</b>" not in html
    assert filled["key"] in html  # pressing again is still the same form


def test_country__not_served(shopper: Client) -> None:
    ShippingZone.objects.update(everywhere_else=False, countries="GB")

    response = order_now(shopper, **BOSTON)

    assert response.status_code == 422
    assert "delivery_country" in response.context["form"].errors  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_method__of_another_country(shopper: Client) -> None:
    abroad = make_method("To Germany", "9.00", countries=["DE"])

    response = order_now(shopper, method=str(abroad.pk))

    assert response.status_code == 422
    assert "method" in response.context["form"].errors  # type: ignore[attr-defined]
    assert nothing_ordered()


def test_huge__body_is_refused(shopper: Client) -> None:
    response = shopper.post(URL, form_of(shopper) | {"note": "x" * 3_000_000})

    assert 400 <= response.status_code < 500
    assert nothing_ordered()


def test_price__of_the_browser_is_never_believed(shopper: Client) -> None:
    order_now(shopper, total="0.01", price="0.01", amount="0.01", seen_total=None)

    assert Order.objects.get().total == Decimal(28)


# --- Countries -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "has", "has_not"),
    [
        pytest.param("GB", ["postcode", "city"], ["region"], id="United Kingdom"),
        pytest.param("US", ["postcode", "city", "region"], [], id="United States"),
        pytest.param("DE", ["postcode", "city"], ["region"], id="Germany"),
        pytest.param("AE", ["region"], ["postcode"], id="Emirates"),
    ],
)
def test_country__refresh_asks_what_it_needs(
    shopper: Client, country: str, has: list[str], has_not: list[str]
) -> None:
    typed = form_of(shopper) | {
        "delivery_country": country,
        "refresh": "country",
        "email": "not yet",
    }

    response = shopper.post(URL, typed)

    form = response.context["form"]
    assert response.status_code == 200
    assert not form.errors
    assert form["email"].value() == "not yet"
    assert form["key"].value() == typed["key"]
    for name in has:
        assert f"delivery_{name}" in form.fields
    for name in has_not:
        assert f"delivery_{name}" not in form.fields
    assert nothing_ordered()


def test_country__refresh_shows_its_methods_and_taxes(shopper: Client) -> None:
    make_method("To America", "15.00", countries=["US"])
    typed = form_of(shopper) | {"delivery_country": "US", "refresh": "country"}

    response = shopper.post(URL, typed)

    totals = response.context["totals"]
    assert [offer.method.name for offer in response.context["form"].offers] == ["To America"]
    assert (totals.total, totals.tax) == (Decimal("32.50"), 0)  # 24 and 15, less 20 % VAT
    assert response.context["seen_total"] == "32.50"


def test_country__united_states(shopper: Client) -> None:
    order_now(shopper, **BOSTON, seen_total="23.33")

    address = Order.objects.get().delivery_address
    assert (address.country, address.region, address.postcode) == ("US", "MA", "02108")
    assert Order.objects.get().tax == 0


@pytest.mark.parametrize("region", ["", "Massachusetts!", "XX"])
def test_country__united_states_without_a_state(shopper: Client, region: str) -> None:
    response = order_now(shopper, **BOSTON | {"delivery_region": region})

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["delivery_region"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("flag", [None, "on"], ids=["asked", "same"])
def test_billing__refresh_keeps_the_tick(shopper: Client, flag: str | None) -> None:
    typed = form_of(shopper, billing_same=flag) | {"refresh": "billing"}

    form = shopper.post(URL, typed).context["form"]

    assert form.billing_is_asked() == (flag is None)


# --- The shop moved on ---------------------------------------------------------------------------


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


# --- Stripe --------------------------------------------------------------------------------------


@pytest.fixture
def stripe_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        yield stand_in
    gateway._client.cache_clear()


def test_stripe__sent_to_pay(shopper: Client, stripe_api: StandIn) -> None:
    response = order_now(shopper, payment="stripe")

    [session] = stripe_api.sessions.values()
    assert response["Location"] == session["url"]
    assert (session["amount_total"], session["currency"]) == (2800, "gbp")


def test_stripe__down_the_order_stands(shopper: Client, stripe_api: StandIn) -> None:
    stripe_api.fail_next(2, status=500)

    response = order_now(shopper, payment="stripe")

    order = Order.objects.get()
    assert response["Location"] == order.get_absolute_url()
    assert order.payments.get().status == PaymentStatus.CREATED
    page = shopper.get(response["Location"])
    assert any("safe" in message for message in said(page))
    assert 'data-order-status="pending"' in page.content.decode()

    again = shopper.post(f"/checkout/{order.token}/pay/")

    [session] = stripe_api.sessions.values()
    assert again["Location"] == session["url"]
    assert Order.objects.count() == 1


def test_stripe__double_submit_one_session(shopper: Client, stripe_api: StandIn) -> None:
    filled = form_of(shopper, payment="stripe")

    answers = {shopper.post(URL, filled)["Location"] for _ in range(3)}

    [session] = stripe_api.sessions.values()
    assert answers == {session["url"]}


@pytest.mark.parametrize(
    ("price", "provider", "status"),
    [
        pytest.param("0.29", "stripe", 422, id="below Stripe's least"),
        pytest.param("0.30", "stripe", 302, id="the least"),
        pytest.param("0.01", "bank_transfer", 302, id="a bank takes a penny"),
    ],
)
def test_stripe__minimum(
    client: Client,
    product: ProductPage,
    stripe_api: StandIn,
    price: str,
    provider: str,
    status: int,
) -> None:
    free = make_method("By hand", "0")
    put_in_basket(client, make_product(sku="STAMP", price=price), 1)

    response = order_now(client, payment=provider, method=str(free.pk), seen_total=None)

    assert response.status_code == status
    assert Order.objects.exists() == (status == 302)
    if status == 422:
        [message] = response.context["form"].errors["payment"]  # type: ignore[attr-defined]
        assert "£0.30" in message
        assert stripe_api.requests == []


@pytest.mark.parametrize(
    ("price", "provider", "status"),
    [
        pytest.param("2.505", "stripe", 422, id="Stripe wants nought fils at the end"),
        pytest.param("2.510", "stripe", 302, id="ten fils"),
        pytest.param("2.505", "bank_transfer", 302, id="a bank takes five"),
    ],
)
def test_stripe__what_it_cannot_charge_exactly(
    client: Client,
    product: ProductPage,
    stripe_api: StandIn,
    settings: Settings,
    price: str,
    provider: str,
    status: int,
) -> None:
    """Kuwaiti dinars have three decimals. Nothing is rounded: another way is asked for."""
    settings.SHOP_CURRENCY = "KWD"
    free = make_method("By hand", "0")
    put_in_basket(client, make_product(sku="STAMP", price=price), 1)

    response = order_now(client, payment=provider, method=str(free.pk), seen_total=None)

    assert response.status_code == status
    if status == 422:
        [message] = response.context["form"].errors["payment"]  # type: ignore[attr-defined]
        assert "2.505" in message
        assert not Order.objects.exists()
        assert stripe_api.requests == []


# --- Cost ----------------------------------------------------------------------------------------


def test_form__queries_do_not_grow_with_the_basket(
    client: Client, product: ProductPage, django_assert_max_num_queries: Any
) -> None:
    put_in_basket(client, product, 1)
    client.get(URL)
    for number in range(4):
        put_in_basket(client, make_product(sku=f"MORE-{number}"), 1)

    with django_assert_max_num_queries(30):
        assert client.get(URL).status_code == 200


def test_order__of_another_form_is_not_found_by_guessing(shopper: Client) -> None:
    make_order({"WAVES": 1})

    response = order_now(shopper, key=str(uuid.uuid4()))

    assert response.status_code == 302
    assert Order.objects.count() == 2
