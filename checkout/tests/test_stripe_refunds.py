"""Refunds that Stripe tells of: ours and the dashboard's, once each, and those that come back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from checkout import refunding, tasks
from checkout.models import Order, PaymentEvent, Refund
from checkout.payments import stripe as gateway
from checkout.status import OrderStatus
from checkout.tests.stripe_events import Postman
from tests.stripe_stand_in import StandIn

pytestmark = pytest.mark.django_db
S = OrderStatus
D = Decimal


def status(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def booked() -> list[tuple[Decimal, str, bool]]:
    """Amount, reason, and whether it was made, of each refund."""
    refunds = Refund.objects.order_by("pk").values_list("amount", "reason", "made_at")
    return [(amount, reason, made is not None) for amount, reason, made in refunds]


def told(order: Order) -> int:
    return order.emails.filter(kind="refunded").count()


# --- In the dashboard ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "expected", "after"),
    [
        pytest.param([2800], [(D(28), "outside", True)], S.REFUNDED, id="all of it"),
        pytest.param([800], [(D(8), "outside", True)], S.PARTIALLY_REFUNDED, id="a part"),
        pytest.param(
            [800, 2000],
            [(D(8), "outside", True), (D(20), "outside", True)],
            S.REFUNDED,
            id="in two parts",
        ),
    ],
)
@pytest.mark.parametrize("times", [1, 3], ids=["told once", "told three times"])
def test_dashboard(
    order: Order,
    postman: Postman,
    stripe_api: StandIn,
    parts: list[int],
    expected: list[tuple[Decimal, str, bool]],
    after: OrderStatus,
    times: int,
) -> None:
    intent = postman.paid(order)

    for part in parts:
        stripe_api.refund(intent, part)
        event = postman.newest("charge.refunded")[0]
        for number in range(times):
            assert postman.bring(event | {"id": f"{event['id']}_{number}"}) == [200]

    assert booked() == expected
    assert status(order) == after
    assert told(order) == len(parts)
    references = {refund["id"] for refund in stripe_api.refunds.values()}
    assert set(Refund.objects.values_list("reference", flat=True)) == references
    assert PaymentEvent.objects.due().count() == 0


def test_dashboard__both_told_in_the_wrong_order(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    """Whatever an old event says, Stripe is asked how things stand now."""
    intent = postman.paid(order)
    stripe_api.refund(intent, 800)
    [first] = postman.newest("charge.refunded")
    stripe_api.refund(intent, 2000)
    [second] = postman.newest("charge.refunded")

    postman.bring(second, first)

    assert sorted(booked()) == [(D(8), "outside", True), (D(20), "outside", True)]
    assert status(order) == S.REFUNDED
    assert told(order) == 2


def test_dashboard__before_we_know_of_the_payment(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    """Its own webhook is late: Stripe is asked to send the other one again."""
    paid = stripe_api.pay(str(order.latest_payment.reference))
    stripe_api.refund(paid["data"]["object"]["payment_intent"])
    [refunded] = postman.newest("charge.refunded")

    assert postman.bring(refunded) == [409]
    assert booked() == []
    assert postman.bring(paid, refunded) == [200, 200]

    assert booked() == [(D(28), "outside", True)]
    assert status(order) == S.REFUNDED


def test_dashboard__of_another_shop(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    stripe_api.refund(postman.paid(order))
    for event in postman.newest("charge.refunded", "refund.created"):
        event["data"]["object"] |= {"payment_intent": "pi_theirs", "metadata": {}}
        assert postman.bring(event | {"type": "charge.refunded"}) == [200]

    assert booked() == []
    assert status(order) == S.PAID


def test_dashboard__what_we_were_refused(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    """Both refunded at one moment: theirs went, ours was refused, and it is one sum, once."""
    intent = postman.paid(order)
    [refund] = refunding.refund_in_full(order, D(28), restock=False)
    made = stripe_api.refund(intent)
    tasks.make_refund(refund.pk)
    assert Refund.objects.refused().count() == 1

    postman.bring(*postman.newest("charge.refunded"))

    assert booked() == [(D(28), "shop", True)]
    assert Refund.objects.get().reference == made["id"]
    assert (status(order), told(order)) == (S.REFUNDED, 1)


_PART_LEFT = [(D(20), "shop", False), (D(8), "outside", True)]


@pytest.mark.parametrize(
    ("refused_first", "parts", "expected"),
    [
        pytest.param(True, [800], _PART_LEFT, id="a part, told after our refusal"),
        pytest.param(False, [800], _PART_LEFT, id="a part, told before it"),
        pytest.param(
            True,
            [800, 2000],
            [(D(8), "shop", True), (D(20), "outside", True)],
            id="all of it in parts, told after",
        ),
        pytest.param(
            False,
            [800, 2000],
            [(D(20), "outside", True), (D(8), "outside", True)],
            id="all of it in parts, told before",
        ),
    ],
)
def test_dashboard__a_part_of_what_we_promised(
    order: Order,
    postman: Postman,
    stripe_api: StandIn,
    refused_first: bool,
    parts: list[int],
    expected: list[tuple[Decimal, str, bool]],
) -> None:
    """Ours can no longer go as it is: what is left of it waits for staff, and can be made."""
    intent = postman.paid(order)
    [refund] = refunding.refund_in_full(order, D(28), restock=False)
    for part in parts:
        stripe_api.refund(intent, part)
    if refused_first:
        tasks.make_refund(refund.pk)
    postman.bring(*postman.newest("charge.refunded"))
    if not refused_first:
        tasks.make_refund(refund.pk)

    assert booked() == expected
    for waiting in Refund.objects.refused():
        refunding.try_again(waiting)
        tasks.make_refund(waiting.pk)
    assert status(order) == S.REFUNDED
    assert Order.objects.get().refunded_total == D(28)
    assert sum(one["amount"] for one in stripe_api.refunds.values()) == 2800


def test_dashboard__more_than_the_books_have(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    """Staff sent the money by hand, somebody refunded it as well: never booked above what came."""
    intent = postman.paid(order)
    [refund] = refunding.refund_in_full(order, D(28), restock=False)
    Refund.objects.update(last_error="insufficient_funds")
    refunding.confirm_by_hand(refund)
    stripe_api.refund(intent)

    postman.bring(*postman.newest("charge.refunded"))

    assert booked() == [(D(28), "shop", True)]
    assert (status(order), told(order)) == (S.REFUNDED, 1)
    assert PaymentEvent.objects.due().count() == 0


# --- Ours ----------------------------------------------------------------------------------------


def test_ours__told_of_afterwards(order: Order, postman: Postman) -> None:
    postman.paid(order)
    [refund] = refunding.refund_in_full(order, D(28), restock=False)
    tasks.make_refund(refund.pk)

    postman.bring(*postman.newest("charge.refunded"))

    assert booked() == [(D(28), "shop", True)]
    assert told(order) == 1


def test_ours__told_of_before_the_answer(
    order: Order, postman: Postman, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The webhook arrives while we wait for Stripe's answer to the refund itself."""
    postman.paid(order)
    [refund] = refunding.refund_in_full(order, D(28), restock=False)
    real = gateway.Stripe.refund

    def slow(provider: gateway.Stripe, refund: Refund) -> str:
        reference = real(provider, refund)
        postman.bring(*postman.newest("charge.refunded"))
        assert booked() == [(D(28), "shop", True)]
        return reference

    monkeypatch.setattr(gateway.Stripe, "refund", slow)
    tasks.make_refund(refund.pk)

    assert booked() == [(D(28), "shop", True)]
    assert (status(order), told(order)) == (S.REFUNDED, 1)
    assert order.events.filter(what="refunded").count() == 1


