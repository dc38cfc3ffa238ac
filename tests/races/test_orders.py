"""Many shoppers at one moment: no unit twice, no order twice, no circle of waiting."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
import stripe
from django.db import OperationalError, transaction
from django.db.models import F, Sum
from django.utils import timezone
from pytest_django import Settings

from basket.models import Coupon
from checkout import expiring, paying, settling
from checkout.models import Invoice, Order, OrderLine, Payment, Refund
from checkout.payments import stripe as gateway
from checkout.payments.base import Observation, Outcome
from checkout.placing import CouponUsedUp, place_order
from checkout.status import OrderStatus, TransitionNotAllowed
from checkout.tests.factories import (
    advance,
    make_basket,
    make_details,
    make_method,
    make_order,
    take_money,
)
from content.tests.factories import default_site
from products.models import Sku, StockMovement
from products.stock import OutOfStock
from products.tests.factories import make_product, put_in_stock
from tests.races.conftest import at_once, failures
from tests.stripe_stand_in import StandIn

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
S = OrderStatus
SHOPPERS, UNITS = 50, 10


def shelf(code: str = "WAVES") -> tuple[int, int]:
    """On hand, reserved."""
    sku = Sku.objects.get(code=code)
    return sku.on_hand, sku.reserved


def units(code: str, status: OrderStatus) -> int:
    """Of the SKU, in orders that stand so."""
    lines = OrderLine.objects.filter(sku__code=code, order__status=status)
    return sum(lines.values_list("quantity", flat=True))


def ledger_adds_up() -> bool:
    sums = StockMovement.objects.values_list("sku__code").annotate(Sum("delta"))
    return dict(sums) == {
        sku.code: sku.on_hand for sku in Sku.objects.filter(movements__isnull=False)
    }


# --- The last units ------------------------------------------------------------------------------


def test_last_units__as_many_as_there_are() -> None:
    make_product(sku="WAVES", on_hand=UNITS)
    make_method()
    basket, site = make_basket({"WAVES": 1}), default_site()
    forms = [make_details(provider="demo") for _ in range(SHOPPERS)]

    results = at_once(SHOPPERS, lambda n: place_order(basket, forms[n], site=site))

    kinds = Counter(type(result).__name__ for result in results)
    assert kinds == {"Order": UNITS, "OutOfStock": SHOPPERS - UNITS}
    assert shelf() == (UNITS, UNITS)
    assert Order.objects.count() == Payment.objects.count() == UNITS
    assert OrderLine.objects.aggregate(Sum("quantity"))["quantity__sum"] == UNITS


def test_last_units__look_first_then_take_oversells(capsys: pytest.CaptureFixture[str]) -> None:
    """The control: the same race without the conditional update."""
    make_product(sku="WAVES", on_hand=UNITS)

    def look_then_take(number: int) -> bool:
        with transaction.atomic():
            if Sku.objects.get(code="WAVES").available < 1:
                return False
            time.sleep(0.01)  # as long as writing an order takes
            Sku.objects.filter(code="WAVES").update(reserved=F("reserved") + 1)
            return True

    sold = at_once(SHOPPERS, look_then_take).count(True)

    with capsys.disabled():
        print(f" [control: {sold} sold of {UNITS}]", end="")
    assert sold > UNITS
    assert shelf() == (UNITS, sold)


def test_last_units__in_baskets_of_different_sizes() -> None:
    """Nobody gets a part of what they asked for, and what is left is less than anyone wanted."""
    make_product(sku="WAVES", on_hand=20)
    make_method()
    sizes = [2, 3, 5] * 8
    baskets = {size: make_basket({"WAVES": size}) for size in set(sizes)}
    forms, site = [make_details(provider="demo") for _ in sizes], default_site()

    results = at_once(
        len(sizes), lambda n: place_order(baskets[sizes[n]], forms[n], site=site).quantities
    )

    sold = sum(result["WAVES"] for result in results if not isinstance(result, Exception))
    assert all(isinstance(error, OutOfStock) for error in failures(results))
    assert shelf() == (20, sold)
    assert sold in (19, 20)


def test_coupon__its_last_use_goes_once() -> None:
    make_product(sku="WAVES", on_hand=100)
    make_method()
    Coupon.objects.create(code="SPRING", value=Decimal(10), max_uses=1)
    basket, site = make_basket({"WAVES": 1}, "SPRING"), default_site()
    forms = [make_details(provider="demo") for _ in range(10)]

    results = at_once(10, lambda n: place_order(basket, forms[n], site=site))

    assert [type(error) for error in failures(results)] == [CouponUsedUp] * 9
    assert Coupon.objects.get().uses == Order.objects.count() == 1
    assert shelf() == (100, 1)


# --- Waiting for each other ----------------------------------------------------------------------

CODES = [f"PRINT-{letter}" for letter in "ABCDEF"]


def test_overlapping_baskets__nobody_waits_in_a_circle() -> None:
    """Each basket holds four of six SKUs, in an order of its own; each order then moves on."""
    for code in CODES:
        make_product(sku=code, on_hand=1000)
    make_method()
    site, dice = default_site(), random.Random(7)
    picks = [dice.sample(CODES, 4) for _ in range(24)]
    baskets = [make_basket({code: dice.randint(1, 3) for code in pick}) for pick in picks]
    forms = [make_details(provider="demo") for _ in picks]

    def order_and_move_on(number: int) -> str:
        order = place_order(baskets[number], forms[number], site=site)
        after = (S.PAID, S.CANCELLED, S.EXPIRED, None)[number % 4]
        if after:
            advance(order, after)
        return order.status

    results = at_once(len(picks), order_and_move_on)

    assert failures(results) == []
    assert Counter(results) == dict.fromkeys([S.PAID, S.CANCELLED, S.EXPIRED, S.PENDING], 6)
    for code in CODES:
        assert shelf(code) == (1000 - units(code, S.PAID), units(code, S.PENDING))
    assert ledger_adds_up()


def test_overlapping_baskets__without_an_order_of_locking_they_do() -> None:
    """The control: two orders take the same two SKUs, each beginning with the other's second."""
    for code in CODES[:2]:
        make_product(sku=code, on_hand=1000)
    both_have_one = threading.Barrier(2)

    def reserve_as_it_comes(number: int) -> None:
        first, second = CODES[:2] if number else reversed(CODES[:2])
        with transaction.atomic():
            Sku.objects.filter(code=first).update(reserved=F("reserved") + 1)
            both_have_one.wait(10)
            Sku.objects.filter(code=second).update(reserved=F("reserved") + 1)

    [error] = failures(at_once(2, reserve_as_it_comes))

    assert isinstance(error, OperationalError)
    assert "deadlock detected" in str(error)


