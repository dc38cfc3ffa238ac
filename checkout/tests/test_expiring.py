"""Time that runs out: units that are wanted again, and a payment that is still under way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from checkout import paying, payments
from checkout.models import Order, PaymentStatus
from checkout.placing import place_order
from checkout.status import OrderStatus
from checkout.tests.factories import make_basket, make_details, make_order
from checkout.tests.stripe_events import Postman
from content.tests.factories import default_site
from products.models import ProductPage, Sku
from products.stock import OutOfStock
from products.tests.factories import make_product, put_in_stock
from tests.stripe_stand_in import StandIn

pytestmark = pytest.mark.django_db
S = OrderStatus
UNITS = 3


@pytest.fixture
def page() -> ProductPage:
    return make_product("Waves", sku="WAVES", on_hand=UNITS)


@pytest.fixture
def holder(page: ProductPage) -> Order:
    """Holds all there are."""
    return make_order({"WAVES": UNITS}, provider="demo")


def let_run_out(order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(expires_at=timezone.now() - timedelta(seconds=1))


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def order_one() -> Order:
    """By somebody whose basket was filled while there were some."""
    put_in_stock("WAVES", UNITS + 1)
    basket = make_basket({"WAVES": 1})
    put_in_stock("WAVES", UNITS)
    return place_order(basket, make_details(provider="demo"), site=default_site())


# --- Units that somebody else wants ------------------------------------------------------------


def test_wanted__another_shopper_orders_what_ran_out(holder: Order) -> None:
    let_run_out(holder)

    other = order_one()

    assert (status_of(holder), other.status) == (S.EXPIRED, S.PENDING)
    assert Sku.objects.get().reserved == 1


def test_wanted__what_has_time_left_is_kept(holder: Order) -> None:
    with pytest.raises(OutOfStock):
        order_one()

    assert status_of(holder) == S.PENDING
    assert Sku.objects.get().reserved == UNITS
    assert Order.objects.count() == 1


def test_wanted__the_page_does_not_say_sold_out(
    client: Client, page: ProductPage, holder: Order
) -> None:
    assert "Sold out" in client.get(page.url).content.decode()
    let_run_out(holder)

    assert "Sold out" not in client.get(page.url).content.decode()
    assert status_of(holder) == S.EXPIRED


@pytest.mark.parametrize(
    "press",
    [
        pytest.param(lambda client, page: client.post(f"/basket/add/{page.pk}/"), id="the page's"),
        pytest.param(
            lambda client, page: client.post(f"/basket/add/{page.pk}/", {"quantity": UNITS}),
            id="all at once",
        ),
    ],
)
def test_wanted__the_basket_takes_it(
    client: Client, page: ProductPage, holder: Order, press: Callable[[Client, ProductPage], Any]
) -> None:
    let_run_out(holder)

    assert press(client, page).status_code == 302

    assert status_of(holder) == S.EXPIRED
    assert "WAVES" in client.session["basket"]["lines"]


def test_wanted__orders_of_other_things_are_left_alone(holder: Order) -> None:
    make_product(sku="TIDES", on_hand=1)
    other = make_order({"TIDES": 1}, provider="demo")
    let_run_out(holder)
    let_run_out(other)

    order_one()

    assert (status_of(holder), status_of(other)) == (S.EXPIRED, S.PENDING)


# --- Paying near the end -----------------------------------------------------------------------


def shortly_before_the_end(order: Order) -> None:
    soon = timezone.now() + timedelta(minutes=4)
    Order.objects.filter(pk=order.pk).update(expires_at=soon)


def press_pay(order: Order) -> str:
    return paying.start(Order.objects.get(pk=order.pk))


def attempts(order: Order) -> list[str]:
    return list(order.payments.order_by("attempt").values_list("status", flat=True))


def test_extend__a_new_session_and_a_whole_window(order: Order, stripe_api: StandIn) -> None:
    [old] = stripe_api.sessions.values()
    shortly_before_the_end(order)

    url = press_pay(order)

    old, new = sorted(stripe_api.sessions.values(), key=lambda one: one["id"] != old["id"])
    assert (url, old["status"], new["status"]) == (new["url"], "expired", "open")
    stored = Order.objects.get(pk=order.pk)
    assert stored.expires_at is not None
    assert stored.expires_at - timezone.now() > timedelta(minutes=34)
    assert new["expires_at"] == int(stored.expires_at.timestamp())
    assert attempts(order) == [PaymentStatus.FAILED, PaymentStatus.OPEN]


def test_extend__the_end_of_the_old_session_ends_nothing(order: Order, postman: Postman) -> None:
    shortly_before_the_end(order)
    press_pay(order)

    postman.bring(*postman.newest("checkout.session.expired"))

    assert status_of(order) == S.PENDING
    assert Sku.objects.get().reserved == 2


def test_extend__with_time_enough_it_stays_the_same(order: Order, stripe_api: StandIn) -> None:
    [session] = stripe_api.sessions.values()

    assert press_pay(order) == session["url"]
    assert len(stripe_api.sessions) == 1
    assert attempts(order) == [PaymentStatus.OPEN]


def test_extend__somebody_has_just_paid(
    order: Order, stripe_api: StandIn, quiet: None, django_capture_on_commit_callbacks: Any
) -> None:
    """The webhook is still on its way: no second session, and the money is in the books."""
    [session] = stripe_api.sessions.values()
    stripe_api.pay(session["id"])
    shortly_before_the_end(order)

    assert press_pay(order) == order.get_absolute_url()

    assert status_of(order) == S.PAID
    assert len(stripe_api.sessions) == 1


def test_extend__not_for_ever(order: Order, stripe_api: StandIn) -> None:
    for _ in range(paying.MAX_ATTEMPTS + 2):
        shortly_before_the_end(order)
        press_pay(order)

    assert len(stripe_api.sessions) == len(attempts(order)) == paying.MAX_ATTEMPTS


# --- How long it lasts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        pytest.param(30 * 60, 35 * 60, id="Stripe's half hour, and time to begin it"),
        pytest.param(60, 35 * 60, id="never less"),
        pytest.param(3600, 3600, id="an hour"),
    ],
)
def test_window__of_stripe(settings: Settings, setting: int, expected: int) -> None:
    settings.ORDER_PAYMENT_WINDOW = setting
    assert payments.get("stripe").window() == expected
    assert payments.get("demo").window() == setting


def test_window__is_half_an_hour(settings: Settings) -> None:
    assert settings.ORDER_PAYMENT_WINDOW == 30 * 60
