from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Any

from django.utils.html import strip_tags

WORDS_A_MINUTE = 220
# What names other things, or how a block looks, is not read.
NOT_READ = {"id", "type", "url", "background", "width", "layout", "side", "alt_text"}


def minutes_to_read(introduction: str, blocks: Iterable[Any]) -> int:
    """Of a StreamField's raw data, so that nothing is fetched for it. One minute at least."""
    words = _words(introduction) + sum(_words(block["value"]) for block in blocks)
    return max(1, ceil(words / WORDS_A_MINUTE))


def _words(value: Any) -> int:
    if isinstance(value, str):
        return len(strip_tags(value.replace("<", " <")).split())
    if isinstance(value, dict):
        return sum(_words(part) for name, part in value.items() if name not in NOT_READ)
    if isinstance(value, list):
        return sum(_words(part) for part in value)
    return 0