# --- Those that come back ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("walk", "parts", "comes_back", "after"),
    [
        pytest.param([], [2800], 0, S.PAID, id="all of it, before it was sent"),
        pytest.param([S.SENT], [2800], 0, S.SENT, id="all of it, after it was sent"),
        pytest.param([], [800, 2000], 0, S.PARTIALLY_REFUNDED, id="the first of two parts"),
        pytest.param([], [800, 2000], 1, S.PARTIALLY_REFUNDED, id="the second of two parts"),
        pytest.param([], [800], 0, S.PAID, id="the only part"),
    ],
)
@pytest.mark.parametrize("kinds", [["refund.failed"], ["refund.updated", "refund.failed"]])
def test_failed_later(
    order: Order,
    postman: Postman,
    stripe_api: StandIn,
    walk: list[OrderStatus],
    parts: list[int],
    comes_back: int,
    after: OrderStatus,
    kinds: list[str],
) -> None:
    intent = postman.paid(order)
    order.refresh_from_db()
    for step in walk:
        order.transition_to(step)
    made = [stripe_api.refund(intent, part) for part in parts]
    postman.bring(*postman.newest("charge.refunded"))

    stripe_api.settle_refund(made[comes_back]["id"], succeeded=False)
    postman.bring(*postman.newest(*kinds))

    assert status(order) == after
    refund = Refund.objects.refused().get()
    assert refund.reference == made[comes_back]["id"]
    assert refund.last_error == "expired_or_canceled_card"
    assert order.events.filter(what="refund_failed").count() == 1


