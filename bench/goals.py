"""The goals that one run can judge: ours against the bare view and against django-oscar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.measuring import Figures
from bench.rounds import median
from bench.targets import BARE_VIEW


@dataclass(frozen=True)
class Medians:
    """Of one target, over the rounds."""

    server_ms: float
    database_ms: float
    worker_ms: float
    rate: float
    queries: int | None

    @classmethod
    def of(cls, rounds: Sequence[Figures], queries: int | None) -> Medians:
        return cls(
            median([one.server_ms for one in rounds]),
            median([one.database_ms for one in rounds]),
            median([one.worker_ms for one in rounds]),
            median([one.rate for one in rounds]),
            queries,
        )

    @property
    def own_ms(self) -> float:
        """What our processes spend, the tasks that follow included."""
        return self.server_ms + self.worker_ms

    @property
    def all_ms(self) -> float:
        return self.own_ms + self.database_ms


Found = Mapping[str, Medians]


@dataclass(frozen=True)
class Goal:
    """Our CPU a visit against another's; `times` less of it, or at most `times` as much."""

    what: str
    ours: str
    theirs: str
    times: float
    less: bool = True
    queries: int | None = None

    @property
    def wanted(self) -> str:
        ratio = f"≥ {self.times:g} × less" if self.less else f"≤ {self.times:g} ×"
        return ratio if self.queries is None else f"{ratio}, ≤ {self.queries} queries"

    def got(self, found: Found) -> str:
        ratio, with_database = self._ratios(found)
        words = f"{ratio:.2f} ×" if ratio < 10 else f"{ratio:.0f} ×"
        words += f" (with PostgreSQL {with_database:.3g} ×"
        if self.less and found[self.ours].worker_ms:
            alone = found[self.theirs].server_ms / found[self.ours].server_ms
            words += f", without the worker {alone:.3g} ×"
        words += ")"
        if self.queries is not None:
            words += f", {found[self.ours].queries} queries"
        return words

    def is_met(self, found: Found) -> bool:
        ratio, _ = self._ratios(found)
        queries = found[self.ours].queries
        if self.queries is not None and (queries is None or queries > self.queries):
            return False
        return ratio >= self.times if self.less else ratio <= self.times

    def _ratios(self, found: Found) -> tuple[float, float]:
        ours, theirs = found[self.ours], found[self.theirs]
        if self.less:
            return theirs.own_ms / ours.own_ms, theirs.all_ms / ours.all_ms
        return ours.own_ms / theirs.own_ms, ours.all_ms / theirs.all_ms


@dataclass(frozen=True)
class RateGoal(Goal):
    """Visits a second instead of CPU."""

    @property
    def wanted(self) -> str:
        return f"≥ {self.times:g} × the requests a second"

    def got(self, found: Found) -> str:
        return f"{self._ratios(found)[0]:.0f} ×"

    def _ratios(self, found: Found) -> tuple[float, float]:
        ratio = found[self.ours].rate / found[self.theirs].rate
        return ratio, ratio


def _cached(name: str) -> Goal:
    what = f"cached page ({name}) against the bare view"
    return Goal(what, f"{name}, cached", BARE_VIEW, 1.3, less=False)


GOALS: tuple[Goal, ...] = (
    *map(_cached, ("product", "category", "landing")),
    RateGoal("cached product page against Oscar's", "product, cached", "Oscar: product", 60),
    Goal("uncached product page", "product, not cached", "Oscar: product", 3, queries=10),
    Goal(
        "uncached category of 24, Oscar's of 20",
        "category, not cached",
        "Oscar: category",
        25,
        queries=10,
    ),
    Goal("add to basket", "add to basket", "Oscar: add to basket", 10),
    Goal("basket page of 3 lines", "basket of 3 lines", "Oscar: basket of 3 lines", 6),
    Goal(
        "place order, 2 lines",
        "place order of 2 lines",
        "Oscar: place order of 2 lines",
        4,
        queries=25,
    ),
    Goal(
        "whole guest checkout from basket to thank-you page",
        "basket to thank-you page",
        "Oscar: basket to thank-you page",
        6,
    ),
)


def judged(found: Found) -> list[list[str]]:
    """Rows of what was wanted, what was got, and whether it is met; of what was measured."""
    return [
        [goal.what, goal.wanted, goal.got(found), "yes" if goal.is_met(found) else "**no**"]
        for goal in GOALS
        if goal.ours in found and goal.theirs in found
    ]
