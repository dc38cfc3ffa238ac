"""One publish in a large shop: `python -m bench.publishing [--products N] [--pages M]`.

Which pages are rendered anew, and how soon is it seen? So many products beside the demo's, with
production's settings on throw-away servers, of which M pages of all types are read until they are
kept. Then a product is published with other prices, as an editor does, and all are read again.

What was rendered anew must be exactly what a server that keeps nothing, no part of a page either,
gives other bytes for than before; and what is given out must be what that server gives. Exits 1 if
it is not, or if the new price was not on the product's page within a second of the commit.
`--broken` is the control: no publish is told to the page cache.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench import shop
from bench.rounds import table
from bench.running import tell
from bench.serving import WebServer, serving
from bench.told import HEADER
from bench.visitor import Answer, Visitor
from tests.services import throwaway_postgres, throwaway_redis

if TYPE_CHECKING:
    from bench.publishing_shop import Ware

SOON = 1.0  # seconds
PATIENCE = 10.0
# As long as a run may take: what is rendered anew must have changed, not grown old.
A_DAY = 24 * 60 * 60
SHOWN = 5

Texts = Mapping[str, str]  # by address


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.publishing")
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--pages", type=int, default=200, help="that are read before and after")
    parser.add_argument("--publishes", type=int, default=5)
    parser.add_argument("--broken", action="store_true", help="the control: nothing is told")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        throwaway_postgres() as postgres,
        throwaway_redis() as cache,
    ):
        folder = Path(name)
        settings = shop.environment(folder, postgres.url, cache.url, LIVE_PAGES_MAX_AGE=str(A_DAY))
        tell(f"Filling a shop with {options.products} products")
        shop.load_demo(settings)
        shop.manage(settings, "make_catalogue", str(options.products))
        with shop.collected_files(settings):
            found = run(folder, shop.with_broker(settings), options)
    print(report(found))
    sys.exit(0 if all(one.is_right for one in found) else 1)


@dataclass(frozen=True)
class Found:
    """What came of one publish; pages by their addresses."""

    title: str
    pages: int  # that were read
    seconds: float  # from the commit to the first answer with the new price
    changed: frozenset[str]
    told: Mapping[str, str]  # what each was to the page cache: hit, miss, or why it is not kept
    stale: frozenset[str]

    @property
    def anew(self) -> frozenset[str]:
        return frozenset(path for path, what in self.told.items() if what != "hit")

    @property
    def is_right(self) -> bool:
        return self.anew == self.changed and not self.stale and self.seconds < SOON


def run(folder: Path, settings: Mapping[str, str], options: argparse.Namespace) -> list[Found]:
    os.environ.update(settings)
    import django

    django.setup()
    from bench.publishing_shop import addresses, wares
    from content.live_pages.redis_backing import RedisBacking

    if options.broken:
        RedisBacking.move = lambda self, names: None  # type: ignore[method-assign]
    chosen = wares(options.publishes)
    paths = addresses(chosen, options.pages)
    log = folder / "servers.log"
    with (
        serving("bench.told_wsgi", settings, log, workers=1) as kept,
        serving("bowerbird.wsgi", {**settings, "LIVE_PAGES": "off"}, log, workers=1) as plain,
    ):
        reading = Reading(kept, plain, paths)
        tell(f"Reading {len(paths)} pages until all of them are kept")
        reading.warm()
        found = []
        for ware in chosen:
            tell(f"Publishing {ware.title}")
            found.append(reading.publish(ware))
    return found


@dataclass
class Reading:
    """The same pages of a server with the page cache, and of one without."""

    kept: WebServer
    plain: WebServer
    paths: Sequence[str]

    def warm(self) -> None:
        for path in self.paths:
            Visitor(self.kept.port).get(path)

    def publish(self, ware: Ware) -> Found:
        before = self._true()
        self.warm()
        with ThreadPoolExecutor(1) as threads:
            new = ware.other_prices(before[ware.path])
            seeing = threads.submit(first_with, new, self.kept, ware.path)
            committed = ware.publish()
            seen, first = seeing.result()
        answers = {path: Visitor(self.kept.port).get(path) for path in self.paths}
        given = {path: self._text(self.kept, answer) for path, answer in answers.items()}
        after = self._true()
        told = {path: answer.header(HEADER) for path, answer in answers.items()}
        told[ware.path] = first.header(HEADER)
        return Found(
            ware.title,
            len(self.paths),
            seen - committed,
            changed=frozenset(path for path in self.paths if before[path] != after[path]),
            told=told,
            stale=frozenset(path for path in self.paths if given[path] != after[path]),
        )

    def _true(self) -> Texts:
        visitor = Visitor(self.plain.port)
        return {path: self._text(self.plain, visitor.get(path)) for path in self.paths}

    def _text(self, server: WebServer, answer: Answer) -> str:
        """The port stands in a page's own address."""
        return answer.text.replace(f":{server.port}", "")


def first_with(text: str, server: WebServer, path: str) -> tuple[float, Answer]:
    """When that page first had this text, and the answer; after long enough whatever it has."""
    visitor, until = Visitor(server.port), time.monotonic() + PATIENCE
    while text not in (answer := visitor.get(path)).text and time.monotonic() < until:
        time.sleep(0.002)
    return time.monotonic(), answer


def report(found: Sequence[Found]) -> str:
    rows = [
        [
            one.title,
            str(one.pages),
            str(len(one.changed)),
            str(len(one.anew)),
            str(len(one.stale)),
            f"{one.seconds * 1000:.0f}",
            "yes" if one.is_right else "**no**",
        ]
        for one in found
    ]
    head = [
        "published",
        "pages read",
        "changed",
        "rendered anew",
        "stale",
        "ms to be seen",
        "right",
    ]
    return "\n".join([table(head, rows), *(line for one in found for line in wrong(one))])


def wrong(found: Found) -> Iterable[str]:
    for what, paths in (
        ("rendered anew, though nothing changed", found.anew - found.changed),
        ("not rendered anew, though it changed", found.changed - found.anew),
        ("stale", found.stale),
    ):
        if paths:
            some = [f"{path} ({found.told[path]})" for path in sorted(paths)[:SHOWN]]
            yield f"{found.title}: {what}: {', '.join(some)}"


if __name__ == "__main__":
    main()