def test_failed_later__tried_again(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    intent = postman.paid(order)
    first = stripe_api.refund(intent)
    postman.bring(*postman.newest("charge.refunded"))
    stripe_api.settle_refund(first["id"], succeeded=False)
    postman.bring(*postman.newest("refund.failed"))

    refund = Refund.objects.get()
    refunding.try_again(refund)
    tasks.make_refund(refund.pk)
    postman.bring(*postman.newest("charge.refunded", "refund.failed"))

    refund.refresh_from_db()
    assert booked() == [(D(28), "outside", True)]
    assert refund.reference != first["id"]
    assert status(order) == S.REFUNDED


def test_failed_later__made_anew_in_the_dashboard(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    intent = postman.paid(order)
    first = stripe_api.refund(intent)
    postman.bring(*postman.newest("charge.refunded"))
    stripe_api.settle_refund(first["id"], succeeded=False)
    second = stripe_api.refund(intent)

    # Both are told of by one event: the one that came back makes room for the other.
    postman.bring(*postman.newest("charge.refunded"))

    assert booked() == [(D(28), "outside", True)]
    assert Refund.objects.get().reference == second["id"]
    assert status(order) == S.REFUNDED


def test_failed__before_we_heard_of_it(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    intent = postman.paid(order)
    stripe_api.settle_refund(stripe_api.refund(intent)["id"], succeeded=False)

    postman.bring(*postman.newest("refund.failed", "charge.refunded"))

    assert booked() == []
    assert status(order) == S.PAID


# --- Trouble -------------------------------------------------------------------------------------


def test_event__stripe_does_not_answer(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    """The event is kept and found again by beat."""
    stripe_api.refund(postman.paid(order))
    stripe_api.fail_next(2, status=500, path="/v1/refunds")
    [event] = postman.newest("charge.refunded")

    with pytest.raises(Exception, match="APIError"):
        postman.bring(event)
    assert booked() == []
    waiting = PaymentEvent.objects.due().get()

    tasks.process_event(waiting.pk)

    assert booked() == [(D(28), "outside", True)]
    assert PaymentEvent.objects.due().count() == 0


def test_event__what_stripe_does_not_know_is_not_asked_for_ever(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    stripe_api.refund(postman.paid(order))
    stripe_api.fail_next(1, status=400, path="/v1/refunds")

    postman.bring(*postman.newest("charge.refunded"))

    assert PaymentEvent.objects.due().count() == 0
    assert booked() == []


def test_book_outside__idempotent_by_reference(order: Order, postman: Postman) -> None:
    postman.paid(order)
    payment = order.payments.get()

    first = refunding.book_outside(payment, reference="re_1", amount=D(8))
    again = refunding.book_outside(payment, reference="re_1", amount=D(8))
    other = refunding.book_outside(payment, reference="re_2", amount=D(8))

    assert first == again
    assert other is not None
    assert other.number == 2
    assert refunding.book_outside(payment, reference="re_3", amount=D("12.01")) is None
    assert refunding.refundable(Order.objects.get()) == D(12)
