"""Handing an e-mail to the mail server, and what its refusals mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from smtplib import (
    SMTPAuthenticationError,
    SMTPDataError,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPSenderRefused,
    SMTPServerDisconnected,
)
from socket import gaierror

from django.core.mail import EmailMessage, get_connection
from django.db import models
from django.utils.translation import gettext_lazy as _


class Failure(models.TextChoices):
    """Why an e-mail was not taken, as staff read it. Mail servers quote addresses in theirs."""

    ADDRESS = "address", _("the mail server does not take this address")
    CONTENT = "content", _("the mail server does not take this e-mail")
    NOT_NOW = "not_now", _("the mail server does not take it now")
    SIGN_IN = "sign_in", _("the mail server does not let the shop in")
    SILENT = "silent", _("the mail server did not answer")
    OTHER = "other", _("it could not be made or sent: the log says why")


# A repetition will not change the server's mind.
FINAL = frozenset({Failure.ADDRESS, Failure.CONTENT})


def failure_in(error: Exception) -> Failure:
    """What an exception of `handing_over` means. A refusal is final only where it says 5xx."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _said in error.recipients.values()]
        return Failure.ADDRESS if min(codes, default=0) >= 500 else Failure.NOT_NOW
    if isinstance(error, SMTPNotSupportedError):
        return Failure.ADDRESS  # in letters that this server cannot write
    if isinstance(error, SMTPDataError):
        return Failure.CONTENT if error.smtp_code >= 500 else Failure.NOT_NOW
    if isinstance(error, SMTPAuthenticationError | SMTPSenderRefused):
        return Failure.SIGN_IN
    if isinstance(error, SMTPServerDisconnected | ConnectionError | TimeoutError | gaierror):
        return Failure.SILENT
    return Failure.NOT_NOW if isinstance(error, SMTPException) else Failure.OTHER


@contextmanager
def handing_over(message: EmailMessage) -> Iterator[None]:
    """Inside the block the mail server has said yes, and we have not said goodbye yet.

    Who is killed before noting that will send it again: so note it here, at once.
    """
    connection = get_connection()
    connection.open()
    try:
        message.connection = connection
        message.send()
        yield
    finally:
        with suppress(SMTPException, OSError):
            connection.close()
