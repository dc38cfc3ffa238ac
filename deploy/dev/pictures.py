"""Take the README's pictures: a demo shop of their own, a browser, docs/pictures/*.webp.

    make pictures [NAMES="basket order"]

The orders come from the demo's own past, so the same day gives the same pictures.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.journeys import steps
from tests.journeys.conftest import BROWSER_ARGUMENTS
from tests.journeys.shop import Shop, running_shop
from tests.services import find_chromium, free_port

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST = 150_000  # bytes: a README is read on trains
QUALITIES = (88, 82, 76, 70, 64, 58, 50)
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
PRINT = "/prints/tidal-drift/"


def front_page(page: Page, shop: Shop) -> None:
    page.goto(shop.url)


def product(page: Page, shop: Shop) -> None:
    page.goto(shop.url + PRINT)


def basket(page: Page, shop: Shop) -> None:
    things = (PRINT, "/cards/coin-toss-card/?sku=CARD-COIN-6", "/notebooks/chart-notebook/")
    for number, path in enumerate(things, start=1):
        steps.add_to_basket(page, shop, path)
        page.get_by_role("link", name=f"Basket, {number} thing").wait_for()
    page.goto(f"{shop.url}/basket/")


def checkout(page: Page, shop: Shop) -> None:
    basket(page, shop)
    steps.go_to_checkout(page, shop)
    steps.fill_address(page, email="zoe@example.com")
    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")


def order(page: Page, shop: Shop) -> None:
    steps.sign_in(page, shop, "shopper")
    page.goto(f"{shop.url}/account/")
    page.get_by_role("region", name="Your orders").get_by_role("link").first.click()
    page.locator("[data-order-status]").wait_for()


def editor(page: Page, shop: Shop) -> None:
    number = shop.python(
        "from products.models import ProductPage;"
        "print(ProductPage.objects.get(slug='tidal-drift').pk)"
    )
    desk(page, shop, "editor", f"pages/{number}/edit/")
    page.get_by_role("button", name="Toggle preview").click()
    frame = page.locator("iframe[title='Preview']").last.content_frame
    frame.get_by_role("heading", level=1).wait_for()


def orders_desk(page: Page, shop: Shop) -> None:
    desk(page, shop, "manager", "orders/")


def stock(page: Page, shop: Shop) -> None:
    desk(page, shop, "fulfilment", "stock/")


def desk(page: Page, shop: Shop, role: str, path: str) -> None:
    steps.enter_admin(page, shop, role)
    page.goto(f"{shop.url}/admin/{path}")


@dataclass(frozen=True)
class Shot:
    """One picture: what is shown, on what kind of screen."""

    name: str
    show: Callable[[Page, Shop], None]
    screen: dict[str, Any] = field(default_factory=lambda: DESKTOP)
    theme: str = "light"


SHOTS = (
    Shot("front-page", front_page),
    Shot("front-page-dark", front_page, theme="dark"),
    Shot("product-phone", product, PHONE),
    Shot("basket", basket),
    Shot("checkout", checkout),
    Shot("order", order),
    Shot("editor", editor),
    Shot("orders-desk", orders_desk),
    Shot("stock", stock),
)
INVOICE = "invoice"


def main(wanted: list[str]) -> None:
    """Those that were asked for, or all."""
    known = [*(shot.name for shot in SHOTS), INVOICE]
    if unknown := set(wanted) - set(known):
        sys.exit(f"There is no picture {', '.join(sorted(unknown))}. There are: {', '.join(known)}")
    if not shutil.which("pdftoppm"):
        sys.exit("The invoice is drawn by pdftoppm. On Debian: sudo apt-get install poppler-utils")
    FOLDER.mkdir(parents=True, exist_ok=True)
    print("Loading a demo shop (about a minute)…", flush=True)
    with tempfile.TemporaryDirectory() as folder, running_shop(Path(folder), free_port()) as shop:
        take(shop, wanted or known)


def take(shop: Shop, wanted: list[str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=BROWSER_ARGUMENTS
        )
        for shot in SHOTS:
            if shot.name in wanted:
                save(shot.name, photograph(browser, shop, shot))
        if INVOICE in wanted:
            save(INVOICE, first_page(download_invoice(browser, shop)))
        browser.close()


def photograph(browser: Browser, shop: Shop, shot: Shot) -> bytes:
    """What a visitor with such a screen sees without scrolling, with all its pictures."""
    page = open_page(browser, shot)
    shot.show(page, shop)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    picture = page.screenshot(animations="disabled", caret="hide")
    page.context.close()
    return picture


def open_page(browser: Browser, shot: Shot) -> Page:
    theme: Any = shot.theme
    context = browser.new_context(
        viewport=shot.screen,  # type: ignore[arg-type]
        device_scale_factor=2 if shot.screen is PHONE else 1,
        color_scheme=theme,
        reduced_motion="reduce",
    )
    context.set_default_timeout(30_000)
    return context.new_page()


def download_invoice(browser: Browser, shop: Shop) -> bytes:
    """Of the order that the order page's picture shows."""
    page = open_page(browser, Shot(INVOICE, order))
    order(page, shop)
    link = page.get_by_role("link", name=re.compile("INV-"))
    pdf = page.request.get(shop.url + str(link.get_attribute("href"))).body()
    page.context.close()
    return pdf


def first_page(pdf: bytes) -> bytes:
    drawn = subprocess.run(
        ["pdftoppm", "-png", "-r", "100", "-f", "1", "-l", "1", "-"],
        input=pdf,
        capture_output=True,
        check=True,
    )
    return drawn.stdout


def save(name: str, png: bytes) -> None:
    """At the best quality that is small enough."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for quality in QUALITIES:
        content = io.BytesIO()
        picture.save(content, "WEBP", quality=quality, method=6)
        if content.tell() <= LARGEST:
            break
    (FOLDER / f"{name}.webp").write_bytes(content.getvalue())
    print(f"{name:18} {content.tell() / 1000:4.0f} kB", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
