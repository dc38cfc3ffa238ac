"""What of a page others show: held against each other before and after a change of the page.

A page's own name moves at every change. The names of what *others* show of it, its link, its place
in a listing, move only if that is different afterwards, so that a corrected word in a story does
not make the whole shop render anew. Page models add theirs in `traces`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from wagtail.models import Page

from content.live_pages.backing import the_backing
from content.live_pages.names import (
    SITE,
    below,
    family_of,
    link_to,
    menu_below,
    name_of,
    paths_above,
)
from content.live_pages.owed import tell_on_commit
from content.live_pages.watching import moved

logger = logging.getLogger(__name__)

Traces = Mapping[str, Any]
# What a draft, a lock or a workflow writes to the page's row; readers see none of it.
UNSEEN = {
    "comments",
    "draft_title",
    "has_unpublished_changes",
    "latest_revision",
    "latest_revision_created_at",
    "live_revision",
    "locked",
    "locked_at",
    "locked_by",
    "numchild",
}


def traces_of(page: Page | None) -> Traces:
    if page is None:
        return {}
    traces: dict[str, Any] = {
        link_to(page): (page.title, page.url_path, page.live),
        family_of(page): (page.pk, page.live, page.locale_id),
    }
    if page.live:
        traces |= {below(path): True for path in paths_above(page.path)}
    if page.live and page.show_in_menus:
        traces[menu_below(page.path[: -page.steplen])] = page.path
    own = getattr(page.specific, "traces", None)
    return {**traces, **own()} if own else traces


def will_change(pk: int | None) -> None:
    """To be called in the transaction of a change, before it is written."""
    if the_backing() is None:
        return
    before = traces_of(_locked(pk)) if pk else {}
    tell_on_commit(lambda: _compare(pk, before))


def is_new(pk: int) -> None:
    """To be called once its row is written."""
    if the_backing() is not None:
        tell_on_commit(lambda: _compare(pk, {}))


def changed_since(page: Page, before: Traces) -> set[str]:
    """The names that moved; `page` is as it is now."""
    after = traces_of(page)
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if before and page.numchild and before[link_to(page)][1] != page.url_path:
        names.add(SITE)  # the addresses below it changed with its own
    entered = getattr(page.specific, "entered", None)
    return names | {name_of(page)} | (entered(names) if entered else set())


def _locked(pk: int) -> Page | None:
    """As it stands in the database, and nobody changes it until this transaction is over: what a
    rival commits in between would be missing from the comparison."""
    pages = Page.objects.filter(pk=pk)
    if transaction.get_connection().in_atomic_block:
        pages = pages.select_for_update()
    return pages.first()


def _compare(pk: int | None, before: Traces) -> None:
    try:
        page = Page.objects.filter(pk=pk).first()
        if page is None:
            moved(f"page:{pk}", *before)
        else:
            moved(*changed_since(page, before))
    except Exception:
        logger.exception("cannot tell what a change of page %s changed: all pages render anew", pk)
        moved(SITE)
