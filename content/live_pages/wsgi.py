"""What stands before Django under a WSGI server: pages at hand go out without it.

Only that: whatever is not at hand, or is not for everybody, is Django's, whose first middleware
goes by the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest

from content.live_pages.backing import Unreachable
from content.live_pages.copies import Answer
from content.live_pages.counting import count
from content.live_pages.kept import kept_pages
from content.live_pages.visits import Visit, answer_at_hand

Environment = dict[str, Any]
Application = Callable[[Environment, Callable[..., Any]], Iterable[bytes]]


class PagesAtHand:
    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(
        self, environment: Environment, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        answer = _at_hand(environment)
        if answer is None:
            return self.application(environment, start_response)
        count("hit")
        headers = list(answer.headers)
        if settings.DEBUG:
            headers.append(("X-Live-Page", "hit"))
        start_response(answer.status, headers)
        return [answer.body]


def _at_hand(environment: Environment) -> Answer | None:
    pages = kept_pages()
    if pages is None:
        return None
    request = WSGIRequest(environment)
    try:
        return answer_at_hand(pages, Visit.of(request), request)
    except Unreachable:
        return None
