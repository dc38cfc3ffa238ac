"""What differs from a provider's books: reported once, settled by staff or by itself."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from checkout.comparing import Difference, Key, What
from checkout.models import Discrepancy, Payment
from checkout.payments.stripe import Stripe


def key_of(discrepancy: Discrepancy) -> Key:
    return Key(What(discrepancy.what), discrepancy.reference)


def open_keys() -> set[Key]:
    return {key_of(one) for one in Discrepancy.objects.open()}


def settle(discrepancy: Discrepancy, note: str, actor: Any = None) -> bool:
    """Staff know why, and want to hear no more of it. False where that was settled already."""
    return bool(
        Discrepancy.objects.open()
        .filter(pk=discrepancy.pk)
        .update(resolved_at=timezone.now(), resolved_by=actor, note=note[:200])
    )


@transaction.atomic
def report(found: list[Difference], checked: Set[Key]) -> None:
    """Each once; those that agree now are resolved, without anybody's name."""
    now = timezone.now()
    still = {_keep(difference, now) for difference in found}
    for one in Discrepancy.objects.open().exclude(pk__in=still):
        if key_of(one) in checked:
            Discrepancy.objects.filter(pk=one.pk).update(resolved_at=now)


def _keep(difference: Difference, now: datetime) -> int:
    """What staff have settled stays settled for as long as the facts are the same."""
    kept, is_new = Discrepancy.objects.get_or_create(
        kind=difference.kind,
        reference=difference.key.reference,
        ours=str(difference.ours or ""),
        theirs=str(difference.theirs or ""),
        defaults={"charge": difference.charge, "payment": _payment_of(difference)},
    )
    if not is_new:
        kept.seen_at = now
        if kept.resolved_by_id is None:
            kept.resolved_at = None
        kept.save(update_fields=["seen_at", "resolved_at"])
    return kept.pk


def _payment_of(difference: Difference) -> Payment | None:
    ours = Payment.objects.filter(provider=Stripe.name)
    if difference.key.what == What.PAYMENT:
        found = ours.filter(reference=difference.key.reference)
    else:
        found = ours.filter(charge=difference.charge).exclude(charge="")
    return found.first()
