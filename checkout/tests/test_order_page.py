"""The order's own page: the truth, whoever is late; and nobody else's to read or to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import stripe
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.tests.factories import make_user
from checkout import paying, settling
from checkout.models import Order, Payment, PaymentStatus, Refund
from checkout.payments import stripe as gateway
from checkout.payments.base import Observation, Outcome
from checkout.status import OrderStatus
from checkout.tests.factories import ADDRESS, advance, make_order
from content.tests.factories import make_picture, set_up_shop
from products.models import Sku
from products.tests.factories import make_product, put_in_stock
from tests.stripe_stand_in import SECRET, StandIn

pytestmark = pytest.mark.django_db
S, P = OrderStatus, PaymentStatus


@pytest.fixture
def stripe_api(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[StandIn]:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    with StandIn() as stand_in:
        settings.STRIPE_SECRET_KEY = "sk_test_stand_in"
        settings.STRIPE_API_BASE = stand_in.base_url
        settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
        yield stand_in
    gateway._client.cache_clear()


@pytest.fixture
def order(stripe_api: StandIn) -> Order:
    """Two of ten, 28.00; its shopper is at Stripe."""
    order = place()
    paying.start(order)
    return order


@pytest.fixture
def transfer() -> Order:
    """The same by bank transfer."""
    return place(provider="bank_transfer")


def place(provider: str = "stripe") -> Order:
    set_up_shop(bank_iban="GB29 NWBK")
    make_product("Waves", sku="WAVES", price="12.00")
    return make_order({"WAVES": 2}, provider=provider)


def session_of(order: Order) -> str:
    return str(order.payments.get().reference)


def shown(client: Client, order: Order, query: str = "") -> str:
    """The published status."""
    response = client.get(order.get_absolute_url() + query)
    assert response.status_code == 200
    html = response.content.decode()
    return html.split('data-order-status="')[1].split('"')[0]


def press(client: Client, order: Order, button: str) -> HttpResponse:
    response: HttpResponse = client.post(  # type: ignore[assignment]
        f"{order.get_absolute_url()}{button}/"
    )
    return response


def stands() -> tuple[str, tuple[int, int]]:
    """The order; (on hand, reserved)."""
    sku = Sku.objects.get()
    return Order.objects.get().status, (sku.on_hand, sku.reserved)


def basket_of(client: Client) -> dict[str, int]:
    lines = client.session.get("basket", {}).get("lines", {})
    return {code: line["quantity"] for code, line in lines.items()}


# --- What it shows -------------------------------------------------------------------------------

WAYS: dict[OrderStatus, list[OrderStatus]] = {
    S.PENDING: [],
    S.PAID: [S.PAID],
    S.SENT: [S.PAID, S.SENT],
    S.DELIVERED: [S.PAID, S.SENT, S.DELIVERED],
    S.CANCELLED: [S.CANCELLED],
    S.EXPIRED: [S.EXPIRED],
    S.FAILED: [S.FAILED],
    S.PARTIALLY_REFUNDED: [S.PAID, S.PARTIALLY_REFUNDED],
    S.REFUNDED: [S.PAID, S.REFUNDED],
}


@pytest.mark.parametrize(
    ("status", "public"),
    [
        pytest.param(status, "sent" if status == S.DELIVERED else status.value, id=status.value)
        for status in S
    ],
)
def test_page__of_every_status(
    client: Client, transfer: Order, status: OrderStatus, public: str
) -> None:
    for step in WAYS[status]:
        advance(transfer, step)

    assert shown(client, transfer) == public


def test_page__is_the_shoppers_alone(client: Client, transfer: Order) -> None:
    response = client.get(transfer.get_absolute_url())

    assert response["X-Robots-Tag"] == "noindex"
    assert "no-store" in response["Cache-Control"]
    assert '<meta name="referrer" content="no-referrer">' in response.content.decode()


def test_page__what_shoppers_typed_is_escaped(client: Client) -> None:
    make_product("<script>alert(1)</script>", sku="EVIL")
    evil = "<img src=x onerror=alert(2)>"
    order = make_order({"EVIL": 1}, delivery=ADDRESS | {"name": evil, "line1": "'\"><svg>"})

    html = client.get(order.get_absolute_url()).content.decode()

    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "<svg>" not in html
    assert "&lt;img src=x onerror=alert(2)&gt;" in html


@pytest.mark.parametrize("status", [S.PENDING, S.CANCELLED])
def test_page__no_invoice_before_it_is_paid(
    client: Client, transfer: Order, status: OrderStatus
) -> None:
    for step in WAYS[status]:
        advance(transfer, step)

    html = client.get(transfer.get_absolute_url()).content.decode()

    assert "Invoice number" not in html
    assert ".pdf" not in html


def test_page__money_on_its_way_back(client: Client, order: Order, stripe_api: StandIn) -> None:
    order.transition_to(S.CANCELLED)
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "GBP", "pi_1"))
    assert Refund.objects.count() == 1

    html = client.get(order.get_absolute_url()).content.decode()

    assert "Your money comes back" in html
    assert "£28.00" in html


# --- It asks, rather than believe ----------------------------------------------------------------

Act = Callable[[StandIn, str], Any]


@pytest.mark.parametrize(
    ("act", "query", "public"),
    [
        pytest.param(lambda api, one: api.pay(one), "?paid=1", "paid", id="paid"),
        pytest.param(lambda api, one: None, "?paid=1", "pending", id="came back without paying"),
        pytest.param(lambda api, one: api.decline(one), "?paid=1", "pending", id="declined"),
        pytest.param(lambda api, one: api.pay_later(one), "?paid=1", "pending", id="bank debit"),
        pytest.param(lambda api, one: api.expire(one), "?paid=1", "expired", id="over"),
        # Who does not say that they paid costs Stripe no call.
        pytest.param(lambda api, one: api.pay(one), "", "pending", id="not asked"),
    ],
)
def test_pending__the_webhook_is_late(
    client: Client, order: Order, stripe_api: StandIn, act: Act, query: str, public: str
) -> None:
    act(stripe_api, session_of(order))
    before = len(stripe_api.requests)

    assert shown(client, order, query) == public

    assert len(stripe_api.requests) == before + (1 if query else 0)


def test_pending__saying_paid_does_not_pay(client: Client, order: Order) -> None:
    for query in ("?paid=1", "?paid=", "?paid=true&status=paid"):
        assert shown(client, order, query) == "pending"

    assert stands() == (S.PENDING, (10, 2))


def test_pending__asked_at_most_every_few_seconds(
    client: Client, order: Order, stripe_api: StandIn
) -> None:
    before = len(stripe_api.requests)

    for _ in range(5):
        shown(client, order, "?paid=1")
    assert len(stripe_api.requests) == before + 1

    with time_machine.travel(timezone.now() + timedelta(seconds=10)):
        shown(client, order, "?paid=1")
    assert len(stripe_api.requests) == before + 2


def test_pending__stripe_does_not_answer(client: Client, order: Order, stripe_api: StandIn) -> None:
    stripe_api.fail_next(2, status=500)

    assert shown(client, order, "?paid=1") == "pending"
    assert stands() == (S.PENDING, (10, 2))


def test_paid__nobody_is_asked_any_more(client: Client, order: Order, stripe_api: StandIn) -> None:
    stripe_api.pay(session_of(order))
    shown(client, order, "?paid=1")
    before = len(stripe_api.requests)

    assert shown(client, order, "?paid=1") == "paid"
    assert len(stripe_api.requests) == before


def test_overdue__gives_back_the_stock(client: Client, order: Order, stripe_api: StandIn) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert shown(client, order) == "expired"

    assert stands() == (S.EXPIRED, (10, 0))


def test_overdue__paid_at_the_last_moment(
    client: Client, order: Order, stripe_api: StandIn
) -> None:
    """Its time is over, its money is there: Stripe is asked before anything is given back."""
    stripe_api.pay(session_of(order))

    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert shown(client, order) == "paid"

    assert stands() == (S.PAID, (8, 0))


def test_overdue__bank_transfer(client: Client, transfer: Order) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        assert shown(client, transfer) == "pending"
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert shown(client, transfer) == "expired"

    assert stands() == (S.EXPIRED, (10, 0))


# --- Paying again --------------------------------------------------------------------------------


def test_pay__back_to_the_same_session(client: Client, order: Order, stripe_api: StandIn) -> None:
    answers = {press(client, order, "pay")["Location"] for _ in range(3)}

    [session] = stripe_api.sessions.values()
    assert answers == {session["url"]}


@pytest.mark.parametrize("status", [S.PAID, S.CANCELLED, S.EXPIRED, S.FAILED])
def test_pay__nothing_left_to_pay(
    client: Client, order: Order, stripe_api: StandIn, status: OrderStatus
) -> None:
    advance(order, status)
    before = len(stripe_api.requests)

    assert press(client, order, "pay")["Location"] == order.get_absolute_url()
    assert len(stripe_api.requests) == before


def test_pay__too_late(client: Client, order: Order) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        assert press(client, order, "pay")["Location"] == order.get_absolute_url()

    assert stands() == (S.EXPIRED, (10, 0))


# --- Cancelling ----------------------------------------------------------------------------------


def test_cancel__back_in_the_basket(client: Client, order: Order, stripe_api: StandIn) -> None:
    response = press(client, order, "cancel")

    [session] = stripe_api.sessions.values()
    assert response["Location"] == "/basket/"
    assert session["status"] == "expired"  # nobody can pay it any more
    assert stands() == (S.CANCELLED, (10, 0))
    assert basket_of(client) == {"WAVES": 2}


def test_cancel__what_is_in_the_basket_stays(client: Client, transfer: Order) -> None:
    other = make_product(sku="TIDES")
    client.post(f"/basket/add/{other.pk}/", {"quantity": 1})

    press(client, transfer, "cancel")

    assert basket_of(client) == {"TIDES": 1, "WAVES": 2}


def test_cancel__sold_out_things_stay_away(client: Client, transfer: Order) -> None:
    Sku.objects.filter(code="WAVES").update(retired=True)

    press(client, transfer, "cancel")

    assert stands() == (S.CANCELLED, (10, 0))
    assert basket_of(client) == {}


def test_cancel__paid_a_moment_ago(client: Client, order: Order, stripe_api: StandIn) -> None:
    stripe_api.pay(session_of(order))

    response = press(client, order, "cancel")

    assert response["Location"] == order.get_absolute_url()
    assert stands() == (S.PAID, (8, 0))
    assert basket_of(client) == {}


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 0}], ids=["500", "hung up"])
def test_cancel__stripe_does_not_answer(
    client: Client, order: Order, stripe_api: StandIn, trouble: dict[str, int]
) -> None:
    """It might still be paid there, so it is not cancelled here."""
    stripe_api.fail_next(2, **trouble)  # type: ignore[arg-type]

    assert press(client, order, "cancel")["Location"] == order.get_absolute_url()
    assert stands() == (S.PENDING, (10, 2))
    assert basket_of(client) == {}

    press(client, order, "cancel")
    assert stands() == (S.CANCELLED, (10, 0))


def test_cancel__twice(client: Client, order: Order) -> None:
    press(client, order, "cancel")
    client.post("/basket/empty/")

    assert press(client, order, "cancel")["Location"] == order.get_absolute_url()
    assert stands() == (S.CANCELLED, (10, 0))
    assert basket_of(client) == {}


@pytest.mark.parametrize("status", [S.PAID, S.SENT, S.DELIVERED, S.EXPIRED, S.REFUNDED])
def test_cancel__no_longer(client: Client, transfer: Order, status: OrderStatus) -> None:
    for step in WAYS[status]:
        advance(transfer, step)
    was = stands()

    assert press(client, transfer, "cancel")["Location"] == transfer.get_absolute_url()
    assert stands() == was
    assert basket_of(client) == {}


# --- Putting back --------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [S.EXPIRED, S.FAILED, S.CANCELLED])
def test_put_back__what_was_not_paid(client: Client, transfer: Order, status: OrderStatus) -> None:
    advance(transfer, status)

    assert press(client, transfer, "put-back")["Location"] == "/basket/"
    press(client, transfer, "put-back")

    assert basket_of(client) == {"WAVES": 2}
    assert stands() == (status, (10, 0))


@pytest.mark.parametrize("status", [S.PENDING, S.PAID, S.SENT, S.REFUNDED])
def test_put_back__not_what_stands(client: Client, transfer: Order, status: OrderStatus) -> None:
    for step in WAYS[status]:
        advance(transfer, step)

    assert press(client, transfer, "put-back")["Location"] == transfer.get_absolute_url()
    assert basket_of(client) == {}


def test_put_back__as_many_as_there_are(client: Client, transfer: Order) -> None:
    transfer.transition_to(S.EXPIRED)
    put_in_stock("WAVES", 1)

    press(client, transfer, "put-back")

    page = client.get("/basket/")
    assert [line.quantity for line in page.context["basket"].lines] == [1]


# --- Other people's ------------------------------------------------------------------------------

BUTTONS = ["pay", "cancel", "put-back", "demo"]


def strange_tokens(order: Order) -> list[str]:
    return [
        "x",
        order.number,
        str(order.pk),
        order.token[:-1],
        order.token + "x",
        order.token.swapcase(),
        order.token + "%00",
        "%00",
        "%F0%9F%8D%B5",
        "..%2Fadmin",
        "a" * 5000,
        "'%20OR%201=1--",
    ]


def test_token__of_nobody(client: Client, transfer: Order) -> None:
    urls = [f"/checkout/{token}/" for token in strange_tokens(transfer)]

    assert {url: client.get(url).status_code for url in urls} == dict.fromkeys(urls, 404)


@pytest.mark.parametrize("button", BUTTONS)
def test_token__of_nobody_changes_nothing(client: Client, transfer: Order, button: str) -> None:
    urls = [f"/checkout/{token}/{button}/" for token in strange_tokens(transfer)]

    assert {url: client.post(url).status_code for url in urls} == dict.fromkeys(urls, 404)
    assert stands() == (S.PENDING, (10, 2))


@pytest.mark.parametrize("button", ["pay", "cancel", "put-back"])
@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_button__only_post(client: Client, transfer: Order, button: str, method: str) -> None:
    """A link in somebody's mail never cancels anything."""
    response = getattr(client, method)(f"{transfer.get_absolute_url()}{button}/")

    assert response.status_code == 405
    assert stands() == (S.PENDING, (10, 2))


