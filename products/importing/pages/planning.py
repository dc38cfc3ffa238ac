"""What a record would do here: nothing is written, and nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _

from products.importing.exporting import records_of
from products.importing.pages import merging
from products.importing.pages.checking import Skipped, check
from products.importing.pages.matching import Match, Matcher
from products.importing.pages.merging import Changes, Comparison
from products.importing.pages.pictures import known
from products.importing.pages.remembering import digest, from_json, to_json
from products.importing.pages.shelves import Shelves
from products.importing.pages.story import picture_sources
from products.importing.pages.wording import describe
from products.importing.pages.words import Words
from products.importing.records import PictureRecord, ProductRecord
from products.models import ImportedProduct, ImportFormat, Outcome, ProductPage, TaxClass

NOTHING = Changes(frozenset(), ())


@dataclass(frozen=True)
class Plan:
    """`record` is what is to be written: the file's, filled up where the page keeps its own.

    `late` are pictures that earlier imports could not get. `current` is the page as it is.
    """

    record: ProductRecord
    kept: Mapping[str, Any]
    digest: str
    memory: ImportedProduct | None = None
    page: ProductPage | None = None
    current: ProductRecord | None = None
    changes: Changes = NOTHING
    late: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        if self.page is None:
            return Outcome.CREATED
        return Outcome.CHANGED if self.changes else Outcome.UNCHANGED

    @property
    def codes(self) -> dict[str, str]:
        """SKUs by what names the variants in the file."""
        made: dict[str, str] = dict(self.memory.codes) if self.memory else {}
        if self.current is None:
            return made
        for variant in self.record.variants:
            here = merging.variant_here(variant, self.current, made)
            if here:
                made[merging.identity(variant)] = here.sku
        return made

    def texts(self) -> list[str]:
        return describe(self.changes, self.current) if self.current else []

    def wanted(self) -> Iterator[tuple[str, str]]:
        """Sources and descriptions of the pictures that writing this takes."""
        is_new = self.page is None
        if is_new or self.late or "pictures" in self.changes.fields:
            yield from ((picture.source, picture.alt) for picture in self.record.pictures)
        if is_new or self.late or "body" in self.changes.fields:
            yield from picture_sources(self.record.body)
        for variant in self.record.variants:
            if variant.picture:
                yield variant.picture, ""


class Planner:
    """For one file. `words` and `shelves` are shared with whoever writes.

    `silent_on` are the fields for which the file has no column: it says nothing of them.
    """

    def __init__(
        self,
        kind: str,
        words: Words,
        shelves: Shelves,
        *,
        recreate: bool = False,
        silent_on: frozenset[str] = frozenset(),
    ) -> None:
        self.kind, self.words, self.shelves = kind, words, shelves
        self.silent_on = silent_on
        self.matcher = Matcher(kind, recreate=recreate)

    def plan(self, record: ProductRecord) -> Plan:
        """Raises Skipped."""
        check(record)
        match = self.matcher.find(record)
        if self.silent_on:
            record = merging.unspoken(record, self._said_last(match), self.silent_on)
        kept = to_json(record)
        base = Plan(record, kept, digest(kept), match.memory, match.page)
        # What is true of several of its rows is said once.
        notes = tuple(dict.fromkeys(note.text for note in record.notes)) + self._notes(record)
        if match.page is None:
            return replace(base, notes=notes)
        memory = match.memory
        late = frozenset(memory.missing_pictures) if memory else frozenset()
        if memory and memory.digest == base.digest:
            return replace(base, late=late)
        return self._compared(replace(base, late=late, notes=notes), match.page)

    def _said_last(self, match: Match) -> ProductRecord | None:
        if match.memory:
            return from_json(match.memory.record)
        return records_of([match.page], self.shelves.root)[0] if match.page else None

    def _compared(self, plan: Plan, page: ProductPage) -> Plan:
        [current] = records_of([page], self.shelves.root)
        before = from_json(dict(plan.memory.record)) if plan.memory else current
        new = plan.record
        if plan.memory is None and self.kind != ImportFormat.BOWERBIRD:
            new = merging.first_meeting(new, current)
        comparison = self._comparison(before, new, current)
        changes = Changes(
            merging.changed_fields(before, new, current, comparison),
            merging.changed_variants(before, new, current, plan.codes, comparison),
        )
        if changes:
            _refuse_busy(page)
        notes = (*plan.notes, *_notes_on_variants(plan, before, new, current))
        return replace(plan, record=new, current=current, changes=changes, notes=notes)

    def _comparison(self, *records: ProductRecord) -> Comparison:
        """Two addresses of one picture are the same."""
        ids = known({source for record in records for source in _sources(record)})

        def gallery(pictures: tuple[PictureRecord, ...]) -> Any:
            return [(ids.get(one.source, one.source), one.alt) for one in pictures]

        return Comparison(
            {
                "pictures": gallery,
                "picture": lambda source: ids.get(source, source),
                "tax_class": self._tax_code,
            }
        )

    def _tax_code(self, name: str) -> str:
        tax_class = self.words.tax_class(name or TaxClass.DEFAULT_CODE)
        return tax_class.code if tax_class else TaxClass.DEFAULT_CODE

    def _notes(self, record: ProductRecord) -> tuple[str, ...]:
        if record.tax_class and self.words.tax_class(record.tax_class) is None:
            text = _("There is no tax class “%(name)s”: it is taxed at the standard rate.")
            return (text % {"name": record.tax_class},)
        return ()


def _sources(record: ProductRecord) -> Iterator[str]:
    yield from (picture.source for picture in record.pictures)
    yield from (variant.picture for variant in record.variants if variant.picture)


def _refuse_busy(page: ProductPage) -> None:
    if page.current_workflow_state:
        raise Skipped(_("The page is in review. Import it again afterwards."))
    if page.get_lock():
        raise Skipped(_("The page is locked or scheduled. Import it again afterwards."))


def _notes_on_variants(
    plan: Plan, before: ProductRecord, new: ProductRecord, current: ProductRecord
) -> Iterator[str]:
    codes = plan.codes
    found = {v: merging.variant_here(v, current, codes) for v in new.variants}
    if plan.memory:
        yield from _no_longer_in_file(before, new, {ours.sku for ours in found.values() if ours})
    units = {merging.identity(variant): variant.on_hand for variant in before.variants}
    for variant, ours in found.items():
        if ours is None:
            continue
        if variant.sku and variant.sku != ours.sku:
            text = _("The file calls %(ours)s %(theirs)s now; here it keeps its SKU.")
            yield text % {"ours": ours.sku, "theirs": variant.sku}
        told = plan.memory is None or units.get(merging.identity(variant)) != variant.on_hand
        if told and variant.on_hand is not None and variant.on_hand != ours.on_hand:
            text = _("The file says %(file)d of %(sku)s, here are %(here)d: stock stays.")
            yield text % {"file": variant.on_hand, "sku": ours.sku, "here": ours.on_hand or 0}


def _no_longer_in_file(
    before: ProductRecord, new: ProductRecord, known_as: set[str]
) -> Iterator[str]:
    here = {merging.identity(variant) for variant in new.variants} | known_as
    for variant in before.variants:
        if merging.identity(variant) not in here:
            text = _("%(name)s is no longer in the file, and stays here.")
            yield text % {"name": merging.identity(variant) or new.title}
