"""The Stripe gateway: the real library against a stand-in for its API on this machine."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone, translation
from pytest_django import Settings
from stripe.params.checkout import SessionCreateParams

from checkout import paying, payments, settling, tasks
from checkout.models import Order, Payment, PaymentStatus, Refund
from checkout.payments import stripe as gateway
from checkout.payments.base import Observation, Outcome, ProviderRefused, ProviderUnavailable
from checkout.placing import new_payment
from checkout.status import OrderStatus
from checkout.tests.factories import advance, make_method, make_order
from checkout.tests.stripe_events import Postman
from products.models import Sku
from products.tests.factories import make_product
from tests.stripe_stand_in import StandIn

D = Decimal
S, P = OrderStatus, PaymentStatus


@pytest.fixture
def order(db: None) -> Order:
    """Two at 12.00, delivery 4.00; its payment is fixed, nobody has been called."""
    make_product(sku="WAVES", price="12.00")
    return make_order({"WAVES": 2}, provider="stripe")


def started(order: Order) -> Payment:
    paying.start(order)
    payment: Payment = order.latest_payment
    return payment


def stands(order: Order) -> tuple[str, list[tuple[int, str]]]:
    """The order; its attempts."""
    fresh = Order.objects.get(pk=order.pk)
    return fresh.status, list(fresh.payments.values_list("attempt", "status"))


def posts(stand_in: StandIn) -> list[tuple[str, str | None, int]]:
    """Path, idempotency key and answer of each request that asks for something to be done."""
    return [
        (one.path, one.idempotency_key, one.status)
        for one in stand_in.requests
        if one.method == "POST"
    ]


# --- Starting ------------------------------------------------------------------------------------


def test_start__a_session_for_the_total(order: Order, stripe_api: StandIn) -> None:
    url = paying.start(order)

    [session] = stripe_api.sessions.values()
    payment = order.payments.get()
    assert url == payment.redirect_url == session["url"]
    assert (payment.reference, payment.status) == (session["id"], P.OPEN)
    assert (session["amount_total"], session["currency"]) == (2800, "gbp")
    assert session["customer_email"] == "ada@example.com"
    assert session["client_reference_id"] == order.number
    assert session["metadata"] == {"bowerbird_order": order.number, "bowerbird_attempt": "1"}
    assert session["success_url"] == f"{order.public_url}?paid=1"
    assert session["cancel_url"] == order.public_url
    assert order.expires_at
    assert session["expires_at"] == int(order.expires_at.timestamp())
    assert posts(stripe_api) == [("/v1/checkout/sessions", f"{order.token}-1", 200)]
    assert [event.what for event in order.events.all()] == ["placed", "payment_started"]


def test_parameters__are_those_that_the_library_knows(order: Order) -> None:
    parameters = order.payments.get().parameters

    def unknown(given: dict[str, Any], hints: dict[str, Any]) -> set[str]:
        return set(given) - set(hints)

    known = SessionCreateParams.__annotations__
    [item] = parameters["line_items"]
    from stripe.params import checkout as known_checkout

    line = known_checkout.SessionCreateParamsLineItem.__annotations__
    price = known_checkout.SessionCreateParamsLineItemPriceData.__annotations__
    product = known_checkout.SessionCreateParamsLineItemPriceDataProductData.__annotations__
    intent = known_checkout.SessionCreateParamsPaymentIntentData.__annotations__
    assert unknown(parameters, known) == set()
    assert unknown(item, line) == set()
    assert unknown(item["price_data"], price) == set()
    assert unknown(item["price_data"]["product_data"], product) == set()
    assert unknown(parameters["payment_intent_data"], intent) == set()


@pytest.mark.parametrize(
    ("language", "locale"),
    [pytest.param("de", "de", id="German"), pytest.param("cy", "auto", id="not Stripe's")],
)
@pytest.mark.django_db
def test_parameters__language(language: str, locale: str) -> None:
    make_product(sku="WAVES")
    with translation.override(language):
        parameters = make_order({"WAVES": 1}, provider="stripe").payments.get().parameters

    assert parameters["locale"] == locale


@pytest.mark.parametrize(
    ("currency", "price", "shipping", "minor"),
    [
        pytest.param("GBP", "12.34", "4.00", 2868, id="pence"),
        pytest.param("JPY", "1200", "500", 2900, id="yen have no sen"),
        pytest.param("KWD", "1.005", "0.500", 2510, id="a thousand fils"),
        pytest.param("EUR", "0.10", "0.30", 50, id="the smallest in euros"),
    ],
)
@pytest.mark.django_db
def test_start__minor_units(
    settings: Settings,
    stripe_api: StandIn,
    currency: str,
    price: str,
    shipping: str,
    minor: int,
) -> None:
    settings.SHOP_CURRENCY = currency
    make_product(sku="WAVES", price=price)
    order = make_order({"WAVES": 2}, provider="stripe", method=make_method(price=shipping))

    payment = started(order)
    assert payment.reference
    stripe_api.pay(payment.reference)

    [session] = stripe_api.sessions.values()
    assert (session["amount_total"], session["currency"]) == (minor, currency.lower())
    observed = payments.get("stripe").look_up(payment)
    assert (observed.outcome, observed.amount) == (Outcome.PAID, order.total)
    assert observed.currency == currency


# --- Trouble -------------------------------------------------------------------------------------


def test_start__pressed_again(order: Order, stripe_api: StandIn) -> None:
    first = paying.start(order)
    again = paying.start(Order.objects.get())

    assert again == first
    assert len(posts(stripe_api)) == 1
    assert stands(order) == (S.PENDING, [(1, P.OPEN)])


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param({"status": 500}, id="500"),
        pytest.param({"status": 503}, id="503"),
        pytest.param({"status": 429}, id="too many requests"),
        pytest.param({"status": 401}, id="key refused"),
        pytest.param({"status": 0}, id="connection closed"),
        pytest.param({"status": 500, "executed": True}, id="500 after the work"),
        pytest.param({"status": 0, "executed": True}, id="answer lost"),
    ],
)
def test_start__unavailable_then_again(
    order: Order, stripe_api: StandIn, trouble: dict[str, Any]
) -> None:
    stripe_api.fail_next(2, **trouble)  # the library tries twice

    with pytest.raises(ProviderUnavailable):
        paying.start(order)
    if trouble["status"] in (429, 401):  # not tried again by the library
        with pytest.raises(ProviderUnavailable):
            paying.start(order)

    assert stands(order) == (S.PENDING, [(1, P.CREATED)])
    assert Sku.objects.get().reserved == 2

    url = paying.start(order)

    [session] = stripe_api.sessions.values()
    assert url == session["url"]
    assert stands(order) == (S.PENDING, [(1, P.OPEN)])
    # Every request carried the same key and the same parameters.
    assert {key for _path, key, _status in posts(stripe_api)} == {f"{order.token}-1"}
    assert all(one.params == stripe_api.requests[0].params for one in stripe_api.requests)


def test_start__time_out(
    order: Order, stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "TIMEOUT", 0.3)
    gateway._client.cache_clear()
    stripe_api.fail_next(2, status=None, hang=5, executed=True)
    began = time.monotonic()

    with pytest.raises(ProviderUnavailable):
        paying.start(order)

    assert time.monotonic() - began < 3
    assert stands(order) == (S.PENDING, [(1, P.CREATED)])
    assert paying.start(order)
    assert len(stripe_api.sessions) == 1


def test_start__nobody_there(order: Order, settings: Settings, stripe_api: StandIn) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"

    with pytest.raises(ProviderUnavailable):
        paying.start(order)

    assert stands(order) == (S.PENDING, [(1, P.CREATED)])


def test_start__no_connection_to_the_database_is_held(
    order: Order, stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider is called outside of any transaction but the test's own."""
    depth: list[int] = []
    real = gateway.Stripe.start

    def noted(self: gateway.Stripe, payment: Payment) -> Any:
        depth.append(len(transaction.get_connection().savepoint_ids))
        return real(self, payment)

    monkeypatch.setattr(gateway.Stripe, "start", noted)
    outside = len(transaction.get_connection().savepoint_ids)

    paying.start(order)

    assert depth == [outside]