# --- One form, one order -------------------------------------------------------------------------


@pytest.mark.parametrize("on_hand", [100, 1], ids=["plenty", "the last one"])
def test_form_key__ten_times_at_once(on_hand: int) -> None:
    make_product(sku="WAVES", on_hand=on_hand)
    make_method()
    basket, site, key = make_basket({"WAVES": 1}), default_site(), uuid.uuid4()
    form = make_details(provider="demo", form_key=key)

    results = at_once(10, lambda n: place_order(basket, form, site=site).pk)

    order = Order.objects.get()
    assert results == [order.pk] * 10
    assert shelf() == (on_hand, 1)
    assert [order.lines.count(), order.payments.count(), order.events.count()] == [1, 1, 1]


# --- Paying and expiring -------------------------------------------------------------------------


def test_expiry_and_payment__at_the_same_moment(no_documents: None) -> None:
    """Ten orders hold the last ten units; each is paid and expires at once, and ten rivals wait.

    Whoever paid has the goods or the money; no unit is promised twice.
    """
    make_product(sku="WAVES", on_hand=UNITS)
    orders = [make_order({"WAVES": 1}, provider="demo") for _ in range(UNITS)]
    Order.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    payments = [order.payments.get() for order in orders]
    put_in_stock("WAVES", UNITS * 2)  # only for the rivals' baskets to be made
    rival_basket = make_basket({"WAVES": 1})
    put_in_stock("WAVES", UNITS)
    rival_forms, site = [make_details(provider="demo") for _ in orders], default_site()

    def act(number: int) -> None:
        part, place = divmod(number, UNITS)
        if part == 0:
            payment = payments[place]
            settling.apply(payment, Observation(Outcome.PAID, payment.amount, "GBP", "demo_1"))
        elif part == 1:
            expiring.expire(orders[place])
        else:
            place_order(rival_basket, rival_forms[place], site=site)

    results = at_once(3 * UNITS, act)

    assert {type(error) for error in failures(results)} <= {OutOfStock}
    statuses = Counter(Order.objects.filter(pk__in=[o.pk for o in orders]).values_list("status"))
    paid, refunded = statuses[S.PAID,], statuses[S.REFUNDED,]
    rivals = Order.objects.filter(status=S.PENDING).count()
    assert paid + refunded == UNITS
    assert shelf() == (UNITS - paid, rivals)
    assert paid + rivals <= UNITS
    assert Invoice.objects.count() == paid
    assert Refund.objects.filter(made_at__isnull=False).count() == refunded
    assert StockMovement.objects.filter(reason="sold").count() == paid
    for order in orders:
        after = [e.data["after"] for e in order.events.all() if e.what == "status"]
        assert after in ([S.PAID], [S.EXPIRED, S.PAID], [S.EXPIRED, S.REFUNDED])


