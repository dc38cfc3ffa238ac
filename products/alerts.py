""" "Tell me when it's back": asked for, confirmed by e-mail, told once, forgotten.

Who is told is decided where units come in, in the same transaction (`choose`), so that nothing is
lost between. An address is in no log, and nobody learns from our answers whether we knew it.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone, translation

from content.mail import sending_domain, write
from content.mail_server import FINAL, failure_in, handing_over
from products.letters import contents_of, letter_of
from products.models.alerts import StockAlert
from products.models.pages import ProductPage
from products.models.skus import Sku
from products.models.variants import Variant

# So many hear of one unit: not all will come, and fewer still may be disappointed.
PEOPLE_A_UNIT = 3
ASK_AGAIN_AFTER = timedelta(hours=1)
FORGET_UNCONFIRMED_AFTER = timedelta(days=3)
FORGET_AFTER = timedelta(days=365)
MAX_ATTEMPTS = 20

_signer = Signer(salt="products.alerts")


def ask(sku: Sku, page: ProductPage, email: str, language: str) -> None:
    """Somebody typed an address: its owner is asked whether they meant it, if we did not lately."""
    address = email.strip().lower()
    with transaction.atomic():
        alert, is_new = StockAlert.objects.get_or_create(
            sku=sku,
            email=address,
            defaults={"page": page, "language": language, "due_at": timezone.now()},
        )
        if is_new or _ask_again(alert):
            _soon(alert.pk)


def confirm(alert: StockAlert) -> None:
    """Its owner meant it. If units have come meanwhile, they are told at once."""
    with transaction.atomic():
        Sku.objects.select_for_update().get(pk=alert.sku_id)  # no unit comes in between
        unsure = StockAlert.objects.filter(pk=alert.pk, confirmed_at=None)
        said_yes = unsure.update(confirmed_at=timezone.now(), due_at=None, attempts=0)
        if said_yes and _is_on_offer(alert):
            _owe([alert.pk])


def stop(alert: StockAlert) -> None:
    """Forget the address, at its owner's wish."""
    StockAlert.objects.filter(pk=alert.pk).delete()


def choose(sku: Sku, units: int) -> None:
    """So many units more may be sold: those who wait longest will hear of them.

    Where back-orders are allowed, everybody: there is no last unit. In the caller's transaction,
    which holds the SKU's row.
    """
    waiting = StockAlert.objects.filter(sku=sku).waiting().values_list("pk", flat=True)
    many = None if sku.backorders_allowed else min(units, sku.available) * PEOPLE_A_UNIT
    _owe(list(waiting[:many]))


def key_of(alert: StockAlert) -> str:
    return _signer.sign(str(alert.pk))


def find(key: str) -> StockAlert | None:
    """The alert that a link from one of its e-mails is about; None where it is gone."""
    try:
        pk = _signer.unsign(key)
    except BadSignature:
        return None
    return StockAlert.objects.select_related("sku", "page").filter(pk=pk).first()


def due() -> list[int]:
    alerts = StockAlert.objects.due().unclaimed().order_by("due_at")
    return list(alerts.values_list("pk", flat=True)[:200])


def send(alert_id: int) -> bool:
    """Write the e-mail that is owed, unless another worker is at it. Raises what that raises."""
    with StockAlert.objects.due().claimed(alert_id, attempts=F("attempts") + 1) as mine:
        return mine and _write_to(StockAlert.objects.select_related("sku", "page").get(pk=alert_id))


def forget_old() -> int:
    """Nobody said yes, or nothing came back for too long."""
    now = timezone.now()
    unsure = StockAlert.objects.filter(
        confirmed_at=None, asked_at__lt=now - FORGET_UNCONFIRMED_AFTER
    )
    old = StockAlert.objects.filter(asked_at__lt=now - FORGET_AFTER)
    return (unsure | old).delete()[0]


def _ask_again(alert: StockAlert) -> bool:
    """The first e-mail may be lost. Not more often than an address should have to bear."""
    now = timezone.now()
    quiet = StockAlert.objects.filter(
        pk=alert.pk, confirmed_at=None, due_at=None, asked_at__lt=now - ASK_AGAIN_AFTER
    )
    return bool(quiet.update(due_at=now, asked_at=now, attempts=0))


def _is_on_offer(alert: StockAlert) -> bool:
    return Variant.objects.sellable().in_stock().filter(sku_id=alert.sku.code).exists()


def _owe(ids: list[int]) -> None:
    StockAlert.objects.filter(pk__in=ids).update(due_at=timezone.now(), attempts=0)
    for pk in ids:
        _soon(pk)


def _soon(alert_id: int) -> None:
    from products.tasks import send_alert

    send_alert.delay_on_commit(alert_id)


def _message(alert: StockAlert) -> EmailMultiAlternatives:
    with translation.override(alert.language):
        return write(
            letter_of(alert),
            contents_of(alert, key_of(alert)),
            alert.page.get_site().pk,
            to=alert.email,
            headers={
                "Message-ID": f"<{letter_of(alert).name}-{alert.pk}@{sending_domain()}>",
                "List-Unsubscribe": f"<{stop_url(alert)}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )


def stop_url(alert: StockAlert) -> str:
    return settings.BASE_URL + reverse("products:alert_stop", args=[key_of(alert)])


def _write_to(alert: StockAlert) -> bool:
    """The news only while it is true: sold out again, they go on waiting."""
    if alert.confirmed_at and not _is_on_offer(alert):
        _rest(alert)
        return False
    try:
        with handing_over(_message(alert)):
            _note_sent(alert)
    except Exception as error:
        _note_failure(alert, error)
        raise
    return True


def _note_sent(alert: StockAlert) -> None:
    """Who was told is forgotten; who was asked has a while to answer."""
    if alert.confirmed_at:
        stop(alert)
    else:
        _rest(alert)


def _note_failure(alert: StockAlert, error: Exception) -> None:
    """Later again, unless the server's answer is final or this was the last try."""
    if failure_in(error) in FINAL or alert.attempts >= MAX_ATTEMPTS:
        stop(alert)
    else:
        later = timezone.now() + timedelta(minutes=min(2**alert.attempts, 60))
        StockAlert.objects.filter(pk=alert.pk).update(due_at=later)


def _rest(alert: StockAlert) -> None:
    StockAlert.objects.filter(pk=alert.pk).update(due_at=None, attempts=0)