@pytest.mark.parametrize("button", ["pay", "cancel", "put-back"])
def test_button__not_from_another_site(transfer: Order, button: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    url = f"{transfer.get_absolute_url()}{button}/"

    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}):
        assert strict.post(url, headers=headers).status_code == 403
    assert stands() == (S.PENDING, (10, 2))
    assert strict.post(url, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 302


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_page__read_only(client: Client, transfer: Order, method: str) -> None:
    assert getattr(client, method)(transfer.get_absolute_url()).status_code == 405


def test_page__says_nothing_of_other_orders(client: Client, transfer: Order) -> None:
    other = make_order({"WAVES": 1}, email="grace@example.com", user=make_user("g@example.com"))

    html = client.get(transfer.get_absolute_url()).content.decode()

    for secret in (other.token, other.number, "grace@example.com"):
        assert secret not in html


def test_page__queries(client: Client, transfer: Order, django_assert_max_num_queries: Any) -> None:
    for number in range(5):
        make_product(sku=f"MORE-{number}")
    big = make_order({f"MORE-{number}": 1 for number in range(5)})
    client.get(transfer.get_absolute_url())

    with django_assert_max_num_queries(11):
        client.get(big.get_absolute_url())


def test_payment__held_is_said_without_a_number(
    client: Client, order: Order, stripe_api: StandIn
) -> None:
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "EUR"))
    assert Payment.objects.get().status == P.HELD

    html = client.get(order.get_absolute_url()).content.decode()

    assert "does not match" in html
    assert "/pay/" not in html


def test_page__knows_what_came_to_an_order_before_it_was_paid(
    client: Client, order: Order, stripe_api: StandIn
) -> None:
    """Money that does not match goes back, though the order never was paid."""
    settling.apply(order.payments.get(), Observation(Outcome.PAID, order.total, "EUR"))
    payment = Payment.objects.get()
    Refund.objects.create(payment=payment, amount=payment.amount, reason=Refund.Reason.MISMATCH)

    html = client.get(order.get_absolute_url()).content.decode()

    assert Order.objects.get().paid_at is None
    assert "On its way back" in html


def test_page__a_picture_that_is_changed_is_shown_as_it_is_now(
    client: Client, transfer: Order
) -> None:
    line = transfer.lines.get()
    assert "frame--empty" in client.get(transfer.get_absolute_url()).content.decode()

    type(line).objects.filter(pk=line.pk).update(picture=make_picture())

    html = client.get(transfer.get_absolute_url()).content.decode()
    assert "frame--empty" not in html
    assert 'sizes="7rem"' in html
