"""Which days were compared with Stripe, and which are due: a night that was missed is made up."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from checkout import reconciling
from checkout.models import Payment, ReconciledDay
from checkout.payments.stripe import Stripe
from checkout.reconciling import Report

# How far back a missed night is made up; `manage.py reconcile_payments` goes further.
DAYS_BACK = 7
# A day is compared once its last payments have surely arrived in both books.
AFTER_MIDNIGHT = timedelta(hours=2)


def due() -> list[date]:
    """The days that are over and were not compared, oldest first."""
    first = Payment.objects.filter(provider=Stripe.name).order_by("created_at").first()
    if not settings.STRIPE_SECRET_KEY or first is None:
        return []
    last = timezone.localdate(timezone.now() - AFTER_MIDNIGHT) - timedelta(days=1)
    begun = timezone.localdate(first.created_at)
    back = (last - timedelta(days=age) for age in reversed(range(DAYS_BACK)))
    days = [day for day in back if day >= begun]
    done = ReconciledDay.objects.filter(day__in=days, done_at__isnull=False)
    return sorted(set(days) - set(done.values_list("day", flat=True)))


def reconcile_due(day: date) -> Report | None:
    """Unless it was done, or another worker is at it. Raises as `reconcile`."""
    ReconciledDay.objects.get_or_create(day=day)
    with ReconciledDay.objects.due().claimed(day) as mine:
        return reconcile(day) if mine else None


def reconcile(day: date) -> Report:
    """Compare one day, from midnight to midnight in the shop's own time, done before or not.

    Raises ProviderUnavailable and ProviderRefused: the day stays due.
    """
    report = reconciling.reconcile(_midnight(day), _midnight(day + timedelta(days=1)))
    ReconciledDay.objects.update_or_create(
        day=day, defaults={"done_at": timezone.now(), "compared": report.counts}
    )
    return report


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
