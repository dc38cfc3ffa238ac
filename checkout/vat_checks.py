"""Looking up the VAT numbers that orders are taxed by: owed with the order, asked by a task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from checkout import vies
from checkout.models import Order, VatCheck, VatCheckState

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)


def owe(order: Order) -> None:
    """Inside the transaction that places the order; nothing where look-ups are off."""
    from checkout.tasks import check_vat_number

    if vies.is_on():
        check_vat_number.delay_on_commit(VatCheck.objects.create(order=order).pk)


def due() -> Sequence[int]:
    checks = VatCheck.objects.due().unclaimed().order_by("due_at")
    return list(checks.values_list("pk", flat=True)[:100])


def check(pk: int) -> None:
    """Ask once. What has no answer is asked again later, ever more rarely."""
    with VatCheck.objects.due().claimed(pk) as mine:
        if not mine:
            return
        found = VatCheck.objects.select_related("order").get(pk=pk)
        try:
            answer = vies.look_up(found.order.vat_number)
        except vies.ViesUnavailable:
            _ask_later(found)
        else:
            _note(found, answer)


def _ask_later(found: VatCheck) -> None:
    wait = min(FIRST_WAIT * 2**found.attempts, LONGEST_WAIT)
    found.state, found.attempts = VatCheckState.UNAVAILABLE, found.attempts + 1
    found.due_at = timezone.now() + wait
    found.save(update_fields=["state", "attempts", "due_at"])


def _note(found: VatCheck, answer: vies.Answer) -> None:
    found.state = VatCheckState.VALID if answer.valid else VatCheckState.INVALID
    found.name, found.checked_at = answer.name, timezone.now()
    with transaction.atomic():
        found.save(update_fields=["state", "name", "checked_at"])
        found.order.record("vat_number", number=found.order.vat_number, state=found.state)
