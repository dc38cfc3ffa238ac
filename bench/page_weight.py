"""What a page weighs and how soon it is there: `python -m bench.page_weight [PATH …]`.

With production's settings and server (hashed and compressed files, Brotli), throw-away PostgreSQL
and Redis, and Chromium with an empty cache on a slow line: Lighthouse's "slow 4G", 1.6 Mbit/s down,
750 kbit/s up, 150 ms there and back; the processor is as fast as it is. A phone of 390 px has two
pixels to each, a screen of 1440 px has one. Pictures are counted by themselves.

For each picture it also says how wide it is shown, how wide its `sizes` says, and what was fetched.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench.rounds import median
from bench.serving import serving
from bench.shop import collected_files, environment, load_demo
from tests.journeys.conftest import BROWSER_ARGUMENTS
from tests.services import find_chromium, throwaway_postgres, throwaway_redis

SLOW_4G = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1_600_000 / 8,  # bytes a second
    "uploadThroughput": 750_000 / 8,
}
# By width: the height, and the pixels of the screen to one of the page.
SCREENS = {390: (844, 2), 1440: (900, 1)}
LOADS = 3  # of each page, of which the median counts
KINDS = {"Stylesheet": "CSS", "Script": "JavaScript", "Font": "fonts", "Document": "HTML"}
OTHERS, PICTURES = "other", "pictures"
GOALS = "goals: < 60 kB in ≤ 12 requests without pictures, LCP < 1.8 s, shift < 0.02"

WATCH = """
window.seen = {shift: 0, paint: 0, lcp: "", inp: 0};
const watch = (type, each, more = {}) => new PerformanceObserver(
  list => list.getEntries().forEach(each)).observe({type, buffered: true, ...more});
watch("layout-shift", one => { if (!one.hadRecentInput) seen.shift += one.value; });
watch("largest-contentful-paint", one => {
  seen.paint = one.startTime; seen.lcp = one.element?.localName ?? ""; });
watch("event", one => {
  if (one.interactionId) seen.inp = Math.max(seen.inp, one.duration); }, {durationThreshold: 16});
"""
SHOWN = """() => [...document.querySelectorAll("picture img")].filter(one => one.currentSrc)
  .map(one => {
  const claims = one.sizes.split(",").map(part => part.trim().match(/^(?:(\\(.*\\)) )?(\\S+)$/))
    .filter(Boolean);
  const claim = claims.find(([, media]) => !media || matchMedia(media).matches);
  const probe = document.body.appendChild(document.createElement("div"));
  probe.style.width = claim ? claim[2] : "0";
  const claimed = probe.getBoundingClientRect().width;
  probe.remove();
  return [one.currentSrc.split("/").pop(), Math.round(one.getBoundingClientRect().width),
          Math.round(claimed), one.loading, one.fetchPriority];
})"""


@dataclass
class Load:
    """Bytes over the wire and requests, both by kind; times in milliseconds."""

    sizes: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    shift: float = 0.0
    paint: float = 0.0
    largest: str = ""
    interaction: float = 0.0
    pictures: list[list[Any]] = field(default_factory=list)

    @property
    def bytes_without_pictures(self) -> int:
        return self.sizes.total() - self.sizes[PICTURES]

    @property
    def requests_without_pictures(self) -> int:
        return self.requests.total() - self.requests[PICTURES]


def load(browser: Browser, url: str, width: int) -> Load:
    """As by somebody who comes for the first time, looks, and presses a few things."""
    height, scale = SCREENS[width]
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale
    )
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.add_init_script(WATCH)
    found = Load()
    count_requests(context.new_cdp_session(page), found)
    page.goto(url)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    seen = page.evaluate("seen")
    found.shift, found.paint, found.largest = seen["shift"], seen["paint"], seen["lcp"]
    found.pictures = page.evaluate(SHOWN)
    for place in page.locator("main [data-step], main [data-option] label").all()[:4]:
        if place.is_visible():
            place.click()
    page.wait_for_timeout(300)
    found.interaction = page.evaluate("seen.inp")
    context.close()
    return found


def count_requests(session: CDPSession, found: Load) -> None:
    kinds: dict[str, str] = {}

    def note(event: dict[str, Any]) -> None:
        is_picture = event["type"] == "Image" and "/media/" in event["response"]["url"]
        kinds[event["requestId"]] = PICTURES if is_picture else KINDS.get(event["type"], OTHERS)

    def count(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], OTHERS)
        found.sizes[kind] += int(event["encodedDataLength"])
        found.requests[kind] += 1

    session.on("Network.responseReceived", note)
    session.on("Network.loadingFinished", count)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_4G)


def show(path: str, width: int, loads: list[Load]) -> None:
    last = loads[-1]
    kinds = (*KINDS.values(), OTHERS, PICTURES)
    parts = [f"{kind} {last.sizes[kind] / 1000:.1f} kB in {last.requests[kind]}" for kind in kinds]
    print(f"\n{path} at {width}: {' · '.join(parts)}")
    print(
        f"  without pictures {last.bytes_without_pictures / 1000:.1f} kB in"
        f" {last.requests_without_pictures} requests"
        f" · LCP {median(one.paint for one in loads) / 1000:.2f} s ({last.largest})"
        f" · shift {max(one.shift for one in loads):.4f}"
        f" · INP {max(one.interaction for one in loads):.0f} ms"
    )
    for name, shown, claimed, loading, priority in last.pictures:
        print(f"  {shown:5} px shown, {claimed:5} claimed: {name} {loading} {priority}")


def measure(url: str, paths: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=BROWSER_ARGUMENTS
        )
        for path in paths:
            for width in SCREENS:
                load(browser, url + path, width)  # makes the sizes of its pictures, and keeps it
                show(path, width, [load(browser, url + path, width) for _ in range(LOADS)])
        browser.close()


def main(paths: list[str]) -> None:
    print(GOALS)
    plain = {"SECURE_SSL_REDIRECT": "off", "SECURE_HSTS_SECONDS": "0"}
    with (
        tempfile.TemporaryDirectory() as folder,
        throwaway_postgres() as postgres,
        throwaway_redis() as redis,
    ):
        settings = environment(Path(folder), postgres.url, redis.url, **plain)
        with collected_files(settings):
            load_demo(settings)
            log = Path(folder, "server.log")
            with serving("bench.with_media", settings, log, workers=1) as server:
                measure(f"http://127.0.0.1:{server.port}", paths)


if __name__ == "__main__":
    main(sys.argv[1:] or ["/prints/tidal-drift/"])
