"""E-mails to shoppers: owed in the transaction that causes them, sent by a task."""

from __future__ import annotations

from datetime import timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import F, Q
from django.utils import timezone, translation

from checkout import invoices
from checkout.letters import contents_of, letter_of
from checkout.models import EmailKind, Invoice, Order, OrderEmail, Refund
from content.mail import compose, sending_domain
from content.models import ShopSettings

# Longer than any task may run, so that a claim outlives its claimant only when that was killed.
CLAIM = timedelta(minutes=5)
MAX_ATTEMPTS = 50


def owe(order: Order, kind: EmailKind, *, refund: Refund | None = None, edition: int = 1) -> None:
    """Inside the caller's transaction: the e-mail is due once, whatever happens next."""
    from checkout.tasks import send_email

    email, is_new = OrderEmail.objects.get_or_create(
        order=order, kind=kind, refund=refund, edition=edition
    )
    if is_new:
        send_email.delay_on_commit(email.pk)


def owe_again(order: Order, kind: EmailKind) -> None:
    """Staff ask for one more. None is added while one that nobody has begun to send is due."""
    waiting = order.emails.due().filter(kind=kind, attempts=0)
    if not waiting.exists():
        owe(order, kind, edition=order.emails.filter(kind=kind).count() + 1)


def due() -> list[int]:
    now = timezone.now()
    unclaimed = Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)
    emails = OrderEmail.objects.due().filter(unclaimed, attempts__lt=MAX_ATTEMPTS)
    return list(emails.order_by("created_at").values_list("pk", flat=True)[:200])


def send(email_id: int) -> bool:
    """Send it, unless that happened or another worker is at it. Raises what the server raises."""
    if not _claim(email_id):
        return False
    email = OrderEmail.objects.select_related("order__site", "refund__payment").get(pk=email_id)
    try:
        build(email).send()
    except Exception as error:
        OrderEmail.objects.filter(pk=email_id).update(
            claimed_until=timezone.now() + timedelta(seconds=min(30 * 2**email.attempts, 3600)),
            last_error=type(error).__name__,
        )
        raise
    OrderEmail.objects.filter(pk=email_id).update(
        sent_at=timezone.now(), claimed_until=None, last_error=""
    )
    return True


def build(email: OrderEmail) -> EmailMultiAlternatives:
    """In the order's language, as the order is now; the invoice attached where there is one."""
    order = email.order
    with translation.override(order.language):
        message = compose(
            letter_of(email),
            contents_of(email),
            ShopSettings.for_site(order.site),
            to=order.email,
            headers={"Message-ID": message_id(email)},
        )
    if email.kind == EmailKind.CONFIRMED:
        invoice = Invoice.objects.get(order=order)
        message.attach(invoice.file_name, invoices.content(invoice), "application/pdf")
    return message


def message_id(email: OrderEmail) -> str:
    """The same for every try, so that a mail system can tell a repetition."""
    name = f"order-{email.order.number.lower()}-{email.kind}-{email.pk}"
    return f"<{name}@{sending_domain()}>"


def _claim(email_id: int) -> bool:
    now = timezone.now()
    claimed = OrderEmail.objects.due().filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lt=now), pk=email_id
    )
    return bool(claimed.update(claimed_until=now + CLAIM, attempts=F("attempts") + 1))
