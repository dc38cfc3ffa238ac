"""How often somebody may try, by their address and by what they try (a code, an e-mail)."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest


def allowed(request: HttpRequest, action: str, key: str = "") -> bool:
    """Whether this attempt is within the limits that the settings name for `action`.

    Counts it. A limit "by key" counts attempts at the same `key`, whoever makes them; the client's
    address is the one that the trusted proxies vouch for, never what a visitor claims.
    """
    return bool(ratelimit.consume(request, action=action, key=key or None))
