"""The same shop small and large, side by side: `make bench ARGS="--scale 100 100000"`.

Without the page cache, since a kept page costs the same in any shop; PostgreSQL's time included.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from bench import machine, serving, shop
from bench.goals import Medians
from bench.measuring import Processes
from bench.ours import OurShop
from bench.rounds import table
from bench.running import WITHOUT_PAGE_CACHE, Place, counted, in_turns, said_on_failure, tell
from bench.targets import UNCACHED, Target
from tests.journeys.shop import new_database
from tests.services import throwaway_postgres, throwaway_redis

GOAL = 1.2  # times the CPU of the smallest


@dataclass(frozen=True)
class Sized:
    """One of the shops, and what is visited there, by names that all of them share."""

    size: int
    place: Place
    targets: Sequence[Target]

    def named(self, target: Target) -> Target:
        return replace(target, name=f"{target.name}, {self.size}", server=str(self.size))


def run(folder: Path, sizes: Sequence[int], rounds: int, seconds: float) -> str:
    about = machine.described()
    with (
        said_on_failure(folder / "servers.log"),
        throwaway_postgres() as postgres,
        throwaway_redis() as cache,
        ExitStack() as stack,
    ):
        shops = []
        for size in sorted(sizes):
            database = stack.enter_context(new_database(postgres.url, f"of-{size}"))
            shops.append(_filled(folder / str(size), size, database, cache.url))
        targets = [one.named(target) for one in shops for target in one.targets]
        places = {str(one.size): one.place for one in shops}
        with shop.collected_files(shops[0].place.settings):
            with ExitStack() as servers:
                running = {
                    name: servers.enter_context(
                        serving.serving(place.application, place.settings, folder / "servers.log")
                    )
                    for name, place in places.items()
                }
                found = in_turns(running, targets, Processes(postgres.pid), rounds, seconds)
            queries = counted(places, targets, folder)
    medians = {name: Medians.of(figures, queries.get(name)) for name, figures in found.items()}
    return "\n".join(
        [
            "# Small and large\n",
            "\n".join(f"- {line}" for line in about) + "\n",
            "CPU milliseconds a visit, of the web server and PostgreSQL; queries in brackets.\n",
            _compared(shops, medians),
        ]
    )


def _filled(folder: Path, size: int, database: str, cache: str) -> Sized:
    tell(f"Filling a shop with {size} products")
    folder.mkdir()
    prefix = f"of-{size}"
    settings = shop.environment(folder, database, cache, CACHE_KEY_PREFIX=prefix)
    shop.load_demo(settings)
    shop.manage(settings, "make_catalogue", str(size))
    ours = OurShop(json.loads(shop.develop(settings, "-m", "bench.our_pages")))
    targets = [
        one
        for one in ours.targets()
        if one.server == UNCACHED or one.part in {"basket", "search", "admin"}
    ]
    return Sized(size, Place("bowerbird.wsgi", {**settings, **WITHOUT_PAGE_CACHE}), targets)


def _compared(shops: Sequence[Sized], medians: dict[str, Medians]) -> str:
    smallest, largest = shops[0], shops[-1]
    rows = []
    for target in smallest.targets:
        found = [medians[one.named(target).name] for one in shops]
        ratio = found[-1].all_ms / found[0].all_ms
        met = ratio <= GOAL and found[-1].queries == found[0].queries
        cells = [f"{one.all_ms:.1f} ({one.queries})" for one in found]
        rows.append([target.name, *cells, f"{ratio:.2f}", "yes" if met else "**no**"])
    sizes = [f"{one.size:,} products" for one in shops]
    head = ["what", *sizes, f"{largest.size:,} / {smallest.size:,}", f"≤ {GOAL:g} ×, same queries"]
    return table(head, rows)
