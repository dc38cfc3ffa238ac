"""The shop's own style sheets as text, for e-mails and documents that cannot link to them."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders


@cache
def read(name: str) -> str:
    """The text of `static/css/<name>`."""
    path = finders.find(f"css/{name}") or settings.BASE_DIR / "static/css" / name
    return Path(path).read_text(encoding="utf-8")
