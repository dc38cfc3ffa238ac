"""Long lists of names, written as a text of words."""

from __future__ import annotations


def words(text: str) -> list[str]:
    return text.split()
