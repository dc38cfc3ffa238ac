"""Claims: of two who find the same row, one may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from checkout.models import OrderEmail
from checkout.models.claims import CLAIM
from checkout.tests.factories import make_order
from products.tests.factories import make_product

NOW = timezone.now()


def test_claim__outlives_any_task(settings: Settings) -> None:
    """And what a killed worker had is queued again before, so that it waits for nothing else."""
    lost_after = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < lost_after
    assert lost_after < CLAIM.total_seconds()


@pytest.mark.django_db
def test_claim__for_one_and_for_a_while() -> None:
    make_product(sku="WAVES")
    email = make_order({"WAVES": 1}).emails.get()
    emails = OrderEmail.objects.due()

    with time_machine.travel(NOW, tick=False):
        assert [emails.claim(email.pk, attempts=7) for _ in range(3)] == [True, False, False]
    email.refresh_from_db()
    assert (email.claimed_until, email.attempts) == (NOW + CLAIM, 7)
    with time_machine.travel(NOW + CLAIM - timedelta(seconds=1)):
        assert not emails.unclaimed().exists()
        assert emails.claim(email.pk) is False
    with time_machine.travel(NOW + CLAIM):
        assert emails.unclaimed().get() == email
        assert emails.claim(email.pk) is True


@pytest.mark.django_db
def test_claim__only_of_what_is_due() -> None:
    make_product(sku="WAVES")
    email = make_order({"WAVES": 1}).emails.get()
    OrderEmail.objects.update(sent_at=NOW)

    assert OrderEmail.objects.due().claim(email.pk) is False
    assert OrderEmail.objects.get().claimed_until is None
