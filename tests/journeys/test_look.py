"""The pages that a picky designer looks at, in three widths and two themes; pictures are kept.

    .venv/bin/python -m tests.run --phase browser tests/journeys/test_look.py

leaves them in var/screenshots, named page-width-theme.png.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import DESKTOP, PHONE, OpenPage
from tests.journeys.looking import (
    bad_pictures,
    errors_of,
    overflow,
    shifted,
    watch_shifts,
    what_axe_says,
)
from tests.journeys.shop import ROOT, Shop

TABLET = {"width": 820, "height": 1180}
SIZES = {"phone": PHONE, "tablet": TABLET, "desktop": DESKTOP}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SMALLEST = 320
MOST_SHIFT = 0.05
TALLEST = 6000  # pixels of a picture that is kept; pages that are taller are cut off
KEPT = ROOT / "var" / "screenshots"
THINGS = ("/prints/tidal-drift/", "/prints/every-quarter-circle/")

Visit = Callable[[Page, Shop], Any]


@pytest.fixture(scope="module")
def shop(laptop: Shop) -> Shop:
    KEPT.mkdir(parents=True, exist_ok=True)
    return laptop


def at(path: str) -> Visit:
    return lambda page, shop: page.goto(shop.url + path)


def basket(page: Page, shop: Shop) -> None:
    for number, path in enumerate(THINGS, start=1):
        steps.add_to_basket(page, shop, path)
        page.get_by_role("link", name=f"Basket, {number} thing").wait_for()
    page.goto(f"{shop.url}/basket/")


def checkout(page: Page, shop: Shop) -> None:
    steps.add_to_basket(page, shop, THINGS[0])
    steps.go_to_checkout(page, shop)
    page.reload()  # how it moves while it loads is looked at, not how we came


def order(page: Page, shop: Shop) -> None:
    """One of those that the demo shop's shopper has."""
    steps.sign_in(page, shop, "shopper")
    page.goto(f"{shop.url}/account/")
    page.get_by_role("region", name="Your orders").get_by_role("link").first.click()
    expect(page.locator("[data-order-status]")).to_be_visible()
    page.reload()


# What a shopper sees; the catalogue has each of these pages.
PAGES: dict[str, Visit] = {
    "home": at("/"),
    "landing": at("/a-little-blue/"),
    "category": at("/prints/"),
    "product": at("/prints/tidal-drift/"),
    "article": at("/journal/how-the-satin-bowerbird-hangs-a-gallery/"),
    "basket": basket,
    "checkout": checkout,
    "order": order,
}
DESKS = {
    "orders": ("fulfilment", "/admin/orders/"),
    "stock": ("fulfilment", "/admin/stock/"),
    "prices": ("manager", "/admin/prices/"),
}


def keep(page: Page, name: str) -> None:
    """The whole page from above, however long; moving things stand still."""
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.screenshot(
        path=KEPT / f"{name}.png",
        full_page=True,
        animations="disabled",
        clip={"x": 0, "y": 0, "width": page.viewport_size["width"], "height": height},
    )


def sideways(page: Page, width: int) -> list[str]:
    """At this width, at twice the zoom, and on the smallest phone; the width is as it was after."""
    found = []
    for narrow in (SMALLEST, max(width // 2, SMALLEST), width):
        page.set_viewport_size({"width": narrow, "height": 900})
        if over := overflow(page):
            found.append(f"at {narrow} px scrolls {over} px sideways")
    return found


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", PAGES)
def test_page_is_fit_to_be_seen(shop: Shop, open_page: OpenPage, name: str, size: str) -> None:
    width = SIZES[size]["width"]
    by_axe = size == "tablet"  # phone and desktop: test_accessibility.py
    # Axe tries out styles, which our policy forbids; the other sizes keep to it.
    page = open_page(SIZES[size], color_scheme="light", reduced_motion="reduce", bypass_csp=by_axe)
    errors = errors_of(page)
    watch_shifts(page)
    PAGES[name](page, shop)
    troubles: list[Any] = [*bad_pictures(page)]
    if (moved := shifted(page)) >= MOST_SHIFT:
        troubles.append(f"moves by {moved:.3f} while it loads")
    for theme in THEMES:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        keep(page, f"{name}-{width}-{theme}")
        if by_axe:
            troubles += [(theme, *found) for found in what_axe_says(page)]
    assert [*troubles, *sideways(page, width)] == []
    assert errors == []


def test_mail_is_fit_to_be_read(shop: Shop, open_page: OpenPage) -> None:
    """The one that says that an order is paid, as a mail program shows it."""
    html = shop.python(
        "from checkout import emails; from checkout.models import OrderEmail;"
        "mail = OrderEmail.objects.filter(kind='confirmed').last();"
        "print(emails.build(mail).alternatives[0][0])"
    )
    page = open_page(PHONE, reduced_motion="reduce")
    for width in (PHONE["width"], DESKTOP["width"]):
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(html)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            keep(page, f"mail-{width}-{theme}")
        assert sideways(page, width) == []


# What Wagtail brings is Wagtail's; that our tables and panels fit into it is ours.
@pytest.mark.parametrize(("role", "path"), DESKS.values(), ids=DESKS.keys())
def test_desk_is_fit_to_be_seen(
    shop: Shop, open_page: OpenPage, request: pytest.FixtureRequest, role: str, path: str
) -> None:
    page = open_page(DESKTOP, reduced_motion="reduce")
    errors = errors_of(page)
    steps.enter_admin(page, shop, role)
    for viewport in SIZES.values():
        page.set_viewport_size(viewport)
        page.goto(shop.url + path)
        expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\S"))
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            keep(page, f"desk-{request.node.callspec.id}-{viewport['width']}-{theme}")
        assert overflow(page) == 0, viewport
    assert errors == []


def test_editor_is_fit_to_be_seen(shop: Shop, open_page: OpenPage) -> None:
    page = open_page(DESKTOP, reduced_motion="reduce")
    errors = errors_of(page)
    steps.enter_admin(page, shop, "editor")
    page.goto(f"{shop.url}/admin/pages/{number_of_page(shop, 'tidal-drift')}/edit/")
    expect(page.get_by_role("region", name="Variant 1", exact=True)).to_be_attached()
    for viewport in SIZES.values():
        page.set_viewport_size(viewport)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            keep(page, f"desk-editor-{viewport['width']}-{theme}")
    assert errors == []


def number_of_page(shop: Shop, slug: str) -> str:
    return shop.python(
        f"from wagtail.models import Page; print(Page.objects.get(slug='{slug}').pk)"
    )
