"""What people begin to type when they look for a product: its title from any of its words on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Any

from products.models import Opening

MOST_WORDS = 8
LONGEST = 80
_WORD = re.compile(r"\w[\w'’.-]*")


def compared(title: str) -> str:
    """Without regard to capitals and accents."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    return "".join(one for one in plain if not unicodedata.combining(one))


def openings(title: str) -> set[str]:
    words = _WORD.findall(compared(title))
    return {" ".join(words[first:])[:LONGEST] for first in range(min(len(words), MOST_WORDS))}


def typed(text: str) -> str:
    """As it would begin one of them; empty where there is no word in it."""
    return " ".join(_WORD.findall(compared(text)))[:LONGEST]


def put_right(pages: Iterable[Any], page_ids: set[int]) -> None:
    """`pages` are those of `page_ids` that are to be found."""
    right = {(page.pk, page.locale_id, words) for page in pages for words in openings(page.title)}
    rows = Opening.objects.filter(page__in=page_ids)
    stand = {(row.page_id, row.locale_id, row.words): row.pk for row in rows}
    Opening.objects.filter(pk__in=[stand[key] for key in stand.keys() - right]).delete()
    Opening.objects.bulk_create(
        Opening(page_id=page, locale_id=locale, words=words)
        for page, locale, words in sorted(right - stand.keys())
    )