def test_start__aged_parameters_are_renewed_once(order: Order, stripe_api: StandIn) -> None:
    """Stripe wants half an hour at least; this order has less left when the button is pressed."""
    with time_machine.travel(timezone.now() + timedelta(minutes=20)):
        url = paying.start(order)
        again = paying.start(Order.objects.get())

    assert stands(order) == (S.PENDING, [(1, P.FAILED), (2, P.OPEN)])
    assert [(key, status) for _path, key, status in posts(stripe_api)] == [
        (f"{order.token}-1", 400),
        (f"{order.token}-2", 200),
    ]
    [session] = stripe_api.sessions.values()
    assert url == again == session["url"]
    fresh = Order.objects.get()
    assert fresh.expires_at
    assert order.expires_at
    assert fresh.expires_at > order.expires_at
    assert session["expires_at"] == int(fresh.expires_at.timestamp())
    assert session["metadata"]["bowerbird_attempt"] == "2"


def test_start__two_presses_renew_together(order: Order, stripe_api: StandIn) -> None:
    """Both were refused before either renewed: the second joins the attempt of the first."""
    payment = order.payments.get()

    first = paying._renew(order, payment, "too near")
    second = paying._renew(order, payment, "too near")

    assert first == second
    assert stands(order) == (S.PENDING, [(1, P.FAILED), (2, P.CREATED)])


