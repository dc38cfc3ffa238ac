from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from checkout import reconciled_days
from checkout.payments.base import ProviderRefused, ProviderUnavailable
from checkout.reconciling import Report


class Command(BaseCommand):
    """What the nightly task does, for any days; it may run beside it."""

    help = (
        "Compare what Stripe says about payments, refunds and disputes with our own books, and "
        "report what differs in the admin. Nothing else is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        parser.add_argument(
            "first", nargs="?", type=date.fromisoformat, default=yesterday, help="YYYY-MM-DD"
        )
        parser.add_argument(
            "last", nargs="?", type=date.fromisoformat, help="of a range; the first day alone"
        )

    def handle(self, *args: Any, first: date, last: date | None, **options: Any) -> None:
        if not settings.STRIPE_SECRET_KEY:
            raise CommandError("There is no STRIPE_SECRET_KEY: there is nothing to compare with.")
        last = last or first
        if last < first:
            raise CommandError("The last day is before the first.")
        for days in range((last - first).days + 1):
            self._reconcile(first + timedelta(days=days))

    def _reconcile(self, day: date) -> None:
        try:
            report = reconciled_days.reconcile(day)
        except (ProviderUnavailable, ProviderRefused) as error:
            message = f"{day}: Stripe did not answer ({error}). Try again later."
            raise CommandError(message) from error
        self._tell(day, report)

    def _tell(self, day: date, report: Report) -> None:
        counts = ", ".join(f"{number} {what}s" for what, number in report.counts.items())
        self.stdout.write(f"{day}: {counts} compared; {len(report.differences)} differ")
        for one in report.differences:
            here, there = one.ours or "nothing", one.theirs or "nothing"
            label = one.kind.label
            self.stdout.write(f"  {label}: {one.key.reference} (here: {here}; Stripe: {there})")
