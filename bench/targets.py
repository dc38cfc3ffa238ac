"""What is measured: a name, a server, and what a visitor does there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from bench.visitor import Visitor

Step = Callable[[Visitor], None]
PARTS = ("pages", "basket", "orders", "search", "admin")
# Servers: a bare view, our shop, our shop with its page cache off, and Oscar.
BARE, OURS, UNCACHED, OSCAR = "bare view", "ours", "ours without page cache", "Oscar"
BARE_VIEW = "bare Django view of the same bytes"


def nothing(_visitor: Visitor) -> None:
    """A visitor who has just come needs no more."""


@dataclass(frozen=True)
class Target:
    name: str
    part: str
    server: str
    visit: Step
    ready: Step = nothing  # what comes before and is not measured
    once: bool = False  # a visit uses up what made it ready: an order empties the basket
    works_on: bool = False  # it leaves tasks behind

    def __post_init__(self) -> None:
        if self.part not in PARTS:
            raise ValueError(self.part)


def in_turn(paths: list[str], expect: list[str], times: int | None = None) -> Step:
    """A page after the other, each with what must stand on it, and how often where that is said."""
    turns = count()

    def visit(visitor: Visitor) -> None:
        place = next(turns) % len(paths)
        visitor.get(paths[place], expect[place], times=times)

    return visit


def page(path: str, expect: str, times: int | None = None) -> Step:
    return in_turn([path], [expect], times)