def test_start__refused_for_good(
    order: Order, stripe_api: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    """Stripe will not have it, however often the button is pressed: five attempts and no more."""
    stripe_api.fail_next(50, status=400)

    with caplog.at_level(logging.WARNING):
        for _ in range(8):
            with pytest.raises(ProviderRefused):
                paying.start(Order.objects.get())

    status, attempts = stands(order)
    assert status == S.PENDING
    assert [attempt for attempt, _ in attempts] == [1, 2, 3, 4, 5]
    assert stripe_api.sessions == {}


@pytest.mark.parametrize("status", [S.PAID, S.CANCELLED, S.EXPIRED, S.FAILED])
def test_start__not_for_what_is_over(
    order: Order, stripe_api: StandIn, status: OrderStatus
) -> None:
    advance(order, status)

    assert paying.start(order) == order.get_absolute_url()
    assert stripe_api.requests == []


def test_start__not_for_what_is_overdue(order: Order, stripe_api: StandIn) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert paying.start(order) == order.get_absolute_url()

    assert stripe_api.requests == []


# --- Two open sessions ---------------------------------------------------------------------------


def second_session(order: Order) -> Payment:
    new_payment(order, attempt=2)
    return started(order)


def session_states(stripe_api: StandIn) -> list[str]:
    return [session["status"] for session in stripe_api.sessions.values()]


def test_two_sessions__the_other_is_closed_when_one_is_paid(
    order: Order, stripe_api: StandIn, postman: Postman
) -> None:
    first, second = started(order), second_session(order)

    postman.bring(stripe_api.pay(str(first.reference)))

    assert stands(order) == (S.PAID, [(1, P.SUCCEEDED), (2, P.OPEN)])
    assert session_states(stripe_api) == ["complete", "expired"]
    postman.bring(*postman.newest("checkout.session.expired"))
    assert stands(order) == (S.PAID, [(1, P.SUCCEEDED), (2, P.EXPIRED)])
    assert second.refunds.count() == 0


@pytest.mark.parametrize("late", [False, True], ids=["at once", "Stripe did not answer"])
def test_two_sessions__both_paid(
    order: Order, stripe_api: StandIn, postman: Postman, late: bool
) -> None:
    first, second = started(order), second_session(order)
    if late:
        stripe_api.fail_next(2, status=500, path=f"/v1/checkout/sessions/{second.reference}")
        events = [stripe_api.pay(str(first.reference))]
        postman.bring(*events)
        events = [stripe_api.pay(str(second.reference))]
    else:
        events = [stripe_api.pay(str(one.reference)) for one in (first, second)]
    postman.bring(*events, *events)

    [refund] = Refund.objects.all()
    assert (refund.payment, refund.reason, refund.amount) == (second, "duplicate", D(28))
    assert refund.made_at is not None
    assert stands(order) == (S.PAID, [(1, P.SUCCEEDED), (2, P.SUCCEEDED)])
    assert len(stripe_api.refunds) == 1
    assert order.emails.filter(kind="confirmed").count() == 1


@pytest.mark.parametrize("trouble", [False, True], ids=["closed", "Stripe did not answer"])
def test_start__a_session_that_ended_is_followed_by_another(
    order: Order, stripe_api: StandIn, trouble: bool
) -> None:
    """The order was given more time than its first session had."""
    started(order)
    later = timezone.now() + timedelta(hours=1)
    Order.objects.update(expires_at=later + timedelta(hours=1))
    if trouble:
        stripe_api.fail_next(2, status=500)

    with time_machine.travel(later):
        url = paying.start(Order.objects.get())
        again = paying.start(Order.objects.get())

    assert stands(order) == (S.PENDING, [(1, P.FAILED), (2, P.OPEN)])
    assert url == again == list(stripe_api.sessions.values())[1]["url"]
    assert session_states(stripe_api) == ["expired", "open"]
    assert len([one for one in stripe_api.requests if one.path.endswith("/expire")]) == 1 + trouble


# --- How it stands -------------------------------------------------------------------------------

Act = Callable[[StandIn, str], Any]


@pytest.mark.parametrize(
    ("act", "outcome"),
    [
        pytest.param(lambda api, one: None, Outcome.OPEN, id="open"),
        pytest.param(lambda api, one: api.decline(one), Outcome.OPEN, id="a card was declined"),
        pytest.param(lambda api, one: api.pay(one), Outcome.PAID, id="paid"),
        pytest.param(lambda api, one: api.expire(one), Outcome.EXPIRED, id="expired"),
        pytest.param(lambda api, one: api.pay_later(one), Outcome.PROCESSING, id="on its way"),
        pytest.param(
            lambda api, one: (api.pay_later(one), api.settle(one)), Outcome.PAID, id="arrived"
        ),
        pytest.param(
            lambda api, one: (api.pay_later(one), api.settle(one, succeeded=False)),
            Outcome.FAILED,
            id="refused by the bank",
        ),
    ],
)
def test_look_up__every_way_it_may_stand(
    order: Order, stripe_api: StandIn, act: Act, outcome: Outcome
) -> None:
    payment = started(order)
    assert payment.reference
    act(stripe_api, payment.reference)

    seen = payments.get("stripe").look_up(payment)

    intent = stripe_api.sessions[payment.reference]["payment_intent"] or ""
    assert seen == Observation(outcome, D("28.00"), "GBP", charge=intent)


@pytest.mark.parametrize(
    ("act", "expected"),
    [
        pytest.param(lambda api, one: api.pay(one), S.PAID, id="paid"),
        pytest.param(lambda api, one: api.expire(one), S.EXPIRED, id="expired"),
        pytest.param(
            lambda api, one: (api.pay_later(one), api.settle(one, succeeded=False)),
            S.FAILED,
            id="refused by the bank",
        ),
    ],
)
def test_reconcile__every_webhook_lost(
    order: Order, stripe_api: StandIn, act: Act, expected: OrderStatus
) -> None:
    payment = started(order)
    assert payment.reference
    act(stripe_api, payment.reference)

    tasks.reconcile_payment(payment.pk)

    assert stands(order)[0] == expected


def test_look_up__unavailable(order: Order, stripe_api: StandIn) -> None:
    payment = started(order)
    stripe_api.fail_next(2, status=500)

    with pytest.raises(ProviderUnavailable):
        payments.get("stripe").look_up(payment)


def test_look_up__unknown_to_stripe(order: Order, stripe_api: StandIn) -> None:
    payment = started(order)
    stripe_api.reset()

    with pytest.raises(ProviderRefused) as refusal:
        payments.get("stripe").look_up(payment)

    assert refusal.value.code == "resource_missing"


# --- Cancelling and refunds ----------------------------------------------------------------------


def test_cancel__the_session_can_no_longer_be_paid(order: Order, stripe_api: StandIn) -> None:
    payment = started(order)

    payments.get("stripe").cancel(payment)

    [session] = stripe_api.sessions.values()
    assert session["status"] == "expired"


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda api, one: api.pay(one), id="paid a moment ago"),
        pytest.param(lambda api, one: api.expire(one), id="expired a moment ago"),
    ],
)
def test_cancel__too_late(order: Order, stripe_api: StandIn, act: Act) -> None:
    payment = started(order)
    assert payment.reference
    act(stripe_api, payment.reference)

    with pytest.raises(ProviderRefused):
        payments.get("stripe").cancel(payment)