def test_transition__twelve_hands_on_one_order() -> None:
    """Another order holds units of the same SKU, so that no constraint hides a second release."""
    make_product(sku="WAVES", on_hand=100)
    make_order({"WAVES": 20}, provider="demo")
    order = make_order({"WAVES": 2}, provider="demo")
    take_money(order)
    targets = [S.PAID, S.CANCELLED, S.EXPIRED, S.FAILED] * 3

    results = at_once(
        len(targets), lambda n: Order.objects.get(pk=order.pk).transition_to(targets[n])
    )

    moves = [event.data for event in order.events.filter(what="status")]
    assert [move["before"] for move in moves] == [S.PENDING, *[m["after"] for m in moves[:-1]]]
    assert {type(error) for error in failures(results)} == {TransitionNotAllowed}
    assert len(moves) == len(targets) - len(failures(results))
    order.refresh_from_db()
    assert shelf() == ((98, 20) if order.status == S.PAID else (100, 20))
    assert ledger_adds_up()


@pytest.fixture
def stripe_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.05)
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        yield stand_in
    gateway._client.cache_clear()


@pytest.mark.parametrize(
    ("aged", "attempts"), [pytest.param(False, 1, id="fresh"), pytest.param(True, 2, id="aged")]
)
def test_pay__pressed_eight_times_at_once(stripe_api: StandIn, aged: bool, attempts: int) -> None:
    make_product(sku="WAVES")
    order = make_order({"WAVES": 2}, provider="stripe")
    if aged:
        payment = order.payments.get()
        payment.parameters["expires_at"] = int(time.time()) + 60
        payment.save()

    results = at_once(8, lambda n: paying.start(Order.objects.get(pk=order.pk)))

    # Stripe answers "in progress" to some of them, which their shopper may press again.
    assert {type(error).__name__ for error in failures(results)} <= {"ProviderUnavailable"}
    [session] = stripe_api.sessions.values()
    assert {result for result in results if isinstance(result, str)} == {session["url"]}
    assert order.payments.count() == attempts
    assert order.latest_payment.reference == session["id"]
    assert order.events.filter(what="payment_started").count() == 1
