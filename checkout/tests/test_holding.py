"""Payments that do not match: taken or sent back by staff, once, and by those who may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.tests.factories import make_user
from checkout import holding, settling, tasks
from checkout.models import Invoice, Order, Payment, PaymentStatus, Refund
from checkout.payments.base import Observation, Outcome
from checkout.status import OrderStatus
from checkout.tests.stripe_events import Postman
from products.models import Sku
from products.tests.factories import put_in_stock
from tests.stripe_stand_in import StandIn

pytestmark = pytest.mark.django_db
S, P = OrderStatus, PaymentStatus
D = Decimal


def hold(order: Order, amount: str, currency: str = "GBP", charge: str = "pi_1") -> Payment:
    payment = order.payments.get()
    settling.apply(payment, Observation(Outcome.PAID, D(amount), currency, charge))
    payment.refresh_from_db()
    assert payment.status == P.HELD
    return payment


def stands(order: Order) -> tuple[str, str, int, list[tuple[Decimal, str]]]:
    """Order, payment, invoices, refunds promised or made."""
    fresh = Order.objects.get(pk=order.pk)
    refunds = list(Refund.objects.order_by("pk").values_list("amount", "reason"))
    return fresh.status, fresh.payments.get().status, Invoice.objects.count(), refunds


def shelf() -> tuple[int, int]:
    sku = Sku.objects.get()
    return sku.on_hand, sku.reserved


@pytest.mark.parametrize(
    ("amount", "refunds"),
    [
        pytest.param("28.00", [], id="an older row without a difference"),
        pytest.param("28.01", [(D("0.01"), "surplus")], id="a penny more"),
        pytest.param("2800", [(D("2772"), "surplus")], id="pounds for pence"),
    ],
)
def test_accept__pays_and_returns_the_surplus(
    order: Order, amount: str, refunds: list[tuple[Decimal, str]]
) -> None:
    boss = make_user("boss@example.com")
    payment = hold(order, "28.01")
    Payment.objects.update(received=D(amount))

    holding.accept(payment, boss)

    assert stands(order) == (S.PAID, P.SUCCEEDED, 1, refunds)
    assert shelf() == (8, 0)
    payment.refresh_from_db()
    assert (payment.amount, payment.came_in) == (D(amount), D(amount))
    assert payment.refundable == D(28)
    assert order.events.get(what="payment_accepted").actor == boss
    with pytest.raises(holding.NotHeld):
        holding.accept(payment, boss)
    assert stands(order) == (S.PAID, P.SUCCEEDED, 1, refunds)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        pytest.param("27.99", "GBP", id="a penny short"),
        pytest.param("28.00", "EUR", id="another currency"),
        pytest.param("28.00", "", id="no currency"),
    ],
)
def test_accept__not_what_does_not_cover(order: Order, amount: str, currency: str) -> None:
    payment = hold(order, amount, currency)

    with pytest.raises(holding.DoesNotCover):
        holding.accept(payment)

    assert stands(order) == (S.PENDING, P.HELD, 0, [])
    assert shelf() == (10, 2)


@pytest.mark.parametrize(
    ("moved", "reason"),
    [
        pytest.param(S.CANCELLED, "cancelled", id="cancelled meanwhile"),
        pytest.param(S.EXPIRED, "sold_out", id="expired and sold out"),
    ],
)
def test_accept__too_late_all_of_it_goes_back(
    order: Order, moved: OrderStatus, reason: str
) -> None:
    payment = hold(order, "30.00")
    order.transition_to(moved)
    put_in_stock("WAVES", 1)

    holding.accept(payment)

    assert stands(order) == (moved, P.SUCCEEDED, 0, [(D(30), reason)])


@pytest.mark.parametrize(
    ("amount", "currency", "refunds"),
    [
        pytest.param("27.99", "GBP", [(D("27.99"), "mismatch")], id="a penny short"),
        pytest.param("40.00", "EUR", [(D(40), "mismatch")], id="another currency"),
        pytest.param("0", "GBP", [], id="nothing came"),
    ],
)
def test_send_back__all_of_it(
    order: Order, amount: str, currency: str, refunds: list[tuple[Decimal, str]]
) -> None:
    payment = hold(order, amount, currency)

    holding.send_back(payment)

    # The attempt has come to nothing: the goods are free again.
    assert stands(order) == (S.FAILED, P.RETURNED, 0, refunds)
    assert shelf() == (10, 0)
    payment.refresh_from_db()
    assert (payment.amount, payment.currency) == (D(amount), currency)
    assert (payment.kept, payment.refundable) == (0, 0)
    with pytest.raises(holding.NotHeld):
        holding.send_back(payment)
    assert Refund.objects.count() == len(refunds)


def test_send_back__through_stripe(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    event = stripe_api.pay(str(order.payments.get().reference))
    event["data"]["object"]["amount_total"] = 2000
    postman.bring(event)
    payment = order.payments.get()
    assert payment.status == P.HELD

    holding.send_back(payment)
    tasks.make_refund(Refund.objects.get().pk)
    postman.bring(*postman.newest("charge.refunded"))

    [made] = stripe_api.refunds.values()
    assert (made["amount"], made["currency"]) == (2000, "gbp")
    assert stands(order) == (S.FAILED, P.RETURNED, 0, [(D(20), "mismatch")])
    assert Refund.objects.get().reference == made["id"]
    assert order.emails.filter(kind="refunded").count() == 1


def test_send_back__staff_did_it_in_the_dashboard(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    event = stripe_api.pay(str(order.payments.get().reference))
    event["data"]["object"]["amount_total"] = 2900
    postman.bring(event)
    intent = str(order.payments.get().charge)

    stripe_api.refund(intent, 1000)
    postman.bring(*postman.newest("charge.refunded"))
    assert stands(order) == (S.PENDING, P.HELD, 0, [(D(10), "outside")])
    Payment.objects.update(received=D(28))
    stripe_api.refund(intent)
    postman.bring(*postman.newest("charge.refunded"))

    assert stands(order) == (S.FAILED, P.RETURNED, 0, [(D(10), "outside"), (D(18), "outside")])


def test_send_back__a_newer_attempt_goes_on(order: Order) -> None:
    from checkout.placing import new_payment

    payment = hold(order, "5.00")
    new_payment(order, attempt=2)

    holding.send_back(payment)

    assert Order.objects.get().status == S.PENDING
    assert shelf() == (10, 2)


# --- The desk ------------------------------------------------------------------------------------


def url(order: Order, step: str) -> str:
    payment = order.payments.get()
    return reverse("orders:payment", args=[order.pk, payment.pk, step])


def sign_in(client: Client, *groups: str) -> Client:
    client.force_login(make_user("staff@example.com", *groups))
    return client


@pytest.mark.parametrize(
    ("group", "step", "allowed"),
    [
        pytest.param("Fulfilment", "accept", True, id="packers take it"),
        pytest.param("Fulfilment", "return", False, id="packers send nothing back"),
        pytest.param("Shop managers", "accept", True, id="managers take it"),
        pytest.param("Shop managers", "return", True, id="managers send it back"),
        pytest.param("Editors", "accept", False, id="not editors"),
        pytest.param("Editors", "return", False, id="not editors either"),
    ],
)
def test_desk__each_by_those_who_may(
    order: Order, client: Client, group: str, step: str, allowed: bool
) -> None:
    hold(order, "28.01")
    was = stands(order)
    sign_in(client, group)

    asked = client.get(url(order, step))
    assert stands(order) == was
    client.post(url(order, step))

    assert (asked.status_code == 200) == allowed
    assert (stands(order) != was) == allowed


def test_desk__shown_with_what_can_be_done(order: Order, client: Client) -> None:
    hold(order, "27.00")
    sign_in(client, "Shop managers")
    html = client.get(reverse("orders:inspect", args=[order.pk])).content.decode()
    assert "Received: £27.00" in html
    assert url(order, "return") in html
    assert url(order, "accept") not in html  # it would not cover the order

    assert "Money came that does not match this order." in html
    assert "expected: £28.00, received: £27.00" in html

    page = client.get(url(order, "return")).content.decode()
    assert "£28.00" in page
    assert "£27.00 through Stripe" in page


def test_desk__says_what_goes_back_of_what_is_too_much(order: Order, client: Client) -> None:
    hold(order, "30.50")
    sign_in(client, "Shop managers")

    assert "£2.50 through Stripe" in client.get(url(order, "accept")).content.decode()
    assert "£30.50 through Stripe" in client.get(url(order, "return")).content.decode()


def test_desk__refused_with_a_reason(order: Order, client: Client) -> None:
    hold(order, "27.00")
    sign_in(client, "Shop managers")

    answer: Any = client.post(url(order, "accept"), follow=True)

    assert "it cannot pay for it" in answer.content.decode()
    assert stands(order) == (S.PENDING, P.HELD, 0, [])
    assert client.post(url(order, "keep")).status_code == 404