def due_refund(order: Order, stripe_api: StandIn) -> Refund:
    """Paid after it was cancelled."""
    payment = started(order)
    assert payment.reference
    stripe_api.pay(payment.reference)
    order.transition_to(S.CANCELLED)
    settling.apply(payment, payments.get("stripe").look_up(payment))
    return Refund.objects.get()


def test_refund__once(order: Order, stripe_api: StandIn) -> None:
    refund = due_refund(order, stripe_api)

    tasks.make_refund(refund.pk)
    tasks.make_refund(refund.pk)

    [made] = stripe_api.refunds.values()
    assert (made["amount"], made["currency"]) == (2800, "gbp")
    assert made["metadata"] == {
        "bowerbird_order": order.number,
        "bowerbird_refund": str(refund.pk),
    }
    refund.refresh_from_db()
    assert refund.reference == made["id"]
    assert stands(order) == (S.REFUNDED, [(1, P.SUCCEEDED)])


def test_refund__the_answer_was_lost(
    order: Order, stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked again with the same key: the money goes back once."""
    refund = due_refund(order, stripe_api)
    stripe_api.fail_next(2, status=500, executed=True, path="/v1/refunds")

    with pytest.raises(ProviderUnavailable):
        payments.get("stripe").refund(refund)
    assert Refund.objects.due().count() == 1
    tasks.make_refund(refund.pk)

    assert len(stripe_api.refunds) == 1
    assert Refund.objects.due().count() == 0
    assert {key for path, key, _ in posts(stripe_api) if path == "/v1/refunds"} == {
        f"{order.token}-1-refund-cancelled"
    }


def test_refund__made_at_the_dashboard_meanwhile(order: Order, stripe_api: StandIn) -> None:
    refund = due_refund(order, stripe_api)
    stripe_api.refund(refund.payment.charge)

    tasks.make_refund(refund.pk)

    refund.refresh_from_db()
    assert (refund.made_at, refund.last_error) == (None, "charge_already_refunded")
    assert len(stripe_api.refunds) == 1


# --- Offered -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "debug", "iban", "offered"),
    [
        pytest.param("", False, "", [], id="nothing set up"),
        pytest.param("", True, "", ["demo"], id="development"),
        pytest.param("", False, "GB29", ["bank_transfer"], id="bank"),
        pytest.param("sk_test_x", False, "GB29", ["stripe", "bank_transfer"], id="both"),
        pytest.param("sk_test_x", True, "", ["stripe"], id="never the demo beside Stripe"),
    ],
)
def test_offered__what_is_set_up(
    settings: Settings, key: str, debug: bool, iban: str, offered: list[str]
) -> None:
    from content.models import ShopSettings

    settings.STRIPE_SECRET_KEY, settings.DEBUG = key, debug

    assert [one.name for one in payments.offered(ShopSettings(bank_iban=iban))] == offered


@pytest.mark.parametrize(
    ("currency", "least"), [("GBP", "0.30"), ("EUR", "0.50"), ("JPY", "50"), ("XXX", "0")]
)
def test_minimum__of_a_charge(currency: str, least: str) -> None:
    assert payments.get("stripe").minimum(currency) == D(least)
    assert payments.get("bank_transfer").minimum(currency) == 0
