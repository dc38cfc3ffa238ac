"""A new visitor's session is written once, at the end of the request that sends its cookie.

Django's own has a key only once it is written; then whoever needs the key earlier (the badge's
cookie is signed with it) has a session written twice, in two transactions.
"""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.middleware import SessionMiddleware
from django.utils.crypto import get_random_string


class Sessions(SessionMiddleware):
    def __init__(self, get_response: Any) -> None:
        super().__init__(get_response)
        # By its name, which salts what is signed, it is the session that it was.
        self.SessionStore: Any = type("SessionStore", (WithDrawnKey, self.SessionStore), {})


class WithDrawnKey:
    """Of any of Django's engines."""

    is_drawn = False

    def draw_key(self) -> None:
        """Nobody looks whether somebody has a key of 165 random bits yet: writing it would tell."""
        if not self.is_drawn:
            self._session_key, self.is_drawn = get_random_string(32, VALID_KEY_CHARS), True

    def save(self, must_create: bool = False) -> None:
        super().save(must_create or self.is_drawn)  # type: ignore[misc]
        self.is_drawn = False
