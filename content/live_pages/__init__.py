"""Whole pages kept as ready bytes, and never shown stale. docs/live-pages.md explains it.

While a page renders, what it shows names itself (`depends_on`). Each of these names has a version
that moves when the thing changes; a kept page is given out only while all its versions are as
they were *before* it was rendered.
"""

from content.live_pages.names import below, name_of
from content.live_pages.owed import tell_on_commit
from content.live_pages.showing import depends_on, good_until, out_of_sight, refuse
from content.live_pages.watching import moved, shown_on_pages, watch, watched_elsewhere

__all__ = [
    "below",
    "depends_on",
    "good_until",
    "moved",
    "name_of",
    "out_of_sight",
    "refuse",
    "shown_on_pages",
    "tell_on_commit",
    "watch",
    "watched_elsewhere",
]
