from __future__ import annotations

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from content import renditions
from content.models import Picture

PAUSE = 2  # seconds between two looks: an editor who has just uploaded a picture goes on to use it


class Command(BaseCommand):
    """Without a broker nobody else makes them before a page is viewed. Run it with `nice`."""

    help = "Make the sizes of pictures that pages will ask for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch", action="store_true", help="go on until told to stop, for new pictures"
        )

    def handle(self, *args: Any, watch: bool, **options: Any) -> None:
        given_up = make_due(set())
        if not watch:
            return
        signal.signal(signal.SIGTERM, lambda *_: exit(0))
        while True:
            time.sleep(PAUSE)
            close_old_connections()
            given_up = make_due(given_up)


def make_due(given_up: set[tuple[int, str]]) -> set[tuple[int, str]]:
    """Make what is due, asking again after each picture so that a new one need not wait.

    Returns which files cannot be read, by picture and name: they are not tried again.
    """
    unreadable, done = set(given_up), set[int]()
    while picture := _next(done, unreadable):
        done.add(picture.pk)
        if not renditions.make(picture):
            unreadable.add((picture.pk, picture.file.name))
    return unreadable


def _next(done: set[int], unreadable: set[tuple[int, str]]) -> Picture | None:
    due = renditions.due().exclude(pk__in=done)[: len(unreadable) + 1]
    return next((one for one in due if (one.pk, one.file.name) not in unreadable), None)
