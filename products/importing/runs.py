"""A file brought in, product by product, so that it may be broken off anywhere and go on there.

The web's runs are worked on in slices by a task; the command works on its own in one go.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from products.importing import reading
from products.importing.apply import Importer, Result, TakenOver
from products.importing.files.headings import BOWERBIRD
from products.importing.records import FileRefused, ProductRecord, Rejected, Source
from products.models import ImportedRow, ImportFormat, ImportStatus, Outcome, ProductImport
from products.models.imports import IN_WORK

logger = logging.getLogger(__name__)

# With the pictures of one more product, well below the time limit of a task.
SLICE_SECONDS = 30
CHUNK = 50
TRIES_A_PRODUCT, TRIES_A_RUN = 3, 6

Item = ProductRecord | Rejected


class Journal:
    """Writes down what became of each product. `position` counts those that are done with."""

    def __init__(self, run: ProductImport) -> None:
        self.run = run
        self.start_at, self.position = run.position, run.position
        self.rows_done = run.rows_done
        self._pending: list[Result] = []
        self._pending_rows = 0

    def add(self, item: Item, result: Result) -> None:
        """To be written with others, by `flush`."""
        self._pending.append(result)
        self._pending_rows += len(item.rows)

    def flush(self) -> None:
        with transaction.atomic():
            self.write(self._pending, self._pending_rows)
        self.go_on(self._pending, self._pending_rows)
        self._pending, self._pending_rows = [], 0

    def write(self, results: list[Result], rows: int) -> None:
        """In the caller's transaction. Raises TakenOver if we are no longer the one to do it."""
        moved = ProductImport.objects.filter(
            pk=self.run.pk, position=self.position, status=self.run.status
        ).update(
            position=self.position + len(results),
            rows_done=self.rows_done + rows,
            beat_at=timezone.now(),
            attempts=0,
        )
        if not moved:
            raise TakenOver
        ImportedRow.objects.bulk_create(
            _row(self.run, self.position + number, result) for number, result in enumerate(results)
        )

    def go_on(self, results: list[Result], rows: int) -> None:
        """Once that transaction has ended well."""
        self.position += len(results)
        self.rows_done += rows


class Tally(Journal):
    """A journal that nobody keeps: for a dry run of the command."""

    def write(self, results: list[Result], rows: int) -> None:
        pass


def _row(run: ProductImport, position: int, result: Result) -> ImportedRow:
    return ImportedRow(
        run=run,
        position=position,
        rows=result.rows,
        title=result.title,
        outcome=result.outcome,
        changes=list(result.changes),
        notes=list(result.notes),
        page_id=result.page_id,
    )


# --- Going through a file -------------------------------------------------------------------------


def go_through(
    source: Source,
    importer: Importer,
    journal: Journal,
    *,
    dry: bool = False,
    time_is_up: Callable[[], bool] = lambda: False,
    tell: Callable[[Result], None] = lambda result: None,
) -> bool:
    """Whether the end was reached before the time was up. `tell` hears of each product."""
    number = 0
    for chunk in _chunks(source):
        same = importer.same_again(chunk) if number + len(chunk) > journal.start_at else {}
        for item in chunk:
            number += 1
            if number <= journal.start_at:
                importer.pass_over(item)
                continue
            result = same.get(item.key) if isinstance(item, ProductRecord) else None
            tell(_one(item, result, importer, journal, dry=dry))
            if time_is_up():
                journal.flush()
                return False
        journal.flush()
    return True


def _one(
    item: Item, result: Result | None, importer: Importer, journal: Journal, *, dry: bool
) -> Result:
    if result is not None:
        importer.pass_over(item)
    elif dry:
        result = importer.plan(item)
    if result is not None:
        journal.add(item, result)
        return result
    journal.flush()
    rows = len(item.rows)
    result = importer.bring(item, lambda result: journal.write([result], rows))
    journal.go_on([result], rows)
    return result


def _chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, CHUNK)):
        yield chunk


