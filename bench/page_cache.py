"""What a kept page costs: `python -m bench.page_cache [--rounds N] [--requests N]`.

CPU milliseconds a request (user + system of all of the server's processes) and requests a second
of one visitor, by the web server of deploy/Procfile with production's settings on a throw-away
PostgreSQL and Redis, with the demo shop in it; against a Django view that returns the same bytes,
without any middleware: the fastest that Django gives. All in one run, in rounds of shuffled order.
"""

from __future__ import annotations

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.rounds import in_rounds, median, table
from bench.serving import WebServer, serving
from bench.shop import collected_files, environment, load_demo
from bench.visitor import Answer, Visitor, WrongAnswer
from tests.services import throwaway_postgres, throwaway_redis

PAGES = {"product": "/prints/tidal-drift/", "category": "/prints/", "front page": "/"}
# Each worker must have it at hand, and a connection stays with one.
WARMING = 12
BARE = "bare view"


class Figures(NamedTuple):
    milliseconds: float  # of CPU, a request
    a_second: float


Task = Callable[[], Figures]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=500)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        throwaway_postgres() as postgres,
        throwaway_redis() as cache,
    ):
        folder, settings = Path(name), environment(Path(name), postgres.url, cache.url)
        with collected_files(settings):
            load_demo(settings)
            with serving("bowerbird.wsgi", settings, folder / "shop.log") as shop:
                compare(folder, shop, options.rounds, options.requests)


def compare(folder: Path, shop: WebServer, rounds: int, requests: int) -> None:
    found: dict[str, Task] = {}
    with ExitStack() as servers:
        for name, path in PAGES.items():
            raw = Visitor(shop.port).get(path, "</html>").raw
            body = folder / f"{name}.body"
            body.write_bytes(raw)
            print(f"{name}: {len(raw) / 1000:.1f} kB by Brotli")
            settings = {"BODY": str(body)}
            bare = servers.enter_context(serving("bench.bare", settings, folder / "bare.log"))
            found |= tasks(name, shop, bare, requests)
        print(show(in_rounds(found, rounds)))


def tasks(name: str, shop: WebServer, bare: WebServer, requests: int) -> dict[str, Task]:
    path = PAGES[name]
    etag = Visitor(shop.port).get(path).header("etag")
    asks = {
        BARE: (bare, Visitor(bare.port), "/", ""),
        "kept": (shop, Visitor(shop.port), path, ""),
        "kept, with a basket": (shop, with_a_basket(shop), path, ""),
        "kept, 304": (shop, Visitor(shop.port), path, f"If-None-Match: {etag}\r\n"),
    }
    found: dict[str, Task] = {}
    for how, (server, visitor, address, headers) in asks.items():
        ask = partial(answered, visitor, address, headers, 304 if how.endswith("304") else 200)
        warm(visitor, ask)
        found[f"{name}: {how}"] = partial(measure, server, ask, requests)
    return found


def answered(visitor: Visitor, path: str, headers: str, status: int) -> Answer:
    answer = visitor.ask("GET", path, headers)
    if answer.status != status:
        raise WrongAnswer(f"{path}: {answer.status}")
    return answer


def warm(visitor: Visitor, ask: Callable[[], Answer]) -> None:
    for _ in range(WARMING):
        ask()
        visitor.rest()


def measure(server: WebServer, ask: Callable[[], Answer], requests: int) -> Figures:
    ask()
    used, began = server.cpu_seconds(), time.perf_counter()
    for _ in range(requests):
        ask()
    took = time.perf_counter() - began
    return Figures((server.cpu_seconds() - used) / requests * 1000, requests / took)


def with_a_basket(shop: WebServer) -> Visitor:
    visitor, path = Visitor(shop.port), PAGES["product"]
    text = visitor.get(path).text
    action = re.search(r'action="(/basket/add/\d+/)"', text)
    sku = re.search(r'name="sku"[^>]*value="([^"]+)"', text)
    if not action:
        raise WrongAnswer(f"{path} has no form")
    visitor.post(action[1], {"quantity": "2"} | ({"sku": sku[1]} if sku else {}))
    visitor.get(path, "Basket, 2 things")  # with the message
    visitor.get(path, "Basket, 2 things")
    return visitor


def show(found: Mapping[str, Sequence[Figures]]) -> str:
    rows = []
    for name, rounds in found.items():
        page = name.partition(":")[0]
        bare = [one.milliseconds for one in found[f"{page}: {BARE}"]]
        used = [one.milliseconds for one in rounds]
        # The clock has hundredths of a second: of few requests it may see nothing.
        ratio = median(used) / (median(bare) or float("nan"))
        rate = median(one.a_second for one in rounds)
        cells = (f"{median(used):.3f}", f"{min(used):.3f}", f"{max(used):.3f}", f"{ratio:.2f}")
        rows.append((name, *cells, f"{rate:.0f}"))
    return table(("what", "CPU ms", "least", "most", "× bare", "a second"), rows)


if __name__ == "__main__":
    main()
