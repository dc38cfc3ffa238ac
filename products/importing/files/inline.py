"""Text within a block: pieces with their marks, and how they are written."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

# ("a", address), ("b", "") or ("i", ""); a run is a piece of text and what is around it.
Mark = tuple[str, str]
Run = tuple[str, tuple[Mark, ...]]

BREAK = "\n"  # as a run of its own; line ends in text are but white space


def without_line_ends(text: str) -> str:
    return re.sub(r"[ \t\r\n\f\v]+", " ", text)


def passages(runs: Iterable[Run]) -> list[list[Run]]:
    """The text in paragraphs: an empty line ends one, a single break stays in it."""
    found: list[list[Run]] = []
    line: list[Run] = []
    breaks: list[Run] = [(BREAK, ()), (BREAK, ())]
    for run in [*runs, (BREAK, ())]:
        if run[0] != BREAK:
            line.append(run)
            continue
        if tidy := _tidied(line):
            if len(breaks) > 1:
                found.append(tidy)
            else:
                found[-1] += [*breaks, *tidy]
            breaks = []
        breaks.append(run)
        line = []
    return found


def one_line(runs: Iterable[Run], keep: Sequence[str] = ("a", "b", "i")) -> list[Run]:
    """Without breaks, and with no marks but those to `keep`."""
    kept = [
        (" " if text == BREAK else text, tuple(mark for mark in marks if mark[0] in keep))
        for text, marks in runs
    ]
    return _tidied(kept)


def markup(runs: Iterable[Run], depth: int = 0) -> str:
    """Marks are sorted, so that what neighbours share is opened once."""
    parts = []
    for mark, group in groupby(runs, key=lambda run: run[1][depth] if run[1][depth:] else None):
        if mark is None:
            parts += [html.escape(text, quote=False) for text, _marks in group]
            continue
        name, href = mark
        opening = f'<a href="{html.escape(href)}">' if name == "a" else f"<{name}>"
        parts.append(f"{opening}{markup(list(group), depth + 1)}</{name}>")
    return "".join(parts).replace(BREAK, "<br/>")


def _tidied(runs: Iterable[Run]) -> list[Run]:
    """One space between words, none at either end, no run without text."""
    tidy: list[Run] = []
    after_space = True
    for text, marks in runs:
        shown = text.lstrip() if not tidy else text.lstrip(" ") if after_space else text
        if shown:
            tidy.append((shown, marks))
            after_space = shown.endswith(" ")
    while tidy:
        text, marks = tidy.pop()
        if text.rstrip():
            return [*tidy, (text.rstrip(), marks)]
    return []
