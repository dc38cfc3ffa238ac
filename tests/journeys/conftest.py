"""Two shops and a browser. `shop` is all of it: PostgreSQL, Redis, a worker, Stripe's stand-in.

`laptop` is what `make run` starts: SQLite, no other server, the demo payment.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.journeys.shop import Shop, copy_of_laptop, new_database, running, running_shop
from tests.services import free_port
from tests.stripe_stand_in import SECRET, StandIn

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenPage = Callable[..., Page]
expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def stripe() -> Iterator[StandIn]:
    with StandIn() as stand_in:
        yield stand_in


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory, stripe: StandIn) -> Iterator[Shop]:
    port = free_port()
    stripe.add_webhook(f"http://127.0.0.1:{port}/checkout/webhooks/stripe/")
    with (
        new_database(os.environ["DATABASE_URL"], "journeys") as database,
        running_shop(
            tmp_path_factory.mktemp("shop"),
            port,
            worker=True,
            DATABASE_URL=database,
            REDIS_URL=os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/8",
            CACHE_KEY_PREFIX="journeys",
            STRIPE_SECRET_KEY="sk_test_journeys",
            STRIPE_WEBHOOK_SECRET=SECRET,
            STRIPE_API_BASE=stripe.base_url,
        ) as shop,
    ):
        yield shop


@pytest.fixture(scope="session")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    shared = tmp_path_factory.getbasetemp().parent / "shared"
    with running(copy_of_laptop(shared, tmp_path_factory.mktemp("laptop"), free_port())) as shop:
        yield shop


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=BROWSER_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """`open_page(PHONE, javascript=False)`: a page with cookies of its own.

    Fails the test for an error in the console, and for any request that leaves this machine.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []

    def open_(viewport: Any = None, *, javascript: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            viewport=viewport or DESKTOP, java_script_enabled=javascript, **options
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"script error: {error}"))
        page.on("console", lambda message: _note_if_forbidden(message.text, troubles))
        page.on("request", lambda request: _note_if_foreign(request.url, troubles))
        return page

    yield open_
    for context in contexts:
        context.close()
    assert troubles == []


def _note_if_forbidden(text: str, troubles: list[str]) -> None:
    if "Content Security Policy" in text:
        troubles.append(text)


def _note_if_foreign(url: str, troubles: list[str]) -> None:
    if not url.startswith(("http://127.0.0.1:", "data:", "blob:", "about:")):
        troubles.append(f"a request left for {url}")
