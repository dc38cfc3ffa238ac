"""Claims: of two who find the same row, one may do it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from checkout.models import OrderEmail
from checkout.tests.factories import make_order
from content.claims import CLAIM
from products.tests.factories import make_product

NOW = timezone.now()


@pytest.fixture
def email(db: None) -> OrderEmail:
    make_product(sku="WAVES")
    return make_order({"WAVES": 1}).emails.get()


def test_claim__outlives_any_task(settings: Settings) -> None:
    """And what a killed worker had is queued again before, so that it waits for nothing else."""
    lost_after = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < lost_after
    assert lost_after < CLAIM.total_seconds()


def test_claim__for_one_at_a_time(email: OrderEmail) -> None:
    due = OrderEmail.objects.due()

    with due.claimed(email.pk, attempts=7) as first, due.claimed(email.pk, attempts=9) as second:
        assert (first, second) == (True, False)
        assert not due.unclaimed().exists()
    email.refresh_from_db()
    assert (email.claimed_until, email.attempts) == (None, 7)
    with due.claimed(email.pk) as third:
        assert third is True


def test_claim__without_a_block_is_held_until_its_end_is_written(email: OrderEmail) -> None:
    due = OrderEmail.objects.due()
    with time_machine.travel(NOW, tick=False):
        assert due.claim(email.pk, attempts=3) == NOW + CLAIM
        assert due.claim(email.pk, attempts=4) is None
    email.refresh_from_db()
    assert (email.claimed_until, email.attempts) == (NOW + CLAIM, 3)

    OrderEmail.objects.update(claimed_until=None)

    assert due.claim(email.pk) is not None


def test_claim__ends_however_the_work_ends(email: OrderEmail) -> None:
    with pytest.raises(SystemExit), OrderEmail.objects.due().claimed(email.pk):
        raise SystemExit

    assert OrderEmail.objects.get().claimed_until is None


def test_claim__of_one_who_was_killed_lapses(email: OrderEmail) -> None:
    due = OrderEmail.objects.due()
    with time_machine.travel(NOW, tick=False):
        killed = due.claimed(email.pk)
        killed.__enter__()

    with time_machine.travel(NOW + CLAIM - timedelta(seconds=1)), due.claimed(email.pk) as early:
        assert early is False
    with time_machine.travel(NOW + CLAIM), due.claimed(email.pk) as late:
        assert late is True


def test_claim__a_lapsed_one_does_not_end_anothers(email: OrderEmail) -> None:
    """Who was asleep for so long that another took over must not let a third one in."""
    due = OrderEmail.objects.due()
    with time_machine.travel(NOW, tick=False), due.claimed(email.pk):
        OrderEmail.objects.update(claimed_until=NOW + timedelta(hours=1))

    assert OrderEmail.objects.get().claimed_until == NOW + timedelta(hours=1)


def test_claim__only_of_what_is_due(email: OrderEmail) -> None:
    OrderEmail.objects.update(sent_at=NOW)

    with OrderEmail.objects.due().claimed(email.pk) as mine:
        assert mine is False
    assert OrderEmail.objects.get().claimed_until is None
