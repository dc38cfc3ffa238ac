from __future__ import annotations

import logging
import signal
import time
from collections.abc import Sequence
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Beat without a broker: the same schedule, run in this process.

    Whatever is due is a query, so this catches up with anything that was missed, and may run
    beside a real beat.
    """

    help = (
        "Do whatever is due: publish scheduled pages, release reservations, send e-mails, "
        "render invoices, settle payments."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--every",
            type=int,
            metavar="SECONDS",
            help="go on until told to stop, looking this often",
        )

        parser.add_argument(
            "--without",
            action="append",
            default=[],
            choices=sorted(settings.CELERY_BEAT_SCHEDULE),
            metavar="ENTRY",
            help="leave this entry of the schedule to another process; repeatable",
        )

    def handle(self, *args: Any, every: int | None, without: Sequence[str], **options: Any) -> None:
        current_app.loader.import_default_modules()  # each app's tasks
        last_run = run_due({}, without)
        if not every:
            return
        signal.signal(signal.SIGTERM, lambda *_: exit(0))
        while True:
            time.sleep(every)
            last_run = run_due(last_run, without)


def run_due(last_run: dict[str, float], without: Sequence[str] = ()) -> dict[str, float]:
    """Run each scheduled task whose time has come; when each ran last, by name.

    One that fails is logged and does not hold up the others.
    """
    ran = dict(last_run)
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    for name, entry in schedule.items():
        now = time.monotonic()
        if name in without or (name in ran and now - ran[name] < entry["schedule"]):
            continue
        close_old_connections()
        try:
            current_app.tasks[entry["task"]].apply(throw=True)
        except Exception:
            logger.exception("%s failed, and is tried again next time", name)
        ran[name] = now
    return ran
