"""The shopper's pages: a return, a withdrawal in two steps, and the way to an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from checkout import refunding, returning, sending, settling, tasks
from checkout.models import CreditNote, Order, OrderEmail, ReturnRequest, Tracking
from checkout.payments.base import Observation, Outcome
from checkout.refund_shares import Wish
from checkout.returning import Statement
from checkout.tests.factories import make_order
from content.models import ShopSettings
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
EVIL = "<img src=x onerror=alert(1)>\x00"


@pytest.fixture
def order() -> Order:
    """Three of one, one of another, paid."""
    set_up_shop(name="Bower", email="shop@bower.example")
    make_product("Fern", sku="FERN", price="9.00", on_hand=10)
    make_product("Waves", sku="WAVES", price="10.00", on_hand=10)
    order = make_order({"WAVES": 3, "FERN": 1}, provider="demo")
    settling.apply(order.payments.get(), Observation(Outcome.PAID, Decimal(43), "GBP"))
    return Order.objects.get()


@pytest.fixture
def sent(order: Order) -> Order:
    sending.send(order, Tracking())
    return Order.objects.get()


def at(order: Order, page: str) -> str:
    return f"/checkout/{order.token}/{page}/"


def units(order: Order, **by_sku: Any) -> dict[str, Any]:
    """What the selects post; nothing where nothing is said."""
    return {f"units_{one.pk}": by_sku.get(one.sku_id, 0) for one in order.lines.all()}


def statement(order: Order, **changes: Any) -> dict[str, Any]:
    chosen = units(order, WAVES=2, FERN=1)
    return {"name": "Ada Lovelace", "email": "ada@example.com", **chosen} | changes


def shown(client: Client, order: Order) -> str:
    return client.get(order.get_absolute_url()).content.decode()


# --- Asking for a return -------------------------------------------------------------------------


def test_return__asked_for_on_the_page(client: Client, sent: Order) -> None:
    assert "Send something back" in shown(client, sent)

    response = client.post(
        at(sent, "return"), units(sent, WAVES=2) | {"reason": "Torn"}, follow=True
    )

    request = ReturnRequest.objects.get()
    assert (request.kind, request.reason, request.email) == ("return", "Torn", "ada@example.com")
    assert request.units == {sent.lines.get(sku_id="WAVES").pk: 2}
    html = response.content.decode()
    assert "We answer by e-mail" in html
    assert "You asked for a return on" in html
    assert "2 × Waves" in html


def test_return__the_answer_is_shown(client: Client, sent: Order) -> None:
    line = sent.lines.get(sku_id="FERN").pk
    request = returning.ask(sent, Statement("Ada", "ada@example.com", {line: 1}, "Torn"))
    returning.accept(request, "To the old mill.\nWith the slip.")

    html = shown(client, sent)

    assert "Please send the goods back" in html
    assert "To the old mill.<br>With the slip." in html


def test_return__not_before_it_was_sent(client: Client, order: Order) -> None:
    assert "Send something back" not in shown(client, order)

    for ask in (client.get, client.post):
        response: Any = ask(at(order, "return"), units(order, WAVES=1) | {"reason": "x"})
        assert response.status_code == 302
    assert not ReturnRequest.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"WAVES": 4}, id="more than sold"),
        pytest.param({"WAVES": -1}, id="negative"),
        pytest.param({"WAVES": "1e9"}, id="a float"),
        pytest.param({"WAVES": "١"}, id="another alphabet's one"),
        pytest.param({"WAVES": EVIL}, id="markup and NUL"),
        pytest.param({"WAVES": 1, "reason": ""}, id="no reason"),
        pytest.param({"WAVES": 1, "reason": "x" * 1001}, id="a long reason"),
    ],
)
def test_return__bad_input_changes_nothing(
    client: Client, sent: Order, changes: dict[str, Any]
) -> None:
    data = units(sent, **changes) | {"reason": changes.get("reason", "Torn")}

    response = client.post(at(sent, "return"), data)

    assert response.status_code == 422
    assert not ReturnRequest.objects.exists()
    assert "<img src=x" not in response.content.decode()


# --- Withdrawing ---------------------------------------------------------------------------------


def test_withdraw__in_two_steps(client: Client, order: Order) -> None:
    assert "Withdraw from contract here" in shown(client, order)
    form = client.get(at(order, "withdraw")).content.decode()
    assert 'value="Ada Lovelace"' in form
    assert 'value="ada@example.com"' in form

    review = client.post(at(order, "withdraw"), statement(order)).content.decode()
    assert "Confirm withdrawal here" in review
    assert "2 × Waves" in review
    assert order.number in review
    assert not ReturnRequest.objects.exists()

    response = client.post(at(order, "withdraw"), statement(order, confirm="1"), follow=True)

    request = ReturnRequest.objects.get()
    assert (request.kind, request.status, request.reason) == ("withdrawal", "requested", "")
    assert sorted(request.units.values()) == [1, 2]
    html = response.content.decode()
    assert "The confirmation goes to ada@example.com" in html
    assert "We have your withdrawal" in html
    assert "Packing" not in html
    assert [email.kind for email in request.emails.all()] == ["withdrawal"]


def test_withdraw__everything_by_default_and_back_to_change(client: Client, order: Order) -> None:
    fields = client.get(at(order, "withdraw")).context["form"]
    assert [row.field.value() for row in fields.rows] == [3, 1]

    response = client.post(at(order, "withdraw"), statement(order, name="Bob", change="1"))

    assert response.status_code == 200
    assert 'value="Bob"' in response.content.decode()
    assert not ReturnRequest.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"name": ""}, id="no name"),
        pytest.param({"name": "x" * 121}, id="a long name"),
        pytest.param({"name": EVIL}, id="markup and NUL"),
        pytest.param({"email": "ada"}, id="no address"),
        pytest.param({"email": "a@example.com\nBcc: b@example.com"}, id="another header"),
    ],
)
def test_withdraw__bad_input_changes_nothing(
    client: Client, order: Order, changes: dict[str, str]
) -> None:
    response = client.post(at(order, "withdraw"), statement(order, confirm="1", **changes))

    assert response.status_code == 422
    assert not ReturnRequest.objects.exists()
    assert not OrderEmail.objects.filter(kind="withdrawal").exists()


def test_withdraw__pressed_twice(client: Client, order: Order) -> None:
    for _ in range(2):
        client.post(at(order, "withdraw"), statement(order, confirm="1", **units(order, WAVES=3)))

    assert ReturnRequest.objects.count() == 1
    assert OrderEmail.objects.filter(kind="withdrawal").count() == 1


def test_withdraw__turned_off(client: Client, order: Order) -> None:
    ShopSettings.objects.update(withdrawal_days=0)

    assert "Withdraw from contract here" not in shown(client, order)
    assert client.post(at(order, "withdraw"), statement(order, confirm="1")).status_code == 302
    assert not ReturnRequest.objects.exists()


# --- Somebody else's -----------------------------------------------------------------------------


def test_strangers__see_nothing_and_do_nothing(client: Client, sent: Order) -> None:
    other = make_order({"WAVES": 1}, provider="demo")
    refunding.refund(sent, Wish({sent.lines.get(sku_id="FERN").pk: 1}), Decimal(9))
    note = CreditNote.objects.get()

    assert client.get(note.get_absolute_url().replace(sent.token, other.token)).status_code == 404
    for page in ("return", "withdraw"):
        for token in ("x" * 32, sent.number, str(sent.pk)):
            assert client.get(f"/checkout/{token}/{page}/").status_code == 404
        # Another order's lines under one's own address are not fields of its form.
        data = statement(sent, confirm="1", reason="x")
        client.post(at(other, page), data)
    assert not ReturnRequest.objects.exists()


# --- The way to an order -------------------------------------------------------------------------


@pytest.fixture
def asked(client: Client, order: Order) -> Any:
    def ask(number: str = order.number, email: str = "ada@example.com") -> Any:
        return client.post("/checkout/withdraw/", {"number": number, "email": email})

    return ask


def test_find__by_email_to_whoever_ordered(asked: Any, order: Order) -> None:
    response = asked(order.number.lower().replace("-", " "), "ADA@example.com")

    assert response.status_code == 200
    email = order.emails.get(kind="order_link")
    tasks.send_email(email.pk)
    assert mail.outbox[-1].to == ["ada@example.com"]
    assert order.public_url in mail.outbox[-1].body


def test_find__the_same_answer_for_wrong_data(asked: Any, order: Order) -> None:
    right = asked().content.decode()
    wrong = asked(number="2222-2222").content.decode()
    other = asked(email="eve@example.com").content.decode()

    assert wrong == right
    assert other.replace("eve@", "ada@") == right
    assert order.token not in right
    assert OrderEmail.objects.filter(kind="order_link").count() == 1


@pytest.mark.parametrize(("number", "email"), [("", "a@example.com"), (EVIL, EVIL), ("7", "x")])
def test_find__bad_input(asked: Any, number: str, email: str) -> None:
    assert asked(number, email).status_code == 422
    assert not OrderEmail.objects.filter(kind="order_link").exists()


def test_find__five_an_hour_for_one_address(asked: Any, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"find_order": "20/m/ip,5/h/key"}
    codes = [asked(number=f"2222-222{n}").status_code for n in range(6)]

    assert codes == [200] * 5 + [429]
    assert asked().status_code == 429
    assert not OrderEmail.objects.filter(kind="order_link").exists()


def test_find__linked_from_every_footer(client: Client, order: Order) -> None:
    assert 'href="/checkout/withdraw/"' in client.get("/basket/").content.decode()
    ShopSettings.objects.update(withdrawal_days=0)
    assert 'href="/checkout/withdraw/"' not in client.get("/basket/").content.decode()
