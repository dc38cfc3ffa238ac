"""Stripe's books against ours, day by day: what differs is reported once, nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.tests.factories import make_user
from checkout import discrepancies, reconciled_days, reconciling, refunding, tasks
from checkout.models import (
    Discrepancy,
    Dispute,
    Invoice,
    Order,
    Payment,
    PaymentStatus,
    ReconciledDay,
    Refund,
)
from checkout.payments import stripe_books
from checkout.payments.base import ProviderUnavailable
from checkout.reconciling import Report
from checkout.status import OrderStatus
from checkout.tests.stripe_events import Postman
from tests.stripe_stand_in import StandIn

pytestmark = pytest.mark.django_db
D = Decimal
S = OrderStatus
Facts = list[tuple[str, str, str]]


def compare() -> Report:
    """Today, as far as it has gone."""
    return reconciling.reconcile(
        timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=1)
    )


def found() -> Facts:
    """Open differences: what, here, at Stripe."""
    rows = Discrepancy.objects.open().order_by("kind", "pk")
    return list(rows.values_list("kind", "ours", "theirs"))


def money() -> object:
    """All that comparing must leave alone."""
    return (
        list(Order.objects.values_list("status", "paid_total", "refunded_total")),
        list(Payment.objects.values_list("status", "amount", "charge")),
        list(Refund.objects.order_by("pk").values_list("amount", "made_at", "reference")),
        Dispute.objects.count(),
        Invoice.objects.count(),
    )


# Each: what happened unseen (the intent and a finished payment are there), what is reported.
def _pay_unheard(order: Order, stripe_api: StandIn, intent: str) -> None:
    Order.objects.update(status=S.EXPIRED, paid_total=0, paid_at=None)
    Payment.objects.update(status=PaymentStatus.EXPIRED, charge="", paid_at=None)


def _never_heard_of(order: Order, stripe_api: StandIn, intent: str) -> None:
    Payment.objects.update(reference="cs_of_another_life", charge="pi_of_another_life")


def _other_amount(order: Order, stripe_api: StandIn, intent: str) -> None:
    Order.objects.update(paid_total=30)
    Payment.objects.update(amount=30)


def _refund_there(order: Order, stripe_api: StandIn, intent: str) -> None:
    stripe_api.refund(intent, 800)


def _refund_here(order: Order, stripe_api: StandIn, intent: str) -> None:
    refunding.book_outside(order.payments.get(), reference="re_unheard_of", amount=D(8))


def _refund_failed_there(order: Order, stripe_api: StandIn, intent: str) -> None:
    made = stripe_api.refund(intent, 800)["id"]
    refunding.book_outside(order.payments.get(), reference=made, amount=D(8))
    stripe_api.settle_refund(made, succeeded=False)


def _refund_of_another_amount(order: Order, stripe_api: StandIn, intent: str) -> None:
    made = stripe_api.refund(intent, 800)["id"]
    refunding.book_outside(order.payments.get(), reference=made, amount=D(9))


def _by_hand(order: Order, stripe_api: StandIn, intent: str) -> None:
    refund = refunding.refund_in_full(order, D(28), restock=False)[0]
    Refund.objects.update(last_error="insufficient_funds")
    refunding.confirm_by_hand(refund)


def _dispute_there(order: Order, stripe_api: StandIn, intent: str) -> None:
    stripe_api.dispute(intent, 800)


def _nothing(order: Order, stripe_api: StandIn, intent: str) -> None:
    """Both books say the same."""


CASES: list[Any] = [
    pytest.param(_nothing, [], id="they agree"),
    pytest.param(
        _pay_unheard, [("payment_not_here", "", "28.00 GBP, paid")], id="paid there, not here"
    ),
    pytest.param(
        _never_heard_of,
        [
            ("payment_not_here", "", "28.00 GBP, paid"),
            ("payment_not_there", "28.00 GBP, paid", ""),
        ],
        id="another session",
    ),
    pytest.param(
        _other_amount,
        [("payment_differs", "30.00 GBP, paid", "28.00 GBP, paid")],
        id="another amount",
    ),
    pytest.param(
        _refund_there, [("refund_not_here", "", "8.00 GBP, made")], id="refunded there, not here"
    ),
    pytest.param(
        _refund_here, [("refund_not_there", "8.00 GBP, made", "")], id="refunded here, not there"
    ),
    pytest.param(
        _refund_failed_there,
        [("refund_not_there", "8.00 GBP, made", "")],
        id="refund came back unheard",
    ),
    pytest.param(
        _refund_of_another_amount,
        [("refund_differs", "9.00 GBP, made", "8.00 GBP, made")],
        id="refunded, another amount",
    ),
    pytest.param(_by_hand, [], id="sent by hand: not Stripe's"),
    pytest.param(
        _dispute_there, [("dispute_not_here", "", "8.00 GBP, open")], id="disputed, unheard"
    ),
]


@pytest.mark.parametrize(("happens", "expected"), CASES)
def test_compare__reports_and_changes_nothing(
    order: Order,
    postman: Postman,
    stripe_api: StandIn,
    happens: Callable[[Order, StandIn, str], None],
    expected: Facts,
) -> None:
    intent = postman.paid(order)
    order.refresh_from_db()
    happens(order, stripe_api, intent)
    was = money()

    first, again = compare(), compare()

    assert found() == expected
    assert len(first.differences) == len(again.differences) == len(expected)
    assert Discrepancy.objects.count() == len(expected)
    assert money() == was


def test_compare__a_dispute_in_another_state(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    opened = stripe_api.dispute(postman.paid(order))
    postman.bring(opened)
    stripe_api.decide(opened["data"]["object"]["id"], won=True)

    compare()

    assert found() == [("dispute_differs", "28.00 GBP, open", "28.00 GBP, won")]


def test_compare__what_is_held_agrees(order: Order, postman: Postman, stripe_api: StandIn) -> None:
    """It waits for staff already: no second report of it."""
    event = stripe_api.pay(str(order.payments.get().reference))
    Payment.objects.update(amount=30)
    postman.bring(event)
    assert order.payments.get().status == PaymentStatus.HELD

    assert compare().differences == []


def test_compare__unpaid_sessions_are_nothing(order: Order, stripe_api: StandIn) -> None:
    assert compare().differences == []
    stripe_api.expire(str(order.payments.get().reference))
    report = compare()
    assert (report.counts, report.differences) == ({"payment": 0, "refund": 0, "dispute": 0}, [])


def test_compare__other_shops_at_the_account(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    postman.paid(order)
    for things in (stripe_api.account.sessions, stripe_api.account.charges):
        for thing in list(things.values()):
            theirs = thing | {"id": f"{thing['id']}_x", "metadata": {}, "payment_intent": "pi_x"}
            things[theirs["id"]] = theirs
    refund = stripe_api.refund(str(order.payments.get().charge), 100)
    stripe_api.account.refunds[refund["id"]]["payment_intent"] = "pi_x"

    report = compare()

    assert report.differences == []
    assert report.counts["payment"] == 1


def test_compare__a_session_of_another_day(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    """A debit begun days ago, paid today: found by its charge."""
    event = stripe_api.pay(str(order.payments.get().reference))
    session = event["data"]["object"]["id"]
    stripe_api.account.sessions[session]["created"] -= 5 * 86400

    compare()

    assert found() == [("payment_not_here", "", "28.00 GBP, paid")]
    assert Discrepancy.objects.get().payment == order.payments.get()


def test_compare__page_by_page(
    order: Order, postman: Postman, stripe_api: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    intent = postman.paid(order)
    for part in range(1, 6):
        stripe_api.refund(intent, part)
    monkeypatch.setattr(stripe_books, "PAGE", 2)

    assert len(compare().differences) == 5

    pages = [one for one in stripe_api.requests if one.path == "/v1/refunds"]
    assert ["starting_after" in one.params for one in pages] == [False, True, True]


def test_compare__stripe_does_not_answer(
    order: Order, postman: Postman, stripe_api: StandIn
) -> None:
    """Half a list is no list: nothing is reported or resolved."""
    stripe_api.refund(postman.paid(order), 800)
    compare()
    was = list(Discrepancy.objects.values())
    stripe_api.fail_next(2, status=500, path="/v1/disputes")

    with pytest.raises(ProviderUnavailable):
        compare()

    assert list(Discrepancy.objects.values()) == was


# --- What becomes of a difference ----------------------------------------------------------------


@pytest.fixture
def difference(order: Order, postman: Postman, stripe_api: StandIn) -> Discrepancy:
    """8.00 were refunded in the dashboard, and nobody told us."""
    stripe_api.refund(postman.paid(order), 800)
    compare()
    return Discrepancy.objects.get()


def test_resolved__by_itself_when_the_books_agree(
    difference: Discrepancy, postman: Postman
) -> None:
    """Also in the comparison of a later day: whatever is open is looked at again."""
    postman.bring(*postman.newest("charge.refunded"))
    tomorrow = timezone.now() + timedelta(days=1)

    reconciling.reconcile(tomorrow, tomorrow + timedelta(days=1))

    difference.refresh_from_db()
    assert not difference.is_open
    assert difference.resolved_by is None


def test_resolved__and_again_when_it_differs_again(difference: Discrepancy) -> None:
    Discrepancy.objects.update(resolved_at=timezone.now())

    compare()

    assert found() == [("refund_not_here", "", "8.00 GBP, made")]
    assert Discrepancy.objects.count() == 1


def test_settled__stays_so_while_the_facts_are_the_same(
    difference: Discrepancy, stripe_api: StandIn
) -> None:
    clerk = make_user("clerk@example.com")
    assert discrepancies.settle(difference, "A test of the bank's", clerk)
    assert not discrepancies.settle(difference, "Once more", clerk)

    compare()

    assert found() == []
    difference.refresh_from_db()
    assert (difference.note, difference.resolved_by) == ("A test of the bank's", clerk)

    [refund] = stripe_api.account.refunds.values()
    refund["amount"] = 900
    compare()
    assert found() == [("refund_not_here", "", "9.00 GBP, made")]


def test_bring_up_to_date(difference: Discrepancy, order: Order) -> None:
    clerk = make_user("clerk@example.com")

    assert reconciling.bring_up_to_date(difference, clerk)

    fresh = Order.objects.get(pk=order.pk)
    assert (fresh.status, fresh.refunded_total) == (S.PARTIALLY_REFUNDED, 8)
    assert found() == []
    assert order.events.get(what="books_brought_up_to_date").actor == clerk


def test_bring_up_to_date__a_payment_that_was_never_heard_of(
    order: Order, quiet: None, stripe_api: StandIn
) -> None:
    stripe_api.pay(str(order.payments.get().reference))
    order.transition_to(S.EXPIRED)
    compare()
    assert found() == [("payment_not_here", "", "28.00 GBP, paid")]

    assert reconciling.bring_up_to_date(Discrepancy.objects.get())

    assert Order.objects.get().status == S.PAID


# --- Days ----------------------------------------------------------------------------------------

# At noon, so that no day ends while a test runs.
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_days__each_night_once_and_missed_nights_too(
    order: Order, stripe_api: StandIn, settings: Settings
) -> None:
    Payment.objects.update(created_at=NOON)
    with time_machine.travel(NOON + timedelta(hours=13)):  # 01:00: the night is young
        assert reconciled_days.due() == []
    with time_machine.travel(NOON + timedelta(days=3)):
        tasks.reconcile_due_days()
        assert reconciled_days.due() == []
        done = ReconciledDay.objects.order_by("day").values_list("day", flat=True)
        assert list(done) == [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)]
        asked = len(stripe_api.requests)
        tasks.reconcile_due_days()
        assert len(stripe_api.requests) == asked
    with time_machine.travel(NOON + timedelta(days=40)):
        assert len(reconciled_days.due()) == reconciled_days.DAYS_BACK
        settings.STRIPE_SECRET_KEY = ""
        assert reconciled_days.due() == []


def test_days__stripe_does_not_answer(order: Order, stripe_api: StandIn) -> None:
    """The day stays due, and nobody has to wait for the claim to run out."""
    day = timezone.localdate() - timedelta(days=1)
    stripe_api.fail_next(2, status=500)

    with pytest.raises(ProviderUnavailable):
        reconciled_days.reconcile_due(day)
    assert ReconciledDay.objects.get().done_at is None

    assert reconciled_days.reconcile_due(day) is not None
    assert reconciled_days.reconcile_due(day) is None


def test_days__not_while_another_worker_is_at_it(order: Order, stripe_api: StandIn) -> None:
    day = timezone.localdate() - timedelta(days=1)
    ReconciledDay.objects.create(day=day, claimed_until=timezone.now() + timedelta(minutes=1))

    assert reconciled_days.reconcile_due(day) is None
    assert stripe_api.requests == [] or stripe_api.requests[-1].method == "POST"


def test_days__from_midnight_to_midnight_in_the_shops_time(
    order: Order, stripe_api: StandIn
) -> None:
    reconciled_days.reconcile(date(2026, 6, 10))

    [charges] = [one for one in stripe_api.requests if one.path == "/v1/charges"]
    asked = charges.params["created"]
    assert int(asked["lt"]) - int(asked["gte"]) == 86400
    assert int(asked["gte"]) == 1781046000  # 23:00 UTC the day before: London has summer time


# --- The command ---------------------------------------------------------------------------------


def run(*days: str) -> str:
    out = StringIO()
    call_command("reconcile_payments", *days, stdout=out)
    return out.getvalue()


def test_command(difference: Discrepancy) -> None:
    today = timezone.localdate()
    yesterday = today - timedelta(days=1)

    output = run(str(yesterday), str(today)).splitlines()

    assert output[0] == f"{yesterday}: 0 payments, 1 refunds, 0 disputes compared; 1 differ"
    assert output[2] == f"{today}: 1 payments, 1 refunds, 0 disputes compared; 1 differ"
    assert output[3] == (
        f"  Refunded at Stripe, not here: {difference.reference} "
        "(here: nothing; Stripe: 8.00 GBP, made)"
    )
    assert ReconciledDay.objects.count() == 2


def test_command__yesterday_unless_told(order: Order) -> None:
    assert run().startswith(f"{timezone.localdate() - timedelta(days=1)}: 0 payments")


def test_command__cannot(order: Order, stripe_api: StandIn, settings: Settings) -> None:
    with pytest.raises(CommandError, match="before the first"):
        run("2026-11-20", "2026-11-19")
    stripe_api.fail_next(2, status=503)
    with pytest.raises(CommandError, match="Stripe did not answer"):
        run()
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(CommandError, match="nothing to compare"):
        run()


# --- The report ----------------------------------------------------------------------------------


@pytest.fixture
def boss(client: Client) -> Client:
    client.force_login(make_user("boss@example.com", "Shop managers"))
    return client


def page(difference: Discrepancy) -> str:
    return reverse("discrepancies:inspect", args=[difference.pk])


def test_report__listed_and_shown(difference: Discrepancy, order: Order, boss: Client) -> None:
    first = boss.get("/admin/").content.decode()
    listing = boss.get(reverse("discrepancies:index"), {"is_open": "true"}).content.decode()
    html = boss.get(page(difference)).content.decode()

    assert "1 difference from Stripe" in first
    for text in ("Refunded at Stripe, not here", order.number, "8.00 GBP, made"):
        assert text in listing
        assert text in html
    settled = boss.get(reverse("discrepancies:index"), {"is_open": "false"})
    assert list(settled.context["object_list"]) == []


def test_report__settled_with_a_reason(difference: Discrepancy, boss: Client) -> None:
    assert boss.post(page(difference), {"do": "settle", "note": ""}).status_code == 422
    assert found() != []

    boss.post(page(difference), {"do": "settle", "note": "Known"})
    again: Any = boss.post(page(difference), {"do": "settle", "note": "Twice"}, follow=True)

    difference.refresh_from_db()
    assert (difference.is_open, difference.note) == (False, "Known")
    assert "settled already" in again.content.decode()
    assert "differences from Stripe" not in boss.get("/admin/").content.decode()


def test_report__brought_up_to_date(
    difference: Discrepancy, order: Order, boss: Client, stripe_api: StandIn
) -> None:
    stripe_api.fail_next(2, status=500)
    answer: Any = boss.post(page(difference), {"do": "update"}, follow=True)
    assert "did not answer" in answer.content.decode()
    assert Order.objects.get().status == S.PAID

    answer = boss.post(page(difference), {"do": "update"}, follow=True)
    assert "The books agree now" in answer.content.decode()
    assert Order.objects.get().status == S.PARTIALLY_REFUNDED


@pytest.mark.parametrize("group", ["Fulfilment", "Editors"])
def test_report__not_for(
    difference: Discrepancy, client: Client, stripe_api: StandIn, group: str
) -> None:
    client.force_login(make_user("other@example.com", group))
    asked = len(stripe_api.requests)

    for answer in (
        client.get(page(difference)),
        client.get(reverse("discrepancies:index")),
        client.post(page(difference), {"do": "settle", "note": "Mine"}),
        client.post(page(difference), {"do": "update"}),
    ):
        assert answer.status_code == 302
    assert len(stripe_api.requests) == asked
    assert found() != []
    assert "difference from Stripe" not in client.get("/admin/").content.decode()


def test_report__nothing_known_of_the_order(boss: Client) -> None:
    lost = Discrepancy.objects.create(kind="payment_not_here", reference="cs_1", theirs="1.00 GBP")

    html = boss.get(page(lost)).content.decode()

    assert "None that we know" in html
    assert "Bring our books up to date" not in html
    assert "Nothing was compared yet" in boss.get(reverse("discrepancies:index")).content.decode()
