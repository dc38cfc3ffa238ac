"""One POST to the shop's webhook view, on this machine only."""

from __future__ import annotations

from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

NO_CONNECTION = 0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def check_loopback(url: str) -> None:
    """A test tool never talks to the outside, even when it is told to."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise ValueError(f"webhooks go to http on the loopback only, not to {url}")


def post(url: str, body: str, signature: str, timeout: float) -> int:
    """The status answered, or `NO_CONNECTION`. Redirects are not followed, as Stripe does not."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature,
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    try:
        connection.request("POST", path, body.encode(), headers)
        response = connection.getresponse()
        response.read()
        return response.status
    except (OSError, HTTPException):
        return NO_CONNECTION
    finally:
        connection.close()
