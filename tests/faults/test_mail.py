"""The mail server is busy, refuses, hangs or dies: each e-mail arrives once, or staff are told."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from checkout import emails, tasks
from checkout.models import OrderEmail
from checkout.models.order_emails import EmailState
from checkout.tests.factories import make_order
from content.mail_server import Failure
from products.tests.factories import make_product
from tests.faults.mail_stand_in import HANG, HANG_UP, MailServer, mail_server
from tests.services import free_port

pytestmark = pytest.mark.django_db
SILENCE = 0.4  # seconds that we wait for an answer here; ten in production
LATER = timedelta(minutes=10)


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as stand_in:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", stand_in.port
        settings.EMAIL_TIMEOUT = SILENCE
        yield stand_in


@pytest.fixture
def due() -> OrderEmail:
    make_product("Wävès", sku="WAVES")
    return make_order({"WAVES": 1}).emails.get()


@dataclass(frozen=True)
class Trouble:
    """What goes wrong, what we know of it then, and how many e-mails it costs in the end."""

    answers: dict[str, str]
    state: EmailState
    failure: str
    copies: int = 1


RETRYING, FAILED, SENT = EmailState.RETRYING, EmailState.FAILED, EmailState.SENT
TROUBLES = {
    "busy": Trouble({"HELLO": "421 later"}, RETRYING, Failure.NOT_NOW),
    "address greylisted": Trouble({"RCPT": "450 later"}, RETRYING, Failure.NOT_NOW),
    "mailbox full": Trouble({".": "452 full"}, RETRYING, Failure.NOT_NOW),
    "sender refused": Trouble({"MAIL": "553 who?"}, RETRYING, Failure.SIGN_IN),
    "says nothing": Trouble({"HELLO": HANG}, RETRYING, Failure.SILENT),
    "stops in the middle": Trouble({"RCPT": HANG}, RETRYING, Failure.SILENT),
    "hangs up": Trouble({"DATA": HANG_UP}, RETRYING, Failure.SILENT),
    "no such address": Trouble({"RCPT": "550 nobody"}, FAILED, Failure.ADDRESS),
    "takes it for spam": Trouble({".": "554 spam"}, FAILED, Failure.CONTENT),
    "hangs at goodbye": Trouble({"QUIT": HANG}, SENT, ""),
    "hangs up at goodbye": Trouble({"QUIT": HANG_UP}, SENT, ""),
    # It has it, and we cannot know: the one double that SMTP leaves, with the same Message-ID.
    "takes it and says nothing": Trouble({".": HANG}, RETRYING, Failure.SILENT, copies=2),
    "takes it and dies": Trouble({".": HANG_UP}, RETRYING, Failure.SILENT, copies=2),
}


@pytest.mark.parametrize("what", TROUBLES)
def test_mail__arrives_or_staff_are_told(what: str, server: MailServer, due: OrderEmail) -> None:
    trouble = TROUBLES[what]
    server.trouble = trouble.answers
    began = time.monotonic()

    tasks.send_due_emails()

    assert time.monotonic() - began < 20 * SILENCE
    due.refresh_from_db()
    assert (due.state, due.last_error) == (trouble.state, trouble.failure)
    assert OrderEmail.objects.in_trouble().exists() is (trouble.state == FAILED)

    server.trouble = {}
    with time_machine.travel(timezone.now() + LATER):
        tasks.send_due_emails()
        if trouble.state == FAILED:
            assert server.taken == []
            emails.send_again(due)
            tasks.send_due_emails()
        tasks.send_due_emails()

    due.refresh_from_db()
    assert due.state == SENT
    assert [mail["Message-ID"] for mail in server.taken] == [
        emails.message_id(due)
    ] * trouble.copies
    assert server.taken[0]["To"] == "ada@example.com"


def test_mail__no_server_at_all(server: MailServer, due: OrderEmail, settings: Settings) -> None:
    there = settings.EMAIL_PORT
    settings.EMAIL_PORT = free_port()
    tasks.send_due_emails()
    due.refresh_from_db()
    assert (due.state, due.last_error) == (RETRYING, Failure.SILENT)

    settings.EMAIL_PORT = there
    with time_machine.travel(timezone.now() + LATER):
        tasks.send_due_emails()

    assert len(server.taken) == 1