def importer_for(run: ProductImport, source: Source, folder: Path | None = None) -> Importer:
    return Importer(
        source.format,
        below=run.category,
        folder=folder,
        recreate=run.recreate,
        silent_on=silent_fields(source),
        user=run.user,
        reference=run.reference,
    )


def silent_fields(source: Source) -> frozenset[str]:
    """What a file in our own format has no columns for. Other shops write all of theirs."""
    items = source.items
    if source.format != ImportFormat.BOWERBIRD or not isinstance(items, reading.Items):
        return frozenset()
    names = {column: column for column in BOWERBIRD} | {"low_at": "low_stock_threshold"}
    return frozenset(name for column, name in names.items() if column not in items.layout)


# --- The web's runs -------------------------------------------------------------------------------


def work_on(run_id: int, seconds: float = SLICE_SECONDS) -> bool:
    """One slice of a run's check or import. Whether there is more to do."""
    run = _claim(run_id)
    if run is None:
        return False
    try:
        return _slice(run, time.monotonic() + seconds)
    except TakenOver:
        logger.info("import %s is another worker's, or was stopped", run_id)
    except FileRefused as refusal:
        _finish(run, ImportStatus.REFUSED, problem=str(refusal))
    return False


def _claim(run_id: int) -> ProductImport | None:
    """The run, if nobody else is at work on it; others now leave it to us."""
    claimed = ProductImport.objects.due().filter(pk=run_id)
    now = timezone.now()
    if not claimed.update(
        beat_at=now, attempts=F("attempts") + 1, started_at=Coalesce("started_at", now)
    ):
        return None
    return ProductImport.objects.select_related("category", "user").get(pk=run_id)


def _slice(run: ProductImport, until: float) -> bool:
    if run.attempts > TRIES_A_RUN:
        _finish(run, ImportStatus.STOPPED, problem=_("It failed again and again. See the log."))
        return False
    with run.file.open("rb") as opened:
        file: Any = opened
        source = reading.read(file, name=run.name, format=run.format)
        ProductImport.objects.filter(pk=run.pk).update(
            format=source.format, row_count=source.row_count
        )
        journal, dry = Journal(run), run.is_dry
        if run.attempts > TRIES_A_PRODUCT:
            _give_up_one(source, journal)
        reached_end = go_through(
            source,
            importer_for(run, source),
            journal,
            dry=dry,
            time_is_up=lambda: time.monotonic() > until,
        )
    if reached_end:
        _finish(run, ImportStatus.CHECKED if dry else ImportStatus.DONE)
    else:
        ProductImport.objects.filter(pk=run.pk).update(beat_at=None)
    return not reached_end


def _give_up_one(source: Source, journal: Journal) -> None:
    """Whatever it is, it kills the worker: go on with the next."""
    for item in islice(source, journal.position, journal.position + 1):
        title = item.title if isinstance(item, ProductRecord) else item.name
        why = _("The import broke off here again and again.")
        journal.add(item, Result("", title, Outcome.SKIPPED, notes=(why,)))
        journal.flush()
        journal.start_at = journal.position


def _finish(run: ProductImport, status: ImportStatus, problem: str = "") -> None:
    ProductImport.objects.filter(pk=run.pk, status=run.status).update(
        status=status, problem=problem, beat_at=None, finished_at=timezone.now()
    )


def confirm(run: ProductImport) -> bool:
    """From the preview to the import. False if somebody else was quicker, or it was dropped."""
    with transaction.atomic():
        confirmed = ProductImport.objects.filter(pk=run.pk, status=ImportStatus.CHECKED).update(
            status=ImportStatus.RUNNING,
            position=0,
            rows_done=0,
            attempts=0,
            started_at=None,
            finished_at=None,
        )
        if confirmed:
            run.rows.all().delete()
    return bool(confirmed)


def stop(run: ProductImport) -> bool:
    """What is in is in; nothing more comes. The worker notices at its next product."""
    may_stop = ProductImport.objects.filter(pk=run.pk, status__in=(*IN_WORK, ImportStatus.CHECKED))
    return bool(may_stop.update(status=ImportStatus.STOPPED, finished_at=timezone.now()))
