"""What shoppers are told once their order stands: sent, cancelled, refunded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client
from django.urls import reverse
from django.utils import translation

from checkout import emails, paying, refunding, sending, settling, tasks
from checkout.carriers import Carrier
from checkout.models import EmailKind, Order, OrderEmail, Refund, Tracking
from checkout.placing import new_payment
from checkout.tests.factories import ADDRESS, make_order
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
EVIL = '=HYPERLINK("x")<img src=x onerror=alert(1)>'
TRACKING = Tracking(carrier=Carrier.EVRI, number="H01ABC")


def make(provider: str = "demo", language: str = "en", **changes: Any) -> Order:
    set_up_shop(name="Bower", email="shop@bower.example")
    make_product("Waves", sku="WAVES", price="12.00")
    with translation.override(language):
        return make_order({"WAVES": 2}, provider=provider, **changes)


def make_paid(**changes: Any) -> Order:
    order = make("bank_transfer", **changes)
    settling.mark_paid_by_hand(order, None)
    return Order.objects.get(pk=order.pk)


def built(order: Order, kind: EmailKind) -> tuple[str, str, str]:
    """Subject, text and HTML of the last of its kind."""
    email = order.emails.filter(kind=kind).last()
    assert email is not None
    message: EmailMultiAlternatives = emails.build(email)
    [alternative] = message.alternatives
    assert message.to == [order.email]
    notes = [note.file_name for note in order.credit_notes.all()]
    assert [file[0] for file in message.attachments] == (notes if kind == "refunded" else [])
    return str(message.subject), str(message.body), str(alternative[0])


def refund(order: Order, note: str = "") -> Refund:
    [owed] = refunding.refund_in_full(order, order.total, restock=False, note=note)
    refunding.confirm_by_hand(owed)
    return owed


# --- Sent ----------------------------------------------------------------------------------------


def test_sent__says_how_to_follow_it() -> None:
    order = make_paid()
    sending.send(order, TRACKING)

    subject, *parts = built(order, EmailKind.SENT)

    assert subject == f"Your order {order.number} is on its way · Bower"
    for part in parts:
        for fact in ("Evri", "H01ABC", "https://www.evri.com/track/parcel/H01ABC", "Waves"):
            assert fact in part
        assert order.public_url in part


def test_sent__without_tracking() -> None:
    order = make_paid()
    sending.send(order, Tracking())

    _subject, *parts = built(order, EmailKind.SENT)

    for part in parts:
        assert "Tracking number" not in part
        assert "Follow the parcel" not in part
        assert "on its way to you" in part


def test_sent__the_correction_says_that_it_is_one() -> None:
    order = make_paid()
    shipment = sending.send(order, TRACKING)
    OrderEmail.objects.update(attempts=1)
    sending.correct(shipment, Tracking(number="NEW-1"), tell=True)

    subject, text, html = built(order, EmailKind.SENT)

    assert subject == f"How to follow your order {order.number} · Bower"
    for part in (text, html):
        assert "NEW-1" in part
        assert "H01ABC" not in part


# --- Cancelled -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("provider", "money"), [("demo", False), ("bank_transfer", True)])
def test_cancelled__short(provider: str, money: bool) -> None:
    order = make(provider)
    paying.cancel(order)

    subject, text, html = built(order, EmailKind.CANCELLED)

    assert subject == f"Your order {order.number} is cancelled · Bower"
    for part in (text, html):
        assert "there is nothing to pay" in part
        assert ("If your money is on its way already" in part) is money
        assert "Waves" not in part


def test_cancelled__by_the_shopper(client: Client) -> None:
    order = make()

    for _ in range(2):
        client.post(reverse("checkout:cancel", args=[order.token]))

    assert [email.kind for email in order.emails.all()] == ["cancelled"]


def test_expired__nothing_is_written() -> None:
    order = make()
    Order.objects.update(expires_at=order.placed_at)

    tasks.release_expired()

    assert Order.objects.get().status == "expired"
    assert not OrderEmail.objects.exists()


# --- Refunded ------------------------------------------------------------------------------------


def test_refunded__how_much_and_why() -> None:
    order = make_paid()
    refund(order, note="The frame was cracked & you're right.")

    subject, text, html = built(order, EmailKind.REFUNDED)

    assert subject == f"Money back for your order {order.number} · Bower"
    for part in (text, html):
        assert "£28.00" in part
        assert "We give you back the money of this order" in part
        assert "up to ten days" in part
    assert "The frame was cracked & you're right." in text
    assert "cracked &amp; you" in html


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("duplicate", "was paid twice"),
        ("cancelled", "arrived after the order was cancelled"),
        ("sold_out", "had run out of time"),
    ],
)
def test_refunded__says_what_happened(reason: str, words: str) -> None:
    order = make_paid()
    other = new_payment(order, attempt=2)
    owed = Refund.objects.create(payment=other, amount=other.amount, reason=reason, by_hand=True)
    refunding.confirm_by_hand(owed)

    _subject, text, html = built(order, EmailKind.REFUNDED)

    assert words in text
    assert words in html


def test_refunded__one_each() -> None:
    order = make_paid()
    payment = order.payments.get()
    for number, amount in ((1, 5), (2, 6)):
        owed = Refund.objects.create(
            payment=payment,
            amount=Decimal(amount),
            reason="shop",
            number=number,
            by_hand=True,
        )
        refunding.confirm_by_hand(owed)

    told = [str(email.refund) for email in order.emails.filter(kind="refunded").order_by("pk")]
    assert told == ["5.000 GBP", "6.000 GBP"]
    assert "a part of the money" in built(order, EmailKind.REFUNDED)[1]


# --- All of them ---------------------------------------------------------------------------------


def each_kind(**changes: Any) -> list[tuple[str, str, str]]:
    order = make_paid(**changes)
    sending.send(order, Tracking(Carrier.OTHER, EVIL, "1"))
    refund(order, note=EVIL)
    emails.owe(order, EmailKind.CANCELLED)
    return [
        built(order, kind) for kind in (EmailKind.SENT, EmailKind.REFUNDED, EmailKind.CANCELLED)
    ]


def test_all__hostile_words_do_no_harm() -> None:
    for subject, text, html in each_kind(delivery=ADDRESS | {"name": EVIL}):
        assert "<img" not in html
        assert "\n" not in subject
        assert EVIL not in subject
        assert "&lt;" not in text


def test_all__a_shop_name_adds_no_header() -> None:
    order = make_paid()
    sending.send(order, Tracking())
    set_up_shop(name="Bower\r\nBcc: everyone@example.com")

    message = emails.build(OrderEmail.objects.get(kind="sent"))

    assert message.message()["Bcc"] is None
    assert "\n" not in message.subject


def test_all__in_the_order_s_language_and_without_reaching_out() -> None:
    for _subject, _text, html in each_kind(language="de"):
        assert '<html lang="de"' in html
        for reaching in ("<link", "<img", "<script", "url("):
            assert reaching not in html


def test_all__sent_once(mailoutbox: list[EmailMultiAlternatives]) -> None:
    each_kind()
    tasks.render_due_invoices()

    for _ in range(3):
        tasks.send_due_emails()

    kinds = sorted(OrderEmail.objects.values_list("kind", flat=True))
    assert len(mailoutbox) == len(kinds) == 5
    assert OrderEmail.objects.due().count() == 0
