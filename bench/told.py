"""A Django application that says in a header what a visit was to the page cache.

By what was counted meanwhile: so of a server of one process, asked for one page at a time.
"""

from collections.abc import Callable, Iterable
from typing import Any

HEADER = "X-Told"


class ToldVisits:
    def __init__(
        self, application: Callable[..., Iterable[bytes]], stats: Callable[[], dict[str, int]]
    ) -> None:
        self.application, self.stats = application, stats

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        before = self.stats()

        def start(status: str, headers: list[tuple[str, str]], *others: Any) -> Any:
            what = ", ".join(kind for kind, n in self.stats().items() if n != before.get(kind))
            return start_response(status, [*headers, (HEADER, what)], *others)

        return self.application(environ, start)
