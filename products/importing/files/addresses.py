"""Addresses in files: which of them lead somewhere from here."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

EVERY_SCHEME = ("http", "https", "mailto", "tel")


def from_anywhere(address: str, schemes: Collection[str] = EVERY_SCHEME) -> str | None:
    """The address with its scheme ("//cdn…" has none); None for what leads nowhere from here."""
    address = address.strip()
    if address.startswith("//"):
        address = f"https:{address}"
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    leads = parts.netloc if parts.scheme in ("http", "https") else parts.path
    return address if parts.scheme in schemes and leads else None


def picture_source(cell: str) -> str:
    """An address, or else the name of a file."""
    return from_anywhere(cell, ("http", "https")) or cell
