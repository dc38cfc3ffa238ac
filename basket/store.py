"""Where a basket is kept: in the visitor's session, and with the account of who is signed in.

A change locks the session's row and reads it again, so that two quick changes lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from basket.contents import Contents
from basket.models import SavedBasket

SESSION_KEY = "basket"


def read(request: HttpRequest) -> Contents:
    """The visitor's basket. Who has no session cookie costs no query and gets no cookie."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES and not request.session.modified:
        return Contents()
    return Contents.from_json(request.session.get(SESSION_KEY))


@contextmanager
def changing(request: HttpRequest) -> Iterator[Contents]:
    """The basket, to be changed in place; what stands in it at the end is stored.

    An exception leaves everything as it was.
    """
    session = request.session
    with transaction.atomic():
        is_new = not _lock_and_reload(session)
        contents = Contents.from_json(session.get(SESSION_KEY))
        yield contents
        session[SESSION_KEY] = contents.to_json()
        if is_new:
            session.create()
        else:
            session.save()
        if request.user.is_authenticated:
            SavedBasket.objects.update_or_create(
                user=request.user, defaults={"contents": contents.to_json()}
            )
    # Saving once more at the end of the request would write over whoever came next. Only a new
    # session, which nobody else knows yet, needs it: that is what sends the cookie.
    session.modified = is_new


def _lock_and_reload(session: SessionBase) -> bool:
    """Lock the session's row and take its newest data. False where there is no row."""
    session.get(SESSION_KEY)  # drops a key that the database does not know (any more)
    if not session.session_key:
        return False
    model: Any = session.model  # type: ignore[attr-defined]
    row = (
        model.objects.select_for_update()
        .filter(session_key=session.session_key, expire_date__gt=timezone.now())
        .first()
    )
    if row is None:
        return False
    session._session_cache = session.decode(row.session_data)  # type: ignore[attr-defined]
    return True
