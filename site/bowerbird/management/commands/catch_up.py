from __future__ import annotations

import logging
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections

from content.due import Round

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Beat and workers without a broker: the same schedule, all of it done in this process.

    Whatever is due is a query and is claimed, so this catches up with anything that was missed,
    and may run beside beat and workers.
    """

    help = (
        "Do whatever is due: publish scheduled pages, settle payments, release reservations, send "
        "money back, render invoices, send e-mails. Ends with 1 where something failed."
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
        with _in_this_process():
            last_run, failures = self.run_due({}, without)
            if not every:
                if failures:
                    raise CommandError(f"Failed, and tried again next time: {', '.join(failures)}.")
                return
            signal.signal(signal.SIGTERM, lambda *_: exit(0))
            while True:
                time.sleep(every)
                last_run, failures = self.run_due(last_run, without)

    def run_due(
        self, last_run: dict[str, float], without: Sequence[str]
    ) -> tuple[dict[str, float], list[str]]:
        """Run each scheduled task whose time has come: when each ran last, and which failed.

        One that fails does not hold up the others.
        """
        ran, failures = dict(last_run), []
        schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
        for name, entry in schedule.items():
            now = time.monotonic()
            if name in without or (name in ran and now - ran[name] < entry["schedule"]):
                continue
            if not self.run(name, entry["task"]):
                failures.append(name)
            ran[name] = now
        return ran, failures

    def run(self, name: str, task: str) -> bool:
        """Whether all went well. Says what was done, where anything was."""
        close_old_connections()
        try:
            result = current_app.tasks[task].apply(throw=True).result
        except Exception:
            logger.exception("%s failed, and is tried again next time", name)
            return False
        done = result if isinstance(result, Round) else Round(0, 0)
        if done.begun:
            self.stdout.write(f"{name}: {done.begun - done.failed} done, {done.failed} failed")
        return not done.failed


@contextmanager
def _in_this_process() -> Iterator[None]:
    """Also where there is a broker: it may be what failed."""
    names = ("task_always_eager", "task_eager_propagates")
    before = {name: current_app.conf[name] for name in names}
    current_app.conf.update(task_always_eager=True, task_eager_propagates=False)
    try:
        yield
    finally:
        current_app.conf.update(before)
