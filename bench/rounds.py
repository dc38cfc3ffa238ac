"""Rounds in shuffled order, so that whatever else the machine does hits all alike; and medians."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

Figures = TypeVar("Figures")


def in_rounds(
    tasks: Mapping[str, Callable[[], Figures]],
    rounds: int,
    *,
    tell: Callable[[int], object] = lambda _number: None,
) -> dict[str, list[Figures]]:
    """What each task returned, a round each; `tell` hears the number of the round that begins."""
    found: dict[str, list[Figures]] = {name: [] for name in tasks}
    for number in range(1, rounds + 1):
        tell(number)
        for name in random.sample(list(tasks), len(tasks)):
            found[name].append(tasks[name]())
    return found


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def spread(values: Sequence[float]) -> float:
    """How far the rounds lie apart: the range as a share of the median."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """In Markdown: the first column to the left, the others to the right."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"
