from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from products.importing import reading, runs
from products.importing.apply import Result
from products.importing.pages.shelves import NoSuchShelf, category_named
from products.importing.records import FileRefused, Source
from products.models import ImportFormat, ImportStatus, Outcome, ProductImport

TELL_EVERY = 2  # seconds


class Command(BaseCommand):
    """Every product is its own transaction, and the same file twice changes nothing: broken off,
    it is simply run again.
    """

    help = "Bring in products from a CSV export of Shopify or WooCommerce, or of this shop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--format", choices=ImportFormat.values, default="")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument(
            "--category", default="", metavar="PATH", help="below this one, such as prints/animals"
        )
        parser.add_argument("--images", type=Path, metavar="DIR", help="pictures by their names")
        parser.add_argument(
            "--recreate", action="store_true", help="bring back what was deleted here"
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        # Wagtail reports every page and revision; the progress below says it in one line.
        logging.getLogger("wagtail").setLevel(logging.WARNING)
        if options["images"] and not options["images"].is_dir():
            raise CommandError(f"There is no folder {options['images']}.")
        try:
            with file.open("rb") as opened:
                self._run(opened, file.name, options)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except (FileRefused, NoSuchShelf) as refusal:
            raise CommandError(str(refusal)) from refusal

    def _run(self, file: BinaryIO, name: str, options: dict[str, Any]) -> None:
        source = reading.read(file, name=name, format=options["format"])
        run = ProductImport(
            name=name,
            format=source.format,
            category=category_named(options["category"]) if options["category"] else None,
            recreate=options["recreate"],
            status=ImportStatus.RUNNING,
            row_count=source.row_count,
            started_at=timezone.now(),
        )
        if not options["dry_run"]:
            run.save()
        report = self._go_through(source, run, options)
        self._print(report, options["dry_run"])

    def _go_through(
        self, source: Source, run: ProductImport, options: dict[str, Any]
    ) -> list[Result]:
        dry = options["dry_run"]
        journal = runs.Tally(run) if dry else runs.Journal(run)
        importer = runs.importer_for(run, source, options["images"])
        results: list[Result] = []
        progress = Progress(self.stdout.write, source.row_count, journal)

        def tell(result: Result) -> None:
            results.append(result)
            progress.tell(len(results))

        status = ImportStatus.STOPPED
        try:
            runs.go_through(source, importer, journal, dry=dry, tell=tell)
            status = ImportStatus.DONE
        finally:
            ProductImport.objects.filter(pk=run.pk).update(
                status=status, finished_at=timezone.now(), beat_at=None
            )
        return results

    def _print(self, results: list[Result], dry: bool) -> None:
        counts = Counter(result.outcome for result in results)
        if dry:
            self.stdout.write("Nothing was written. This would happen:")
        for outcome in Outcome:
            self.stdout.write(f"  {outcome.label:10} {counts[outcome]:>6}")
        for result in results:
            for text in _texts(result, dry):
                self.stdout.write(text)


class Progress:
    """A line now and then."""

    def __init__(self, write: Any, rows: int, journal: runs.Journal) -> None:
        self.write, self.rows, self.journal = write, rows, journal
        self.told_at = time.monotonic()

    def tell(self, products: int) -> None:
        if time.monotonic() - self.told_at >= TELL_EVERY:
            self.told_at = time.monotonic()
            self.write(f"  {self.journal.rows_done} of {self.rows} rows, {products} products")


def _texts(result: Result, dry: bool) -> list[str]:
    """What is to be read of it: why it was skipped, what there is to know, what would change."""
    where = f"{result.rows} {result.title}"
    word = "skipped" if result.outcome == Outcome.SKIPPED else "note"
    texts = [f"{word}: {where}: {note}" for note in result.notes]
    if dry and result.changes:
        texts.append(f"changes: {where}: {'; '.join(result.changes)}")
    return texts
