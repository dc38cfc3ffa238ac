"""A whole run: shops are filled and served, everything measured in rounds, queries counted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import machine, oscar, serving, shop
from bench.counted import HEADER
from bench.measuring import CLIENTS, LOOKED_AT, Figures, Measuring, Processes
from bench.ours import OurShop
from bench.rounds import in_rounds, median
from bench.serving import WebServer
from bench.targets import BARE, BARE_VIEW, OSCAR, OURS, UNCACHED, Step, Target, page
from bench.visitor import Visitor
from tests.journeys.shop import new_database
from tests.services import Postgres, Redis, throwaway_postgres, throwaway_redis

STARTS = 3
SAID = 5000  # characters of a log
WITHOUT_PAGE_CACHE = {"DJANGO_SETTINGS_MODULE": "bench.without_page_cache"}
BARE_TARGET = Target(BARE_VIEW, "pages", BARE, page("/", "</html>"))


@dataclass(frozen=True)
class Place:
    """What is served, with which settings, by which Python."""

    application: str
    settings: Mapping[str, str]
    python: str | Path = sys.executable


@dataclass(frozen=True)
class Needs:
    """Of a server: megabytes of all its processes, and of one worker, after all that was asked;
    seconds from nothing to the first answer."""

    memory: float
    worker_memory: float
    start: float


@dataclass(frozen=True)
class Run:
    """What was found, and under what conditions."""

    about: Sequence[str]
    targets: Sequence[Target]
    figures: Mapping[str, Sequence[Figures]]
    queries: Mapping[str, int]
    servers: Mapping[str, Needs]


def run(folder: Path, *, parts: set[str], products: int, rounds: int, seconds: float) -> Run:
    about = machine.described()
    with (
        said_on_failure(folder / "servers.log"),
        throwaway_postgres() as postgres,
        throwaway_redis() as cache,
        new_database(postgres.url, "oscar") as second,
    ):
        places, ours = filled(folder, postgres, cache, products)
        targets = ours.targets()
        if "oscar" in parts:
            settings = oscar.settings(folder / "oscar", second, f"{cache.url[:-1]}8")
            tell(f"Filling django-oscar with {products} products")
            targets += oscar.filled(settings, products).targets()
            places[OSCAR] = Place("bench.oscar_shop.wsgi", settings, oscar.python())
        chosen = [BARE_TARGET, *(one for one in targets if one.part in parts)]
        with shop.collected_files(places[OURS].settings):
            with all_serving(places, ours.product(), folder) as servers:
                log = folder / "worker.log"
                with serving.background_worker(places[OURS].settings, log) as worker:
                    processes = Processes(postgres.pid, worker)
                    figures = in_turns(servers, chosen, processes, rounds, seconds)
                memory = {
                    name: (server.megabytes(), server.worker_megabytes())
                    for name, server in servers.items()
                }
            tell("Counting queries")
            queries = counted(places, chosen, folder)
            tell("Starting servers")
            needs = {
                name: Needs(*memory[name], start=seconds_to_start(place, folder))
                for name, place in places.items()
            }
    about += [
        f"{products} products",
        f"{CLIENTS} visitors at once, {rounds} rounds of {seconds:g} s a target",
        f"{serving.WORKERS} processes of deploy/web.py, four threads each",
    ]
    return Run(about, chosen, figures, queries, needs)


def filled(
    folder: Path, postgres: Postgres, cache: Redis, products: int
) -> tuple[dict[str, Place], OurShop]:
    """Our shop with its demo and so many more products; with its page cache, and without."""
    settings = shop.environment(folder, postgres.url, cache.url)
    tell(f"Filling our shop with its demo and {products} products")
    shop.load_demo(settings)
    shop.manage(settings, "make_catalogue", str(products))
    pages = json.loads(shop.develop(settings, "-m", "bench.our_pages"))
    served = shop.with_broker(settings)
    places = {
        OURS: Place("bowerbird.wsgi", served),
        UNCACHED: Place("bowerbird.wsgi", {**served, **WITHOUT_PAGE_CACHE}),
    }
    return places, OurShop(pages)


@contextmanager
def all_serving(
    places: Mapping[str, Place], product: Step, folder: Path
) -> Iterator[dict[str, WebServer]]:
    """Each place on a port of its own, and the bare view with the bytes of our product page."""
    log = folder / "servers.log"
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                serving.serving(place.application, place.settings, log, python=place.python)
            )
            for name, place in places.items()
        }
        visitor = Visitor(servers[OURS].port)
        product(visitor)
        body = folder / "body"
        body.write_bytes(visitor.answers[-1].raw)
        servers[BARE] = stack.enter_context(serving.serving("bench.bare", {"BODY": str(body)}, log))
        yield servers


def in_turns(
    servers: Mapping[str, WebServer],
    targets: Sequence[Target],
    processes: Processes,
    rounds: int,
    seconds: float,
) -> dict[str, list[Figures]]:
    """Figures of all rounds by the names of the targets."""
    measuring = Measuring(servers, processes, seconds)
    for target in targets:
        tell(f"Warming up: {target.name}")
        measuring.warm(target)
    return in_rounds(
        {target.name: partial(measuring.measure, target) for target in targets},
        rounds,
        tell=lambda number: tell(f"Round {number} of {rounds}"),
    )


def counted(places: Mapping[str, Place], targets: Sequence[Target], folder: Path) -> dict[str, int]:
    """Queries of each visit, when caches are warm, by servers that count."""
    found = {}
    for name, place in places.items():
        settings = {**place.settings, "COUNTED": place.application}
        with serving.serving(
            "bench.counted_wsgi", settings, folder / "servers.log", workers=1, python=place.python
        ) as server:
            for target in targets:
                if target.server == name:
                    found[target.name] = _queries(target, server)
    return found


def _queries(target: Target, server: WebServer) -> int:
    """The fewest of the last visits, after this server was asked for each of the pages."""

    def come() -> Visitor:
        visitor = Visitor(server.port)
        target.ready(visitor)
        return visitor

    found, regular = [], come()
    for _ in range(3 if target.once else LOOKED_AT + 3):
        visitor = come() if target.once else regular
        visitor.answers.clear()
        target.visit(visitor)
        found.append(sum(int(answer.header(HEADER) or 0) for answer in visitor.answers))
    return min(found[-3:])


def seconds_to_start(place: Place, folder: Path) -> float:
    """Of one process, when nothing else is asked of the machine and files have been read before."""
    found, log = [], folder / "servers.log"
    for _ in range(STARTS):
        with serving.serving(
            place.application, place.settings, log, workers=1, python=place.python
        ) as server:
            found.append(server.started_in)
    return median(found)


@contextmanager
def said_on_failure(log: Path) -> Iterator[None]:
    """The end of what the servers complained of, which is gone with the folder."""
    try:
        yield
    except Exception:
        if log.exists():
            print(log.read_text(errors="replace")[-SAID:], file=sys.stderr)
        raise


def tell(what: str) -> None:
    print(f"{what}…", flush=True)
