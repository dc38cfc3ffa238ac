"""E-mails to shoppers: owed once, sent once, whatever the mail server does."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from smtplib import (
    SMTPAuthenticationError,
    SMTPConnectError,
    SMTPDataError,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from socket import gaierror
from typing import Any, ClassVar

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.locmem import EmailBackend as Mailbox
from django.utils import timezone, translation
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from checkout import emails, settling, tasks
from checkout.models import EmailKind, Invoice, Order, OrderAddress, OrderEmail
from checkout.models.order_emails import EmailState
from checkout.tests.factories import ADDRESS, make_order
from content import letters
from content.mail_server import Failure
from content.models import Wording
from content.tests.factories import set_up_shop
from products.tests.factories import make_product

pytestmark = pytest.mark.django_db
NOW = timezone.now()
Outbox = list[EmailMultiAlternatives]


class BrokenServer(BaseEmailBackend):
    """A mail server that fails in the way of `error`."""

    error: ClassVar[Exception] = SMTPServerDisconnected("gone")

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise self.error


class BusyServer(Mailbox):
    """A mail server so slow that a second worker comes while the first is sending."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        second_worker.append(emails.send(OrderEmail.objects.get().pk))
        sent: int = super().send_messages(messages)
        return sent


second_worker: list[bool] = []


@pytest.fixture
def order() -> Order:
    """By bank transfer: 28.00, announced with an e-mail that is due."""
    set_up_shop(name="Bower", email="shop@bower.example", bank_iban="GB29 NWBK 6016 1331 9268 19")
    make_product("Waves & <Tides>", sku="WAVES", price="12.00")
    return make_order({"WAVES": 2}, delivery=ADDRESS | {"name": "Ada <b>O'Neill</b> & Co"})


@pytest.fixture
def due(order: Order) -> OrderEmail:
    return OrderEmail.objects.get(kind=EmailKind.RECEIVED)


def mark_paid(order: Order) -> OrderEmail:
    settling.mark_paid_by_hand(order, None)
    return order.emails.get(kind=EmailKind.CONFIRMED)


def parts(message: EmailMultiAlternatives) -> tuple[str, str]:
    """Text and HTML."""
    [alternative] = message.alternatives
    assert alternative[1] == "text/html"
    return str(message.body), str(alternative[0])


# --- What it says --------------------------------------------------------------------------------


def test_received__says_where_to_send_how_much(due: OrderEmail) -> None:
    message = emails.build(due)

    text, html = parts(message)
    assert message.subject == f"We have your order {due.order.number} · Bower"
    assert message.to == ["ada@example.com"]
    assert message.reply_to == ["shop@bower.example"]
    assert message.attachments == []
    for part in (text, html):
        assert "GB29 NWBK 6016 1331 9268 19" in part
        assert due.order.number in part
        assert "£28.00" in part
        assert due.order.public_url in part


def test_confirmed__brings_the_invoice(order: Order) -> None:
    message = emails.build(mark_paid(order))

    invoice = Invoice.objects.get()
    [(name, content, kind)] = [tuple(one) for one in message.attachments]
    assert (name, kind) == (f"{invoice.number}.pdf", "application/pdf")
    assert bytes(content).startswith(b"%PDF-")
    assert message.subject == f"Your order {order.number} is paid · Bower"
    assert all(invoice.number in part for part in parts(message))


def test_content__escaped_in_html_and_plain_in_text(due: OrderEmail) -> None:
    text, html = parts(emails.build(due))

    assert "Waves & <Tides>" in text
    assert "Ada <b>O'Neill</b> & Co" in text
    assert "<Tides>" not in html
    assert "<b>O" not in html
    assert "Waves &amp; &lt;Tides&gt;" in html


def test_content__styled_without_reaching_out(due: OrderEmail) -> None:
    """Style sits on the elements; nothing is loaded, so nobody is told that the mail was read."""
    _text, html = parts(emails.build(due))

    assert ' style="' in html
    for reaching in ("<link", "<img", "<script", "url("):
        assert reaching not in html


@pytest.mark.parametrize(
    ("language", "total"),
    [pytest.param("en", "£28.00", id="English"), pytest.param("de", "28,00\xa0£", id="German")],
)
def test_language__of_the_order_not_of_the_worker(language: str, total: str) -> None:
    make_product(sku="WAVES", price="12.00")
    with translation.override(language):
        order = make_order({"WAVES": 2})
    with translation.override("fr"):
        text, html = parts(emails.build(order.emails.get()))
        assert translation.get_language() == "fr"

    assert f'<html lang="{language}"' in html
    assert total in text
    assert total in html.replace("&nbsp;", "\xa0")


