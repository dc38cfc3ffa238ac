"""CPU and requests a second of a target, by a few visitors at once who wait for each answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bench.processes import cpu_seconds
from bench.serving import WebServer
from bench.targets import Target
from bench.visitor import Visitor

Result = TypeVar("Result")
CLIENTS = 8
LOOKED_AT = 20  # pages of each kind, in both shops
FEWEST, MOST = 8, 400  # visits that use themselves up, a round
QUIET = 0.5  # seconds in which a worker does nothing before it counts as done


@dataclass(frozen=True)
class Figures:
    """Of one round; CPU is user and system time, in seconds."""

    visits: int
    seconds: float
    server: float
    database: float
    worker: float

    @property
    def server_ms(self) -> float:
        """CPU milliseconds of the web server a visit."""
        return self.server / self.visits * 1000

    @property
    def database_ms(self) -> float:
        return self.database / self.visits * 1000

    @property
    def worker_ms(self) -> float:
        return self.worker / self.visits * 1000

    @property
    def total_ms(self) -> float:
        return self.server_ms + self.database_ms + self.worker_ms

    @property
    def rate(self) -> float:
        """Visits a second."""
        return self.visits / self.seconds


@dataclass(frozen=True)
class Processes:
    """That work for the web servers, by their ids; None where there is none."""

    database: int | None
    worker: int | None = None


class Measuring:
    """Of whatever these servers serve. One target at a time: all of the database's work is its."""

    def __init__(
        self, servers: Mapping[str, WebServer], processes: Processes, seconds: float
    ) -> None:
        self.servers, self.processes, self.seconds = servers, processes, seconds
        self._visitors: dict[str, list[Visitor]] = {}
        self._pace: dict[str, float] = {}

    def warm(self, target: Target) -> None:
        """Until caches are filled and it is known how long a visit takes.

        At first one visitor alone: eight at once would all make the same thumbnails, which Oscar's
        library for them does not bear.
        """
        visitors = self._ready(target, CLIENTS)
        if not target.once:
            for _ in range(LOOKED_AT):
                target.visit(visitors[0])
        visits, seconds = self._visits(target, visitors, self.seconds)
        self._pace[target.name] = visits / seconds
        self._let_worker_finish(target)

    def measure(self, target: Target) -> Figures:
        wanted = round(self._pace[target.name] * self.seconds)
        visitors = self._ready(target, max(FEWEST, min(MOST, wanted)))
        self._let_worker_finish(target)
        before = self._used(target)
        visits, seconds = self._visits(target, visitors, self.seconds)
        self._let_worker_finish(target)
        server, database, worker = (
            after - earlier for after, earlier in zip(self._used(target), before, strict=True)
        )
        return Figures(visits, seconds, server, database, worker)

    def _ready(self, target: Target, count: int) -> list[Visitor]:
        """So many new visitors where a visit uses them up; else one, in as many windows."""
        port = self.servers[target.server].port
        if target.once:
            visitors = [Visitor(port) for _ in range(count)]
            at_once(partial(_come, target), visitors)
            return visitors
        if target.name not in self._visitors:
            first = Visitor(port)
            _come(target, first)
            self._visitors[target.name] = [first.in_another_window() for _ in range(CLIENTS)]
        return self._visitors[target.name]

    def _visits(
        self, target: Target, visitors: Sequence[Visitor], seconds: float
    ) -> tuple[int, float]:
        """How many there were, and how long they took together."""
        began = time.monotonic()
        until = began + seconds
        visits = sum(at_once(partial(_again, target, until), visitors))
        return visits, time.monotonic() - began

    def _used(self, target: Target) -> tuple[float, float, float]:
        server, processes = self.servers[target.server], self.processes
        return server.cpu_seconds(), _cpu(processes.database), _cpu(processes.worker)

    def _let_worker_finish(self, target: Target) -> None:
        if not target.works_on:
            return
        used, before = _cpu(self.processes.worker), -1.0
        while used > before:
            time.sleep(QUIET)
            before, used = used, _cpu(self.processes.worker)


def at_once(task: Callable[[Visitor], Result], visitors: Sequence[Visitor]) -> list[Result]:
    with ThreadPoolExecutor(CLIENTS) as threads:
        return list(threads.map(task, visitors))


def _cpu(pid: int | None) -> float:
    return cpu_seconds(pid) if pid else 0.0


def _come(target: Target, visitor: Visitor) -> None:
    target.ready(visitor)
    visitor.rest()


def _again(target: Target, until: float, visitor: Visitor) -> int:
    """How often the visitor came before the time was over; who can come only once, came once."""
    visits = 0
    while not visits or (not target.once and time.monotonic() < until):
        target.visit(visitor)
        visits += 1
    return visits
