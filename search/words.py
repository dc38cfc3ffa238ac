"""Which pages have all these words, best first, in a time that hardly grows with the shop.

Wagtail's search on PostgreSQL ranks all that match, and a common word matches everything. Here
those with the words in their title come first, then the others; and of each only so many are
ranked: nobody reads more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVectorField
from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet
from django.db.models.functions import Cast
from wagtail.models import Page
from wagtail.query import PageQuerySet
from wagtail.search.models import IndexEntry

TITLE: Any = F("title")
# As Wagtail writes it, and as `search_of_all_words` indexes it.
ALL_WORDS = Func(
    "title",
    "body",
    template="(%(expressions)s)",
    arg_joiner=" || ",
    output_field=SearchVectorField(),
)


def best_by_words(
    query: str, pages: PageQuerySet, types: Iterable[type[Page]], most: int
) -> list[int]:
    """The ids of at most so many of `pages`, all of these types.

    Quotation marks aside: SQLite's search takes one that is not closed for a mistake.
    """
    words = query.replace('"', " ").strip()
    if not words:
        return []
    if connection.vendor != "postgresql":
        return [page.pk for page in pages.search(words)[:most]]
    found: dict[int, None] = {}
    for vector in (TITLE, ALL_WORDS):
        if len(found) < most:
            ranked = best(some_with(words, pages, types, vector, most), words, vector)
            found |= dict.fromkeys(ranked.values_list("page", flat=True))
    return list(found)[:most]


def some_with(
    words: str, pages: PageQuerySet, types: Iterable[type[Page]], vector: Any, most: int
) -> QuerySet[Any]:
    """Entries of the search index, as many as are ranked."""
    kinds = ContentType.objects.get_for_models(*types).values()
    return (
        IndexEntry.objects.annotate(page=Cast("object_id", IntegerField()), words=vector)
        .filter(
            content_type__in=[kind.pk for kind in kinds],
            words=SearchQuery(words),
            page__in=pages.order_by().values("pk"),
        )
        .values("pk")[:most]
    )


def best(entries: QuerySet[Any], words: str, vector: Any) -> QuerySet[Any]:
    """A short title that has the words says them louder than a long one."""
    rank = SearchRank(vector, SearchQuery(words), normalization=2)
    ranked = IndexEntry.objects.annotate(page=Cast("object_id", IntegerField()), rank=rank)
    return ranked.filter(pk__in=entries).order_by("-rank", "-page")
