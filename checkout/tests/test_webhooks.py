"""Stripe's messages: signed, recorded, brought into the books once; everything else harmless."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import stripe
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from checkout.models import Invoice, Order, OrderEmail, PaymentEvent, PaymentStatus, Refund
from checkout.status import OrderStatus
from checkout.tests.stripe_events import URL, post
from products.models import Sku
from tests.stripe_stand_in import SECRET, StandIn

pytestmark = pytest.mark.django_db
S = OrderStatus


def session_of(order: Order) -> str:
    return str(order.payments.get().reference)


def stands() -> tuple[str, str, tuple[int, int], int, int]:
    """Order, payment, (on hand, reserved), invoices, e-mails owed."""
    order, sku = Order.objects.get(), Sku.objects.get()
    return (
        order.status,
        order.payments.get().status,
        (sku.on_hand, sku.reserved),
        Invoice.objects.count(),
        OrderEmail.objects.count(),
    )


UNTOUCHED = (S.PENDING, PaymentStatus.OPEN, (10, 2), 0, 0)
PAID = (S.PAID, PaymentStatus.SUCCEEDED, (8, 0), 1, 1)
EXPIRED = (S.EXPIRED, PaymentStatus.EXPIRED, (10, 0), 0, 0)
FAILED = (S.FAILED, PaymentStatus.FAILED, (10, 0), 0, 0)
ON_ITS_WAY = (S.PENDING, PaymentStatus.PROCESSING, (10, 2), 0, 0)


# --- Bad messages --------------------------------------------------------------------------------

COMPLETED = {"id": "evt_1", "type": "checkout.session.completed"}


def signed(body: bytes, secret: str = SECRET, age: int = 0) -> str:
    timestamp = int(time.time()) - age
    return str(
        stripe.WebhookSignature.generate_signature_header(
            body.decode(), secret, timestamp=timestamp
        )
    )


def body_of(event: Any) -> bytes:
    return json.dumps(event).encode()


GOOD = body_of(COMPLETED | {"data": {"object": {"id": "cs_1", "metadata": {}}}})
Signer = Callable[[bytes], str | None]
# Each: a body, and how its signature is made.
BAD_MESSAGES = [
    pytest.param(GOOD, lambda body: None, id="no signature"),
    pytest.param(GOOD, lambda body: "", id="empty signature"),
    pytest.param(GOOD, lambda body: "nonsense", id="no signature at all"),
    pytest.param(GOOD, lambda body: "t=1,v1=", id="half a signature"),
    pytest.param(GOOD, lambda body: f"t={int(time.time())},v1=é", id="not ASCII"),
    pytest.param(GOOD, lambda body: f"t=soon,v1={'0' * 64}", id="time is no number"),
    pytest.param(GOOD, lambda body: signed(body, "whsec_wrong"), id="wrong secret"),
    pytest.param(GOOD, lambda body: signed(body, age=400), id="old timestamp"),
    pytest.param(GOOD, lambda body: signed(body + b" "), id="body changed by a byte"),
    pytest.param(b"\xff\xfe", lambda body: signed(GOOD), id="not UTF-8"),
    pytest.param(b"", lambda body: signed(body), id="empty body"),
    pytest.param(b"not json", lambda body: signed(body), id="not JSON"),
    pytest.param(b"[]", lambda body: signed(body), id="a list"),
    pytest.param(b"null", lambda body: signed(body), id="null"),
    pytest.param(b"{}", lambda body: signed(body), id="no keys"),
    pytest.param(body_of(COMPLETED), lambda body: signed(body), id="no data"),
]
BAD_DATA = [
    pytest.param(None, id="null"),
    pytest.param({}, id="no object"),
    pytest.param({"object": None}, id="object is null"),
    pytest.param({"object": []}, id="object is a list"),
    pytest.param({"object": "cs_1"}, id="object is a text"),
    pytest.param({"object": {}}, id="object without an id"),
]


@pytest.mark.parametrize(("body", "sign"), BAD_MESSAGES)
def test_webhook__bad_message(order: Order, client: Client, body: bytes, sign: Signer) -> None:
    signature = sign(body)
    headers = {} if signature is None else {"Stripe-Signature": signature}

    response = client.post(URL, body, content_type="application/json", headers=headers)

    assert response.status_code == 400
    assert PaymentEvent.objects.count() == 0
    assert stands() == UNTOUCHED


@pytest.mark.parametrize("data", BAD_DATA)
def test_webhook__bad_data(order: Order, client: Client, stripe_api: StandIn, data: object) -> None:
    response = post(client, stripe_api, COMPLETED | {"data": data})

    assert response.status_code == 400
    assert PaymentEvent.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"metadata": None}, id="null"),
        pytest.param({"metadata": []}, id="a list"),
        pytest.param({"metadata": 5}, id="a number"),
        pytest.param({}, id="none"),
    ],
)
def test_webhook__metadata_of_any_kind(
    client: Client, stripe_api: StandIn, change: dict[str, Any]
) -> None:
    event = COMPLETED | {"data": {"object": {"id": "cs_1"} | change}}

    assert post(client, stripe_api, event).status_code == 200
    assert PaymentEvent.objects.count() == 0


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "options"])
def test_webhook__only_post(client: Client, method: str) -> None:
    assert getattr(client, method)(URL).status_code == 405


def test_webhook__without_a_secret_nothing_is_believed(
    order: Order, client: Client, stripe_api: StandIn, settings: Settings
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = []

    response = post(client, stripe_api, stripe_api.pay(session_of(order)))

    assert response.status_code == 400
    assert stands() == UNTOUCHED


def test_webhook__needs_no_token_of_ours(order: Order, stripe_api: StandIn, quiet: None) -> None:
    strict = Client(enforce_csrf_checks=True)

    assert post(strict, stripe_api, stripe_api.pay(session_of(order))).status_code == 200


# --- Good messages -------------------------------------------------------------------------------


def test_webhook__paid(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    event = stripe_api.pay(session_of(order))

    with django_capture_on_commit_callbacks(execute=True):
        response = post(client, stripe_api, event)

    assert response.status_code == 200
    assert stands() == PAID
    stored = PaymentEvent.objects.get()
    assert (stored.event_id, stored.type) == (event["id"], "checkout.session.completed")
    assert (stored.provider, stored.payment) == ("stripe", order.payments.get())
    assert stored.payload == event
    assert stored.processed_at is not None
    assert order.payments.get().charge == event["data"]["object"]["payment_intent"]


@pytest.mark.parametrize(
    "secrets",
    [
        pytest.param([SECRET, "whsec_next"], id="the old one"),
        pytest.param(["whsec_previous", SECRET], id="the new one"),
    ],
)
def test_webhook__while_the_secret_rolls(
    order: Order, client: Client, stripe_api: StandIn, settings: Settings, secrets: list[str]
) -> None:
    settings.STRIPE_WEBHOOK_SECRETS = secrets

    response = post(client, stripe_api, stripe_api.pay(session_of(order)))

    assert response.status_code == 200
    assert PaymentEvent.objects.count() == 1


@pytest.mark.parametrize(
    "kind",
    ["customer.created", "charge.updated", "checkout.session.unheard_of", "x" * 300, ""],
)
def test_webhook__unknown_type(
    order: Order, client: Client, stripe_api: StandIn, kind: str
) -> None:
    event = stripe_api.emit(kind, {"id": session_of(order), "metadata": {"bowerbird_order": "X"}})

    response = post(client, stripe_api, event)

    assert response.status_code == 200
    assert PaymentEvent.objects.count() == 0
    assert stands() == UNTOUCHED


def test_webhook__of_another_shop_at_the_same_account(
    order: Order, client: Client, stripe_api: StandIn
) -> None:
    event = stripe_api.pay(session_of(order))
    event["data"]["object"]["metadata"] = {"their_order": "7"}
    event["data"]["object"]["id"] = "cs_of_theirs"

    assert post(client, stripe_api, event).status_code == 200
    assert PaymentEvent.objects.count() == 0
    assert stands() == UNTOUCHED


def test_webhook__quicker_than_we_are(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """The shopper paid before the session was stored: Stripe is asked to send it again."""
    session = session_of(order)
    order.payments.update(reference=None, status=PaymentStatus.CREATED)
    event = stripe_api.pay(session)

    assert post(client, stripe_api, event).status_code == 409
    assert PaymentEvent.objects.count() == 0

    order.payments.update(reference=session, status=PaymentStatus.OPEN)
    with django_capture_on_commit_callbacks(execute=True):
        assert post(client, stripe_api, event).status_code == 200
    assert stands() == PAID


@pytest.mark.parametrize("times", [2, 5])
def test_webhook__the_same_again(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    times: int,
) -> None:
    event = stripe_api.pay(session_of(order))

    for _ in range(times):
        with django_capture_on_commit_callbacks(execute=True):
            assert post(client, stripe_api, event).status_code == 200

    assert stands() == PAID
    assert PaymentEvent.objects.count() == 1
    assert Refund.objects.count() == 0
    assert order.events.filter(what="status").count() == 1


def test_webhook__two_events_for_one_thing(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    event = stripe_api.pay(session_of(order))

    for number in (1, 2):
        with django_capture_on_commit_callbacks(execute=True):
            post(client, stripe_api, event | {"id": f"evt_{number}"})

    assert stands() == PAID
    assert PaymentEvent.objects.count() == 2
    assert Refund.objects.count() == 0


# Each: what happens at Stripe, in which order its events arrive, how the books stand then.
STORIES = [
    pytest.param(["pay"], [0], PAID, id="paid"),
    pytest.param(["expire"], [0], EXPIRED, id="expired"),
    pytest.param(["pay_later"], [0], ON_ITS_WAY, id="bank debit begun"),
    pytest.param(["pay_later", "arrive"], [0, 1], PAID, id="bank debit arrived"),
    pytest.param(["pay_later", "arrive"], [1, 0], PAID, id="arrived, then begun"),
    pytest.param(["pay_later", "arrive"], [1], PAID, id="begun was lost"),
    pytest.param(["pay_later", "bounce"], [0, 1], FAILED, id="bank debit refused"),
    pytest.param(["pay_later", "bounce"], [1, 0], FAILED, id="refused, then begun"),
]


@pytest.mark.parametrize(("acts", "arrive", "expected"), STORIES)
def test_webhook__a_story(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    acts: list[str],
    arrive: list[int],
    expected: object,
) -> None:
    hands = {
        "pay": stripe_api.pay,
        "pay_later": stripe_api.pay_later,
        "expire": stripe_api.expire,
        "arrive": stripe_api.settle,
        "bounce": lambda session: stripe_api.settle(session, succeeded=False),
    }
    events = [hands[act](session_of(order)) for act in acts]

    for place in arrive:
        with django_capture_on_commit_callbacks(execute=True):
            assert post(client, stripe_api, events[place]).status_code == 200

    assert stands() == expected
    assert Refund.objects.count() == 0
    assert PaymentEvent.objects.due().count() == 0


@pytest.mark.parametrize(
    "reverse", [pytest.param(False, id="in order"), pytest.param(True, id="the reverse")]
)
def test_webhook__completed_and_expired(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    reverse: bool,
) -> None:
    """Stripe never sends both, a bug of theirs or ours might: whoever paid has what they paid."""
    paid = stripe_api.pay(session_of(order))
    session = paid["data"]["object"] | {"status": "expired", "payment_status": "unpaid"}
    expired = stripe_api.emit("checkout.session.expired", session)

    for event in [expired, paid] if reverse else [paid, expired]:
        with django_capture_on_commit_callbacks(execute=True):
            assert post(client, stripe_api, event).status_code == 200

    assert stands() == PAID
    assert Refund.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"amount_total": 2799}, id="a penny short"),
        pytest.param({"amount_total": 28}, id="pounds for pence"),
        pytest.param({"amount_total": None}, id="no amount"),
        pytest.param({"currency": "eur"}, id="another currency"),
    ],
)
def test_webhook__amount_differs(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    change: dict[str, Any],
) -> None:
    event = stripe_api.pay(session_of(order))
    event["data"]["object"] |= change

    with django_capture_on_commit_callbacks(execute=True):
        assert post(client, stripe_api, event).status_code == 200

    assert stands() == (S.PENDING, PaymentStatus.HELD, (10, 2), 0, 0)
    assert order.events.filter(what="payment_held").count() == 1


def test_webhook__after_cancelling_the_money_goes_back(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    quiet: None,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    event = stripe_api.pay(session_of(order))
    order.transition_to(S.CANCELLED)

    with django_capture_on_commit_callbacks(execute=True):
        post(client, stripe_api, event)

    [refund] = stripe_api.refunds.values()
    assert refund["amount"] == 2800
    assert Order.objects.get().status == S.REFUNDED
    assert Refund.objects.get().reference == refund["id"]


def test_webhook__whole_way_to_the_mailbox(
    order: Order,
    client: Client,
    stripe_api: StandIn,
    mailoutbox: list[EmailMultiAlternatives],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    """Webhook, paid, invoice numbered and rendered, one e-mail with it; twice changes nothing."""
    event = stripe_api.pay(session_of(order))

    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            assert post(client, stripe_api, event).status_code == 200

    assert stands() == PAID
    invoice = Invoice.objects.get()
    assert invoice.rendered_at is not None
    [mail] = mailoutbox
    assert mail.to == ["ada@example.com"]
    [attached] = mail.attachments
    assert attached[0] == invoice.file_name
    assert attached[1][:5] == b"%PDF-"
    assert OrderEmail.objects.get().sent_at is not None
    assert Order.objects.get().total == Decimal("28.00")
