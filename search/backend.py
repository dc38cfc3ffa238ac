"""Wagtail's search in the database, without what costs the more, the more stands in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from modelsearch.backends.database import SearchBackend as WagtailsOwn
from modelsearch.backends.database.postgres.postgres import (
    ObjectIndexer,
    PostgresIndex,
    PostgresSearchBackend,
)
from modelsearch.index import AutocompleteField
from modelsearch.utils import get_content_type_pk
from wagtail.search.models import IndexEntry

_ANEW = ("title", "title_norm", "autocomplete", "body", "title_text", "body_text")
_WRITE = f"""
    INSERT INTO {IndexEntry._meta.db_table} (content_type_id, object_id, {", ".join(_ANEW)})
    VALUES {{rows}}
    ON CONFLICT (content_type_id, object_id)
    DO UPDATE SET {", ".join(f"{column} = EXCLUDED.{column}" for column in _ANEW)}
"""  # noqa: S608
_Text = tuple[str, str]  # with its weight


class Index(PostgresIndex):
    def add_items(self, model: Any, objs: Iterable[Any]) -> None:
        """As Wagtail does it, which reads each text of each page five times."""
        kind = get_content_type_pk(model)
        rows = [self._row(kind, ObjectIndexer(one, self.backend)) for one in objs]
        if rows:
            with self.write_connection.cursor() as cursor:
                values = ", ".join(sql for sql, _ in rows)
                cursor.execute(
                    _WRITE.format(rows=values), [one for _, said in rows for one in said]
                )

    def _row(self, kind: int, indexer: ObjectIndexer) -> tuple[str, list[Any]]:
        """Its SQL and parameters."""
        titles, starts, texts = _read(indexer)
        title, start, body = (
            _vector(titles, indexer.config),
            _vector(starts, indexer.autocomplete_config),
            _vector(texts, indexer.config),
        )
        plain = [" ".join(text for text, _weight in some) for some in (titles, texts)]
        return (
            f"(%s, %s, {title[0]}, 1.0, {start[0]}, {body[0]}, %s, %s)",
            [kind, indexer.id, *title[1], *start[1], *body[1], *plain],
        )

    def _refresh_title_norms(self, full: bool = False) -> None:
        """Only when the whole index is made anew: it reads all of it, after each page that is
        saved. The shop's own search weighs titles by itself (`search.words`)."""
        if full:
            super()._refresh_title_norms(full=True)


def _read(indexer: ObjectIndexer) -> tuple[list[_Text], list[_Text], list[_Text]]:
    """Its titles, what is found by its beginning, and everything else, without empty ones."""
    titles: list[_Text] = []
    starts: list[_Text] = []
    texts: list[_Text] = []
    for field in indexer.search_fields:
        for part, weight, value in indexer.prepare_field(indexer.obj, field):
            if text := value.strip():
                starting = isinstance(part, AutocompleteField)
                where = starts if starting else titles if part.field_name == "title" else texts
                where.append((text, weight))
    return titles, starts, texts


def _vector(texts: Sequence[_Text], config: str | None) -> tuple[str, list[str]]:
    """Its SQL and parameters."""
    if not texts:
        return "''::tsvector", []
    words = "to_tsvector(%s::regconfig, %s::text)" if config else "to_tsvector(%s::text)"
    language = (config,) if config else ()
    parameters = [one for text, weight in texts for one in (*language, text, weight)]
    return " || ".join([f"setweight({words}, %s)"] * len(texts)), parameters


class Backend(PostgresSearchBackend):
    index_class = Index


def SearchBackend(params: dict[str, Any]) -> Any:  # noqa: N802
    """As Wagtail asks for it."""
    return Backend(params) if connection.vendor == "postgresql" else WagtailsOwn(params)
