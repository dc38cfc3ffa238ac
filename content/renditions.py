"""Which sizes of a picture the shop shows: one list, and making them before anybody looks.

Templates name a use (`{% picture_for "lead" picture … %}`), never a size. What is not made yet when
a page is viewed is made then, so the list saves time and nothing depends on it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator
from functools import cache

from django.db.models import Case, Count, F, Q, QuerySet, Value, When
from wagtail.images.models import Filter
from wagtail.images.shortcuts import get_renditions_or_not_found

from content.models import Picture, Rendition

logger = logging.getLogger(__name__)

# The browser takes the first format that it knows: "avif" would go in front. It is a third smaller
# (800 px of four demo pictures: 208 kB, WebP 307 kB) for sixteen times the processor (1.2 s a
# picture, not 0.07), which whoever sees a new page first would wait for; and the largest picture
# of a product page is there in 1.7 s on slow 4G without it. So it is not.
FORMATS = ("webp",)
WIDTHS = (400, 800, 1200)
LEAD_WIDTHS = (*WIDTHS, 1800)
# One size is enough for the few browsers without WebP; search engines read it too.
PLAIN = "format-jpeg|width-1200"


def _in_widths(widths: Iterable[int]) -> tuple[str, ...]:
    return (*(f"format-{name}|width-{width}" for name in FORMATS for width in widths), PLAIN)


USES: dict[str, tuple[str, ...]] = {
    "page": _in_widths(WIDTHS),
    "lead": _in_widths(LEAD_WIDTHS),
    "thumbnail": (*(f"format-{name}|fill-160x160" for name in FORMATS), "format-jpeg|fill-160x160"),
    "share": ("fill-1200x630|format-jpeg",),
    "logo": ("max-400x80",),
    "admin": ("max-165x165", "max-120x120"),  # where pictures are chosen, and beside an order
}
ALL_SPECS = tuple(dict.fromkeys(spec for specs in USES.values() for spec in specs))


def specs_for(use: str, width: int) -> list[str]:
    """The specs of a use that make sense for a picture this many pixels wide."""
    return [spec for spec in USES[use] if _adds_detail(spec, width)]


def wanted(width: int) -> list[str]:
    """Every spec that some template may ask of a picture this wide."""
    return [spec for spec in ALL_SPECS if _adds_detail(spec, width)]


def renditions_of(picture: Picture, specs: Iterable[str]) -> dict[str, Rendition]:
    """By spec. Of a picture whose renditions are at hand nothing is asked; for the others, and
    where one is not made yet, Wagtail looks in its cache, in the database, and makes it."""
    specs = list(specs)
    if "renditions" in getattr(picture, "_prefetched_objects_cache", ()):
        made = {(one.filter_spec, one.focal_point_key): one for one in picture.renditions.all()}
        keys = {spec: (spec, _filter(spec).get_cache_key(picture)) for spec in specs}
        if made.keys() >= set(keys.values()):
            return {spec: made[key] for spec, key in keys.items()}
    renditions: dict[str, Rendition] = get_renditions_or_not_found(picture, specs)
    return renditions


@cache
def _filter(spec: str) -> Filter:
    return Filter(spec=spec)


def _adds_detail(spec: str, width: int) -> bool:
    """Pictures are never enlarged: from the first width that holds all of it on, all are alike."""
    asked = re.fullmatch(r"format-\w+\|width-(\d+)", spec)
    if asked is None or spec == PLAIN:
        return True
    smaller = [other for other in LEAD_WIDTHS if other < int(asked[1])]
    return not smaller or smaller[-1] < width


def due() -> QuerySet[Picture]:
    """Pictures that lack a size, the newest first: somebody has just put them on a page."""
    steps = sorted(LEAD_WIDTHS[:-1], reverse=True)
    number_wanted = Case(
        *(When(width__gt=step, then=Value(len(wanted(step + 1)))) for step in steps),
        default=Value(len(wanted(1))),
    )
    made = Count("renditions", filter=Q(renditions__filter_spec__in=ALL_SPECS))
    pictures = Picture.objects.annotate(made=made, wanted=number_wanted)
    return pictures.filter(made__lt=F("wanted")).order_by("-pk")


def forget_outdated(picture: Picture) -> None:
    """Drop what was cut around another focal point, so that `due` sees what is missing."""
    for spec in ALL_SPECS:
        key = Filter(spec=spec).get_cache_key(picture)
        if key:
            picture.renditions.filter(filter_spec=spec).exclude(focal_point_key=key).delete()


def make(picture: Picture) -> bool:
    """Make what is missing, one after the other. False for a picture that cannot be read."""
    try:
        for spec in _missing(picture):
            picture.get_rendition(spec)
    except Exception as error:  # whatever its bytes are, the next picture must have its turn
        logger.warning("picture %s cannot be read: %s", picture.pk, type(error).__name__)
        return False
    return True


def _missing(picture: Picture) -> Iterator[str]:
    made = set(picture.renditions.values_list("filter_spec", "focal_point_key"))
    for spec in wanted(picture.width):
        if (spec, Filter(spec=spec).get_cache_key(picture)) not in made:
            yield spec