def test_subject__is_one_line(due: OrderEmail) -> None:
    set_up_shop(name="Bower\r\nBcc: everyone@example.com")

    message = emails.build(OrderEmail.objects.get())

    assert "\n" not in message.subject
    assert message.message()["Bcc"] is None


def test_message_id__stable(due: OrderEmail, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Bower <shop@bower.example>"
    number = due.order.number.lower()

    first, second = (emails.build(due).message()["Message-ID"] for _ in range(2))

    assert first == second == f"<order-{number}-received-{due.pk}@bower.example>"


def test_message_id__another_for_another(order: Order, due: OrderEmail) -> None:
    assert emails.message_id(due) != emails.message_id(mark_paid(order))


# --- Owed once, sent once ------------------------------------------------------------------------


def test_owe__once_a_kind(order: Order) -> None:
    for _ in range(3):
        emails.owe(order, EmailKind.RECEIVED)
    emails.owe(order, EmailKind.CONFIRMED)

    assert sorted(order.emails.values_list("kind", flat=True)) == ["confirmed", "received"]


def test_owe__sent_after_the_commit(
    mailoutbox: Outbox, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make_product(sku="WAVES")
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        order = make_order({"WAVES": 1})
        assert mailoutbox == []

    assert len(callbacks) == 1
    assert [mail.to for mail in mailoutbox] == [[order.email]]


def test_send__once(due: OrderEmail, mailoutbox: Outbox) -> None:
    assert [emails.send(due.pk) for _ in range(3)] == [True, False, False]

    assert len(mailoutbox) == 1
    due.refresh_from_db()
    assert due.sent_at is not None
    assert (due.attempts, due.claimed_until, due.last_error) == (1, None, "")
    assert emails.due() == []


def test_send__by_two_workers_at_once(
    due: OrderEmail, mailoutbox: Outbox, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.BusyServer"
    second_worker.clear()

    assert emails.send(due.pk) is True

    assert second_worker == [False]
    assert len(mailoutbox) == 1
    due.refresh_from_db()
    assert due.attempts == 1


def test_send__not_while_somebody_else_has_it(due: OrderEmail, mailoutbox: Outbox) -> None:
    """A worker that was killed keeps its claim for a while, then loses it."""
    OrderEmail.objects.update(claimed_until=NOW + timedelta(minutes=5))

    with time_machine.travel(NOW + timedelta(minutes=4)):
        assert emails.due() == []
        assert emails.send(due.pk) is False
    with time_machine.travel(NOW + timedelta(minutes=6)):
        assert emails.due() == [due.pk]
        assert emails.send(due.pk) is True

    assert len(mailoutbox) == 1


def test_send__unknown(mailoutbox: Outbox) -> None:
    assert emails.send(12345) is False
    assert mailoutbox == []


# --- A mail server that fails --------------------------------------------------------------------


FAILURES = {
    "hung up": (SMTPServerDisconnected("gone"), Failure.SILENT),
    "nobody there": (ConnectionRefusedError(111, "refused"), Failure.SILENT),
    "too slow": (TimeoutError("slow"), Failure.SILENT),
    "unknown host": (gaierror(-2, "unknown"), Failure.SILENT),
    "greylisted": (SMTPRecipientsRefused({"ada@example.com": (450, b"later")}), Failure.NOT_NOW),
    "mailbox full": (SMTPDataError(452, b"ada@example.com"), Failure.NOT_NOW),
    "no service": (SMTPConnectError(554, b"no"), Failure.NOT_NOW),
    "wrong password": (SMTPAuthenticationError(535, b"no"), Failure.SIGN_IN),
    "not our sender": (SMTPSenderRefused(553, b"no", "shop@bower.example"), Failure.SIGN_IN),
    "anything else": (ValueError("odd"), Failure.OTHER),
}
FINAL_FAILURES = {
    "no such mailbox": (SMTPRecipientsRefused({"ada@example.com": (550, b"no")}), Failure.ADDRESS),
    "no such letters": (SMTPNotSupportedError("SMTPUTF8"), Failure.ADDRESS),
    "taken for spam": (SMTPDataError(554, b"ada@example.com is popular"), Failure.CONTENT),
}


def fail(due: OrderEmail, error: Exception, monkeypatch: pytest.MonkeyPatch) -> OrderEmail:
    monkeypatch.setattr(BrokenServer, "error", error)
    monkeypatch.setattr(django_settings, "EMAIL_BACKEND", f"{__name__}.BrokenServer")
    tasks.send_email(due.pk)
    monkeypatch.undo()
    due.refresh_from_db()
    return due


@pytest.mark.parametrize("what", FAILURES)
def test_failure__stays_due(
    due: OrderEmail,
    mailoutbox: Outbox,
    what: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    error, failure = FAILURES[what]
    with caplog.at_level(logging.WARNING):
        fail(due, error, monkeypatch)

    assert (due.sent_at, due.failed_at, due.attempts) == (None, None, 1)
    assert (due.last_error, due.state) == (failure, EmailState.RETRYING)
    assert OrderEmail.objects.due().exists()
    assert mailoutbox == []
    assert "not sent" in caplog.text
    assert "ada@example.com" not in caplog.text


@pytest.mark.parametrize("what", FINAL_FAILURES)
def test_failure__final_at_once_where_the_server_says_so(
    due: OrderEmail, mailoutbox: Outbox, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, failure = FINAL_FAILURES[what]
    fail(due, error, monkeypatch)

    assert (due.sent_at, due.attempts, due.claimed_until) == (None, 1, None)
    assert (due.last_error, due.state) == (failure, EmailState.FAILED)
    with time_machine.travel(NOW + timedelta(days=30)):
        assert emails.due() == []
        assert emails.send(due.pk) is False
    assert mailoutbox == []


def test_failure__does_not_undo_the_order(
    settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    make_product(sku="WAVES")

    with django_capture_on_commit_callbacks(execute=True):
        order = make_order({"WAVES": 1})

    assert Order.objects.filter(pk=order.pk).exists()
    assert OrderEmail.objects.due().count() == 1


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 60), (2, 120), (3, 240), (6, 1920), (7, 3600), (20, 3600)]
)
def test_failure__backs_off(
    due: OrderEmail,
    settings: Settings,
    failures: int,
    seconds: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(emails.random, "uniform", lambda low, high: low)
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    OrderEmail.objects.update(attempts=failures - 1)

    with time_machine.travel(NOW, tick=False):
        tasks.send_email(due.pk)

    due.refresh_from_db()
    assert due.attempts == failures
    assert due.claimed_until == NOW + timedelta(seconds=seconds)
    with time_machine.travel(NOW + timedelta(seconds=seconds - 1)):
        assert emails.due() == []
    with time_machine.travel(NOW + timedelta(seconds=seconds + 1)):
        assert emails.due() == [due.pk]


def test_failure__caught_up_later(due: OrderEmail, settings: Settings, mailoutbox: Outbox) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    tasks.send_due_emails()
    tasks.send_due_emails()
    settings.EMAIL_BACKEND = working
    tasks.send_due_emails()
    assert mailoutbox == []  # its back-off is not over

    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        tasks.send_due_emails()
        tasks.send_due_emails()

    assert len(mailoutbox) == 1
    due.refresh_from_db()
    assert (due.attempts, due.last_error) == (2, "")


def test_failure__not_all_at_the_same_moment(due: OrderEmail, settings: Settings) -> None:
    """Else a mail server that comes back is overrun at once."""
    settings.EMAIL_BACKEND = f"{__name__}.BrokenServer"
    waits = set()
    for _ in range(4):
        OrderEmail.objects.update(attempts=0, claimed_until=None)
        with time_machine.travel(NOW, tick=False):
            tasks.send_email(due.pk)
        due.refresh_from_db()
        assert due.claimed_until is not None
        waits.add((due.claimed_until - NOW).total_seconds())

    assert len(waits) > 1
    assert all(60 <= seconds <= 72 for seconds in waits)


def test_failure__given_up_in_the_end(due: OrderEmail, monkeypatch: pytest.MonkeyPatch) -> None:
    OrderEmail.objects.update(attempts=emails.MAX_ATTEMPTS - 2)
    assert fail(due, TimeoutError(), monkeypatch).state == EmailState.RETRYING
    OrderEmail.objects.update(claimed_until=None)

    assert fail(due, TimeoutError(), monkeypatch).state == EmailState.FAILED
    assert emails.due() == []


# --- What was sent, and sending again -----------------------------------------------------------


def test_sent__kept_as_it_was(due: OrderEmail) -> None:
    emails.send(due.pk)
    Wording.objects.create(letter="order-received", language="en", subject="Other")
    Order.objects.update(email="grace@example.com")

    due.refresh_from_db()
    assert due.subject == f"We have your order {due.order.number} · Bower"
    assert (due.sent_to, due.state) == ("ada@example.com", EmailState.SENT)


def test_sent__noted_before_goodbye(due: OrderEmail, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is killed while it hangs up has noted that the e-mail is out."""
    noted: list[bool] = []

    def hang_up(self: Mailbox) -> None:
        noted.append(OrderEmail.objects.get().sent_at is not None)
        raise SMTPServerDisconnected

    monkeypatch.setattr(Mailbox, "close", hang_up)

    assert emails.send(due.pk) is True
    assert noted == [True]
    assert OrderEmail.objects.get().state == EmailState.SENT


def test_thread__later_ones_answer_the_first(order: Order, due: OrderEmail) -> None:
    first = emails.build(due).message()
    second = emails.build(mark_paid(order)).message()

    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]


def test_send_again__one_that_failed_is_the_same_one(
    due: OrderEmail, mailoutbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(due, FINAL_FAILURES["no such mailbox"][0], monkeypatch)

    emails.send_again(due)
    tasks.send_due_emails()

    assert len(mailoutbox) == 1
    assert [email.state for email in OrderEmail.objects.all()] == [EmailState.SENT]


def test_send_again__one_that_was_sent_is_another_one(
    order: Order, due: OrderEmail, mailoutbox: Outbox
) -> None:
    tasks.send_due_emails()

    emails.send_again(due)
    emails.send_again(due)  # a second press
    tasks.send_due_emails()

    assert [mail.extra_headers["Message-ID"] for mail in mailoutbox] == [
        emails.message_id(email) for email in OrderEmail.objects.order_by("edition")
    ]
    assert len(mailoutbox) == 2
    assert order.events.filter(what="email_again").count() == 2


def test_send_again__not_while_it_is_being_sent(due: OrderEmail) -> None:
    until = NOW + timedelta(minutes=5)
    OrderEmail.objects.update(claimed_until=until, attempts=3)

    emails.send_again(due)

    due.refresh_from_db()
    assert (due.claimed_until, due.attempts) == (until, 3)


def test_correct_address__and_send_what_could_not_be_delivered(
    order: Order, due: OrderEmail, mailoutbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks.send_due_emails()
    failed = mark_paid(order)
    tasks.render_due_invoices()
    fail(failed, FINAL_FAILURES["no such mailbox"][0], monkeypatch)

    assert emails.correct_address(order, "grace@example.com", again=True) is True
    tasks.send_due_emails()

    assert [mail.to for mail in mailoutbox] == [["ada@example.com"], ["grace@example.com"]]
    event = order.events.get(what="email_corrected")
    assert event.data == {"before": "ada@example.com", "after": "grace@example.com"}


def test_correct_address__without_sending(
    order: Order, due: OrderEmail, mailoutbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail(due, FINAL_FAILURES["no such mailbox"][0], monkeypatch)

    assert emails.correct_address(order, "grace@example.com", again=False) is True
    assert emails.correct_address(order, "grace@example.com", again=False) is False
    tasks.send_due_emails()

    assert mailoutbox == []
    assert order.events.filter(what="email_corrected").count() == 1


def test_catch_up__one_that_fails_does_not_hold_up_the_others(
    order: Order, mailoutbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_order({"WAVES": 1}, email="grace@example.com")
    real = emails.build

    def build(email: OrderEmail) -> Any:
        if email.order_id == order.pk:
            raise SMTPServerDisconnected
        return real(email)

    monkeypatch.setattr(emails, "build", build)

    tasks.send_due_emails()

    assert [mail.to for mail in mailoutbox] == [[other.email]]
    assert OrderEmail.objects.due().get().order == order


# --- The shop's own words ------------------------------------------------------------------------


def test_own_words__in_html_and_text(order: Order, due: OrderEmail) -> None:
    Wording.objects.create(
        letter="order-received",
        language="en",
        subject="{shop} keeps {number}",
        heading="Dear {name}",
        opening="One <i>moment</i>.\n\nYou owe {total}.",
        closing="Bye",
    )

    message = emails.build(due)

    text, html = parts(message)
    assert message.subject == f"Bower keeps {order.number}"
    assert text.startswith("Dear Ada Lovelace\n\nOne <i>moment</i>.\n\nYou owe £28.00.\n")
    assert text.index("GB29 NWBK") < text.index("\nBye\n") < text.index("A question?")
    assert "Dear Ada Lovelace</h1>" in html
    assert "One &lt;i&gt;moment&lt;/i&gt;.</p>" in html
    assert "You owe £28.00.</p>" in html
    assert "We have your order" not in text + html


def test_own_words__of_the_orders_language(due: OrderEmail) -> None:
    Wording.objects.create(letter="order-received", language="de", subject="Danke")

    assert emails.build(due).subject == f"We have your order {due.order.number} · Bower"
    Order.objects.update(language="de")
    assert emails.build(OrderEmail.objects.get()).subject == "Danke"


def test_own_words__a_customers_name_is_only_a_name(order: Order, due: OrderEmail) -> None:
    Wording.objects.create(letter="order-received", language="en", subject="For {name}")
    evil = "{total} {{ x }}\r\nBcc: everyone@example.com"
    OrderAddress.objects.filter(kind="billing").update(name=evil)

    message = emails.build(OrderEmail.objects.get())

    assert message.subject == "For {total} {{ x }} Bcc: everyone@example.com"
    assert message.message()["Bcc"] is None


@pytest.mark.parametrize("kind", EmailKind)
def test_every_kind__has_its_words(kind: EmailKind) -> None:
    assert letters.get(f"order-{kind}").label
