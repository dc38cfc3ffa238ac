"""A record becomes a page, or changes one: each product whole or not at all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from wagtail.models import Page

from products.importing.pages.checking import Skipped
from products.importing.pages.pictures import Brought, Pictures
from products.importing.pages.planning import Plan, Planner
from products.importing.pages.remembering import digest, to_json
from products.importing.pages.shelves import Shelves
from products.importing.pages.wording import rows_in_words
from products.importing.pages.words import Words
from products.importing.pages.writing import Writer, Written
from products.importing.records import ProductRecord, Rejected
from products.models import CategoryPage, ImportedProduct, Outcome

logger = logging.getLogger(__name__)


class TakenOver(Exception):
    """Raised by `done`: another worker is on this run, or somebody has stopped it."""


_NOT_OF_THE_PRODUCT = (OperationalError, InterfaceError, SoftTimeLimitExceeded, TakenOver)


@dataclass(frozen=True)
class Result:
    """What became of some rows of the file, or would."""

    rows: str
    title: str
    outcome: Outcome
    changes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    page_id: int | None = None


Done = Callable[[Result], None]


class Importer:
    """For one file. `kind` is its format, `folder` holds the pictures that it calls by name."""

    def __init__(
        self,
        kind: str,
        *,
        below: CategoryPage | None = None,
        folder: Path | None = None,
        recreate: bool = False,
        silent_on: frozenset[str] = frozenset(),
        user: Any = None,
        reference: str = "",
    ) -> None:
        self.kind = kind
        self.words, self.shelves = Words(), Shelves(below)
        self.pictures = Pictures(folder)
        self.planner = Planner(
            kind, self.words, self.shelves, recreate=recreate, silent_on=silent_on
        )
        self.writer = Writer(self.words, self.shelves, user=user, reference=reference)

    def pass_over(self, item: ProductRecord | Rejected) -> None:
        """One that an earlier part of this run is done with."""
        if isinstance(item, ProductRecord):
            self.planner.matcher.remember(item)

    def same_again(self, items: Iterable[ProductRecord | Rejected]) -> dict[str, Result]:
        """Those that the file says exactly as last time, by key: in one query for all of them."""
        if self.planner.silent_on:
            return {}
        records = {item.key: item for item in items if isinstance(item, ProductRecord)}
        memories = ImportedProduct.objects.filter(
            format=self.kind, key__in=records, page__isnull=False, missing_pictures=[]
        )
        return {
            key: _unchanged(records[key], page)
            for key, said, page in memories.values_list("key", "digest", "page_id")
            if said == digest(to_json(records[key]))
        }

    def plan(self, item: ProductRecord | Rejected) -> Result:
        """What would become of it. Nothing is written and nothing fetched."""
        if isinstance(item, Rejected):
            return _rejected(item)
        try:
            plan = self.planner.plan(item)
        except Skipped as why:
            return _skipped(item, str(why))
        self.planner.matcher.remember(item)
        return _result(plan, plan.notes)

    def bring(self, item: ProductRecord | Rejected, done: Done = lambda result: None) -> Result:
        """Write it. `done` is called in its transaction, with what is returned in the end."""
        result = _rejected(item) if isinstance(item, Rejected) else self._bring(item, done)
        if result.outcome == Outcome.SKIPPED:
            done(result)
        return result

    def _bring(self, record: ProductRecord, done: Done) -> Result:
        try:
            return self._fetch_and_write(record, done)
        except Skipped as why:
            self._forget()
            return _skipped(record, str(why))
        except ValidationError as why:
            self._forget()
            return _skipped(record, *why.messages)
        except IntegrityError:
            logger.exception("%s could not be imported", record.key)
            self._forget()
            return _skipped(record, _("Somebody was at work on the same thing. Import it again."))
        except _NOT_OF_THE_PRODUCT:
            raise
        except Exception:
            # One product that we cannot bring in must not keep away all that follow it.
            logger.exception("%s could not be imported", record.key)
            self._forget()
            return _skipped(record, _("It broke something here. The log of the shop says what."))

    def _fetch_and_write(self, record: ProductRecord, done: Done) -> Result:
        plan = self.planner.plan(record)
        brought = self.pictures.bring(plan.wanted()) if _needs_pictures(plan) else Brought()
        with transaction.atomic():
            if plan.page:
                Page.objects.select_for_update().get(pk=plan.page.pk)
                plan = self.planner.plan(record)
            result = self._write(plan, brought)
            done(result)
        self.planner.matcher.remember(record)
        return result

    def _write(self, plan: Plan, brought: Brought) -> Result:
        written = self.writer.write(plan, brought.ids)
        _remember(self.kind, plan, written, brought)
        notes = (*plan.notes, *_about(brought))
        result = _result(plan, notes)
        if not written.has_late_pictures:
            return replace(result, page_id=written.page and written.page.pk)
        changes = (*result.changes, _("pictures that were missing"))
        return replace(result, outcome=Outcome.CHANGED, changes=changes)

    def _forget(self) -> None:
        """What the failed transaction made is gone."""
        self.words.forget()
        self.shelves.forget()


def _needs_pictures(plan: Plan) -> bool:
    return plan.outcome != Outcome.UNCHANGED or bool(plan.late)


def _remember(kind: str, plan: Plan, written: Written, brought: Brought) -> None:
    """What the file said, so that the next one is compared with it."""
    missing = sorted({*brought.problems} | (plan.late - brought.ids.keys()))
    values = {
        "format": kind,
        "key": plan.record.key,
        "page": written.page,
        "digest": plan.digest,
        "record": plan.kept,
        "codes": written.codes,
        "missing_pictures": missing,
    }
    memory = plan.memory or ImportedProduct()
    if any(getattr(memory, name) != value for name, value in values.items()):
        for name, value in values.items():
            setattr(memory, name, value)
        memory.save()


def _about(brought: Brought) -> list[str]:
    text = _("Without the picture %(source)s: %(why)s. The next import tries again.")
    return [text % {"source": source[:200], "why": why} for source, why in brought.problems.items()]


def _result(plan: Plan, notes: tuple[str, ...]) -> Result:
    return Result(
        rows=rows_in_words(plan.record.rows),
        title=plan.record.title,
        outcome=plan.outcome,
        changes=tuple(plan.texts()),
        notes=notes,
        page_id=plan.page.pk if plan.page else None,
    )


def _unchanged(record: ProductRecord, page_id: int) -> Result:
    rows = rows_in_words(record.rows)
    return Result(rows, record.title, Outcome.UNCHANGED, page_id=page_id)


def _skipped(record: ProductRecord, *reasons: str) -> Result:
    rows = rows_in_words(record.rows)
    return Result(rows, record.title[:255], Outcome.SKIPPED, notes=reasons)


def _rejected(item: Rejected) -> Result:
    return Result(rows_in_words(item.rows), item.name[:255], Outcome.SKIPPED, notes=(item.reason,))
