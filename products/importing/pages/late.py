"""Pictures that an earlier import could not get, hung where they belong once they are there.

Editors may have been at the page meanwhile: what they arranged is added to, not arranged anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from products.importing.pages import story
from products.importing.pages.laying import Row, gallery_of, gallery_with
from products.importing.pages.merging import identity
from products.importing.pages.planning import Plan
from products.importing.records import ProductRecord
from products.models import ProductPage

Ids = Mapping[str, int]


def values(
    page: ProductPage,
    record: ProductRecord,
    changed: frozenset[str],
    pictures: Ids,
    arrived: Iterable[str],
) -> dict[str, Any]:
    """Gallery and story with the `arrived` sources, where the file changes neither anyway."""
    arrived = set(arrived)
    before = {source: pk for source, pk in pictures.items() if source not in arrived}
    found: dict[str, Any] = {}
    if "pictures" not in changed and any(one.source in arrived for one in record.pictures):
        found["gallery"] = _gallery(page, record, before, pictures)
    in_story = {source for source, _alt in story.picture_sources(record.body)}
    if "body" not in changed and arrived & in_story and _is_as_imported(page, record, before):
        found["body"] = record.body
    return found


def _gallery(page: ProductPage, record: ProductRecord, before: Ids, pictures: Ids) -> list[Any]:
    here = gallery_of(page.gallery.all())
    whole = gallery_with(record, pictures)
    if [pk for pk, _alt in here] == [pk for pk, _alt in gallery_with(record, before)]:
        return whole
    hung = {pk for pk, _alt in here}
    missing = {pk for pk, _alt in whole} - hung - set(before.values())
    return here + [(pk, alt) for pk, alt in whole if pk in missing]


def _is_as_imported(page: ProductPage, record: ProductRecord, before: Ids) -> bool:
    imported = story.to_blocks(record.body, before.get)
    return story.to_html(page.body.raw_data, str) == story.to_html(imported, str)


def rows(page: ProductPage, plan: Plan, pictures: Ids, arrived: Iterable[str]) -> tuple[Row, ...]:
    """Variants whose picture has come, and that were given none by hand."""
    arrived = set(arrived)
    bare = {row.sku_id for row in page.variants.all() if not row.picture_id}
    codes = plan.codes
    wanted = ((codes.get(identity(v)), v.picture) for v in plan.record.variants)
    return tuple(
        Row(code, {"picture_id": pictures[source]})
        for code, source in wanted
        if code and code in bare and source in arrived
    )
