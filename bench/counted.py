"""A Django application that says in a header how many queries an answer took.

Without BEGIN and COMMIT, with savepoints. For counting only: it is not what is measured.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

HEADER = "X-Queries"


class CountedQueries:
    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        queries: list[str] = []

        def count(execute: Any, sql: str, *others: Any) -> Any:
            queries.append(sql)
            return execute(sql, *others)

        def start(status: str, headers: list[tuple[str, str]], *others: Any) -> Any:
            return start_response(status, [*headers, (HEADER, str(len(queries)))], *others)

        with connection.execute_wrapper(count):
            return self.application(environ, start)
