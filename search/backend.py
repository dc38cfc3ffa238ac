"""Wagtail's search in the database, without what costs the more, the more stands in it."""

from __future__ import annotations

from typing import Any

from django.db import connection
from modelsearch.backends.database import SearchBackend as WagtailsOwn
from modelsearch.backends.database.postgres.postgres import PostgresIndex, PostgresSearchBackend


class Index(PostgresIndex):
    def _refresh_title_norms(self, full: bool = False) -> None:
        """Only when the whole index is made anew: it reads all of it, after each page that is
        saved. The shop's own search weighs titles by itself (`search.words`)."""
        if full:
            super()._refresh_title_norms(full=True)


class Backend(PostgresSearchBackend):
    index_class = Index


def SearchBackend(params: dict[str, Any]) -> Any:  # noqa: N802
    """As Wagtail asks for it."""
    return Backend(params) if connection.vendor == "postgresql" else WagtailsOwn(params)
