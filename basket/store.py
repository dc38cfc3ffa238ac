"""Where a basket is kept: in the visitor's session, and with the account of who is signed in.

A change locks the session's row and reads it again, so that two quick changes lose nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
        row = _lock_and_reload(session)
        session.modified = session.modified and row is None
        before = session.get(SESSION_KEY)
        contents = Contents.from_json(before)
        yield contents
        after = contents.to_json()
        if after != (before or Contents().to_json()):
            session[SESSION_KEY] = after
        if session.modified:
            _write(session, row)
        _remember(request.user, after)
    # Saving once more at the end of the request would write over whoever came next. Only a new
    # session, which nobody else knows yet, is saved there, and only there: that sends the cookie.
    session.modified = session.modified and row is None


def _lock_and_reload(session: SessionBase) -> Any:
    """The session's row, locked, whose data the session now has; None where there is none."""
    model: Any = session.model  # type: ignore[attr-defined]
    row = session.session_key and (
        model.objects.select_for_update()
        .filter(session_key=session.session_key, expire_date__gt=timezone.now())
        .first()
    )
    if row:
        session._session_cache = session.decode(row.session_data)  # type: ignore[attr-defined]
        return row
    session.get(SESSION_KEY)  # drops a key that the database does not know (any more)
    return None


def _write(session: Any, row: Any) -> None:
    """What `session.save()` does, without a transaction within ours."""
    if row is None:
        session.draw_key()
        return
    row.session_data, row.expire_date = session.encode(session._session), session.get_expiry_date()
    row.save(update_fields=["session_data", "expire_date"])
    cache = getattr(session, "_cache", None)  # of `cached_db`; while the row is locked
    if cache is not None:
        cache.set(session.cache_key, session._session, session.get_expiry_age())


def _remember(user: Any, contents: Mapping[str, Any]) -> None:
    """With the account of who is signed in."""
    if not user.is_authenticated:
        return
    values = {"contents": contents, "updated_at": timezone.now()}
    if not SavedBasket.objects.filter(user=user).update(**values):
        SavedBasket.objects.update_or_create(user=user, defaults={"contents": contents})
