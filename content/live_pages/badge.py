"""What of a page is a visitor's own: how many things are in the basket, on the badge in the header.

A kept page shows the badge of an empty basket. A small cookie, set by whoever changes baskets and
signed together with the session it belongs to, says which badge goes in its place, so that no
session has to be read. A session without its cookie is somebody of whom the page cache knows
nothing: staff, or somebody with messages waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from django.conf import settings
from django.core.signing import Signer
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import constant_time_compare

MOST_UNITS = 999


@lru_cache(maxsize=1024)
def badge_for(units: int, language: str) -> bytes:
    with translation.override(language):
        return render_to_string("components/basket_badge.html", {"units": units}).strip().encode()


def units_in(cookies: Mapping[str, str], session_key: str) -> int | None:
    """As the cookie says; None where there is none that belongs to this session."""
    said, _, signature = cookies.get(settings.BASKET_COOKIE_NAME, "").partition(".")
    if not signature or not said.isascii() or not said.isdecimal() or len(said) > 3:
        return None
    genuine = constant_time_compare(signature, _signature(said, session_key))
    return int(said) if genuine else None


def set_units(response: HttpResponse, session_key: str, units: int) -> None:
    said = str(min(units, MOST_UNITS))
    response.set_cookie(
        settings.BASKET_COOKIE_NAME,
        f"{said}.{_signature(said, session_key)}",
        max_age=settings.SESSION_COOKIE_AGE,
        path=settings.SESSION_COOKIE_PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def drop_units(response: HttpResponse) -> None:
    response.delete_cookie(
        settings.BASKET_COOKIE_NAME,
        path=settings.SESSION_COOKIE_PATH,
        samesite="Lax",
    )


def _signature(said: str, session_key: str) -> str:
    return _signer().signature(f"{said}:{session_key}")


@cache
def _signer() -> Signer:
    return Signer(salt="basket badge")
