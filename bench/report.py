"""bench/results.md: the goals with what was got, and all that was measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bench.goals import Found, Medians, judged
from bench.measuring import Figures
from bench.rounds import spread, table
from bench.running import Needs, Run
from bench.targets import BARE_VIEW, OSCAR, OURS

HEAD = """# What a visit costs

Written by `make bench`. Medians of the rounds, whose order was shuffled. CPU is user and system
time of all processes of the web server; PostgreSQL's, and that of the Celery worker which sends
the mail afterwards, stand apart. Oscar sends its mail within the request. The checkouts are paid by
bank transfer: the demo payment exists in development only. Requests a second are those of a client
that shares the machine.
"""


def written(run: Run, more: Mapping[str, str]) -> str:
    found = {
        target.name: Medians.of(run.figures[target.name], run.queries.get(target.name))
        for target in run.targets
    }
    parts = [HEAD, "\n".join(f"- {line}" for line in run.about) + "\n"]
    goals = judged(found) + _beside_oscar(run.servers)
    if goals:
        parts += ["## Goals\n", table(["what", "wanted", "got", "met"], goals)]
    parts += ["## Figures\n", _figures(found, run.figures), "## Servers\n", _servers(run)]
    if more:
        parts.append(standing_alone(more))
    return "\n".join(parts)


def standing_alone(more: Mapping[str, str]) -> str:
    """What each printed, under its title."""
    return "\n".join(f"## {title}\n\n```\n{said.strip()}\n```\n" for title, said in more.items())


def _beside_oscar(servers: Mapping[str, Needs]) -> list[list[str]]:
    """What a server needs, for which no goal is set."""
    if OSCAR not in servers:
        return []
    ours, theirs = servers[OURS], servers[OSCAR]

    def row(what: str, unit: str, mine: float, other: float) -> list[str]:
        return [
            what,
            "",
            f"{mine:.3g} {unit}, Oscar's {other:.3g} {unit}: {mine / other:.2f} ×",
            "",
        ]

    return [
        row("memory of a worker", "MB", ours.worker_memory, theirs.worker_memory),
        row("start until the first answer", "s", ours.start, theirs.start),
    ]


def _figures(found: Found, rounds: Mapping[str, Sequence[Figures]]) -> str:
    bare = found[BARE_VIEW]
    head = ["what", "CPU ms", "× bare", "PostgreSQL ms", "worker ms", "a second", "queries", "±"]
    return table(head, [_row(name, one, bare, rounds[name]) for name, one in found.items()])


def _row(name: str, one: Medians, bare: Medians, rounds: Sequence[Figures]) -> list[str]:
    apart = spread([figures.server_ms for figures in rounds]) / 2
    return [
        name,
        f"{one.server_ms:.2f}",
        f"{one.server_ms / bare.server_ms:.1f}",
        f"{one.database_ms:.2f}",
        f"{one.worker_ms:.2f}",
        f"{one.rate:.0f}" if one.rate >= 10 else f"{one.rate:.1f}",
        "" if one.queries is None else str(one.queries),
        f"{apart:.0%}",
    ]


def _servers(run: Run) -> str:
    rows = [
        [name, f"{one.worker_memory:.0f}", f"{one.memory:.0f}", f"{one.start:.1f}"]
        for name, one in sorted(run.servers.items())
    ]
    return table(["server", "a worker MB", "all of it MB", "s until the first answer"], rows)
