"""E-mails to shoppers: owed in the transaction that causes them, sent by a task."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, prefetch_related_objects
from django.utils import timezone, translation

from checkout import credit_notes, invoices
from checkout.letters import contents_of, letter_of
from checkout.models import EmailKind, Invoice, Order, OrderEmail, Refund, ReturnRequest
from checkout.models.order_emails import OrderEmailQuerySet
from content.mail import sending_domain, write
from content.mail_server import FINAL, Failure, failure_in, handing_over

MAX_ATTEMPTS = 50


def owe(
    order: Order,
    kind: EmailKind,
    *,
    refund: Refund | None = None,
    return_request: ReturnRequest | None = None,
    edition: int = 1,
) -> None:
    """Inside the caller's transaction: the e-mail is due once, whatever happens next."""
    email, is_new = OrderEmail.objects.get_or_create(
        order=order, kind=kind, refund=refund, return_request=return_request, edition=edition
    )
    if is_new:
        _send_on_commit(email)


def owe_first(order: Order, kind: EmailKind) -> None:
    """Of an order that the caller's transaction writes: none can be due, so none is looked for."""
    _send_on_commit(OrderEmail.objects.create(order=order, kind=kind))


def _send_on_commit(email: OrderEmail) -> None:
    from checkout.tasks import send_email

    send_email.delay_on_commit(email.pk)


def owe_again(
    order: Order,
    kind: EmailKind,
    *,
    refund: Refund | None = None,
    return_request: ReturnRequest | None = None,
) -> None:
    """One more. None is added while one that nobody has begun to send is due."""
    about: dict[str, Any] = {"refund": refund, "return_request": return_request}
    alike = order.emails.filter(kind=kind, **about)
    if not alike.due().filter(attempts=0).exists():
        owe(order, kind, edition=alike.count() + 1, **about)


def send_again(email: OrderEmail, actor: Any = None) -> None:
    """Staff want it sent: now, where it failed or waits for its next try; else once more."""
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=email.order_id)
        if not _revive(order.emails.filter(pk=email.pk)):
            owe_again(
                order,
                EmailKind(email.kind),
                refund=email.refund,
                return_request=email.return_request,
            )
        order.record("email_again", actor=actor, kind=email.kind)


def correct_address(order: Order, address: str, *, again: bool, actor: Any = None) -> bool:
    """Write to another address from now on. False where that is what we knew.

    `again`: whatever could not be delivered is sent to it.
    """
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        before, locked.email = locked.email, address
        if before != address:
            locked.save(update_fields=["email"])
            locked.record("email_corrected", actor=actor, before=before, after=address)
        if again:
            _revive(locked.emails.all())
    return before != address


def due() -> list[int]:
    emails = OrderEmail.objects.ready().unclaimed()
    return list(emails.order_by("created_at").values_list("pk", flat=True)[:200])


def send(email_id: int) -> bool:
    """Send it, unless that happened, another worker is at it or its invoice is not there yet.

    Raises what the server raises.
    """
    if not _begin(email_id):
        return False
    _send(email_id)
    return True


def send_what_waited(order_id: int) -> None:
    """A document of this order has been rendered."""
    from checkout.tasks import send_email

    for pk in OrderEmail.objects.ready().filter(order_id=order_id).values_list("pk", flat=True):
        send_email.delay_on_commit(pk)


def _begin(email_id: int) -> bool:
    """Whether it is ours to send now. Noting how that ended lets go of it."""
    begun: dict[str, Any] = {"attempts": F("attempts") + 1, "last_error": ""}
    due = OrderEmail.objects.due()
    if due.alone().claim(email_id, **begun):
        return True
    ready = OrderEmail.objects.ready().filter(pk=email_id).exists()
    return ready and due.claim(email_id, **begun) is not None


def _send(email_id: int) -> None:
    email = OrderEmail.objects.select_related("order").get(pk=email_id)
    try:
        message = build(email)
        with handing_over(message):
            _note_sent(email, message)
    except Exception as error:
        _note_failure(email, failure_in(error))
        raise


def build(email: OrderEmail) -> EmailMultiAlternatives:
    """In the order's language, as the order is now; the invoice attached where there is one."""
    order = email.order
    prefetch_related_objects([order], "lines", "taxes", "addresses")
    with translation.override(order.language):
        message = write(
            letter_of(email),
            contents_of(email),
            order.site_id,
            to=order.email,
            headers={"Message-ID": message_id(email), **_thread(email)},
        )
    message.to = _recipients(email)
    if email.kind == EmailKind.CONFIRMED:
        invoice = Invoice.objects.get(order=order)
        message.attach(invoice.file_name, invoices.content(invoice), "application/pdf")
    if email.refund and email.refund.credit_note:
        note = email.refund.credit_note
        message.attach(note.file_name, credit_notes.content(note), "application/pdf")
    return message


def _recipients(email: OrderEmail) -> list[str]:
    """Where a withdrawal is to be acknowledged is the shopper's to say; the order's own address

    hears of it in any case.
    """
    own = [email.order.email]
    if email.kind != EmailKind.WITHDRAWAL or email.return_request is None:
        return own
    said = email.return_request.email
    return own if said.lower() == own[0].lower() else [said, *own]


def message_id(email: OrderEmail) -> str:
    """The same for every try, so that a mail system can tell a repetition."""
    name = f"order-{email.order.number.lower()}-{email.kind}-{email.pk}"
    return f"<{name}@{sending_domain()}>"


def _thread(email: OrderEmail) -> dict[str, str]:
    """So that mail programs show all e-mails of an order together."""
    if email.kind == EmailKind.RECEIVED and email.edition == 1:
        return {}  # it was written with the order, before all others
    first = email.order.emails.order_by("pk").first()
    if first is None or first.pk == email.pk:
        return {}
    return {"In-Reply-To": message_id(first), "References": message_id(first)}


def _note_sent(email: OrderEmail, message: EmailMultiAlternatives) -> None:
    OrderEmail.objects.filter(pk=email.pk).update(
        sent_at=timezone.now(),
        claimed_until=None,
        subject=message.subject,
        sent_to=message.to[0],
    )


def _note_failure(email: OrderEmail, failure: Failure) -> None:
    """Tried again later, unless the server's answer is final or its last try is over."""
    now = timezone.now()
    given_up = failure in FINAL or email.attempts >= MAX_ATTEMPTS
    OrderEmail.objects.filter(pk=email.pk).update(
        claimed_until=None if given_up else now + _back_off(email.attempts),
        failed_at=now if given_up else None,
        last_error=failure,
    )


def _back_off(attempts: int) -> timedelta:
    """A minute, doubled by each failure up to an hour, and not for all at the same moment."""
    seconds = min(30 * 2 ** min(attempts, 10), 3600)
    return timedelta(seconds=seconds * random.uniform(1, 1.2))  # noqa: S311


def _revive(emails: OrderEmailQuerySet) -> int:
    """Due at once, those that failed or wait for another try. None that is being sent just now."""
    from checkout.tasks import send_email

    ids = list(emails.filter(sent_at=None).exclude(last_error="").values_list("pk", flat=True))
    fresh = {"failed_at": None, "claimed_until": None, "attempts": 0, "last_error": ""}
    for pk in ids:
        emails.filter(pk=pk, sent_at=None).update(**fresh)
        send_email.delay_on_commit(pk)
    return len(ids)
