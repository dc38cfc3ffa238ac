"""What a page of the demo shop weighs over the wire: `python -m bench.page_weight [PATH …]`.

With production's settings (hashed and compressed files, gzip or Brotli as the browser asks), an
own throw-away PostgreSQL and Chromium with an empty cache. Pictures are the proxy's in production
and are not counted here.
"""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from bench.shop import collected_files
from tests.journeys.conftest import BROWSER_ARGUMENTS
from tests.journeys.shop import running_shop
from tests.services import find_chromium, free_port, throwaway_postgres

SHIFTS = """() => new Promise(done => {
  let sum = 0;
  const add = ({ hadRecentInput, value }) => { if (!hadRecentInput) sum += value; };
  new PerformanceObserver(list => list.getEntries().forEach(add))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 500);
})"""
KINDS = {"Stylesheet": "CSS", "Script": "JavaScript", "Font": "fonts", "Document": "HTML"}


def weigh(browser: Browser, url: str, width: int) -> tuple[Counter[str], Counter[str], float]:
    """Bytes over the wire and requests, both by kind, and the layout shift."""
    page = browser.new_context(viewport={"width": width, "height": 900}).new_page()
    session = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    requests: Counter[str] = Counter()

    def note(event: dict[str, object]) -> None:
        kinds[str(event["requestId"])] = KINDS.get(str(event["type"]), "other")

    def count(event: dict[str, object]) -> None:
        kind = kinds.get(str(event["requestId"]), "other")
        sizes[kind] += int(float(str(event["encodedDataLength"])))
        requests[kind] += 1

    session.on("Network.responseReceived", note)
    session.on("Network.loadingFinished", count)
    session.send("Network.enable")
    page.goto(url)
    page.wait_for_load_state("networkidle")
    shift = float(page.evaluate(SHIFTS))
    page.context.close()
    return sizes, requests, shift


def main(paths: list[str]) -> None:
    port = free_port()
    settings = {
        "DJANGO_SETTINGS_MODULE": "bowerbird.settings.production",
        "SECRET_KEY": "bench-only-" * 8,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "off",
        "SECURE_HSTS_SECONDS": "0",
    }
    with tempfile.TemporaryDirectory() as folder, throwaway_postgres() as postgres:
        settings["DATABASE_URL"] = postgres.url
        with (
            collected_files(settings),
            running_shop(Path(folder), port, worker=False, **settings) as shop,
            sync_playwright() as playwright,
        ):
            browser = playwright.chromium.launch(
                executable_path=find_chromium(), args=BROWSER_ARGUMENTS
            )
            for path in paths:
                for width in (390, 1440):
                    show(path, width, *weigh(browser, shop.url + path, width))
            browser.close()


def show(path: str, width: int, sizes: Counter[str], requests: Counter[str], shift: float) -> None:
    parts = [f"{kind} {sizes[kind] / 1000:.1f} kB in {requests[kind]}" for kind in KINDS.values()]
    print(f"{urlsplit(path).path} at {width}: {' · '.join(parts)} · layout shift {shift:.4f}")


if __name__ == "__main__":
    main(sys.argv[1:] or ["/prints/tidal-drift/"])
