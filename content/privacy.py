"""Which parts of the shop are private, without asking for each list of pages."""

from __future__ import annotations

from typing import TypeVar

from wagtail.models import PageViewRestriction
from wagtail.query import PageQuerySet

from content.at_hand import once
from content.live_pages.names import SITE, link_to
from content.live_pages.parts import part_of
from content.live_pages.showing import depends_on

Pages = TypeVar("Pages", bound=PageQuerySet)


def private_paths() -> tuple[str, ...]:
    """Of the pages that are private together with all that is below them."""
    found: tuple[str, ...] = once("private", lambda: part_of("private", _paths)).show()
    return found


def open_to_all(pages: Pages) -> Pages:
    """As Wagtail's `public`, which asks for the restrictions each time."""
    for path in private_paths():
        pages = pages.exclude(path__startswith=path)
    return pages


def _paths() -> tuple[str, ...]:
    rows = list(PageViewRestriction.objects.values_list("page_id", "page__path"))
    depends_on(SITE, *(link_to(pk) for pk, _ in rows))  # a page that is moved has another path
    return tuple(path for _, path in rows)
