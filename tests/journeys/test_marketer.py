"""A marketer arranges a landing page, looks at it, publishes it; a shopper buys from it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys import steps
from tests.journeys.conftest import PHONE, OpenPage
from tests.journeys.shop import Shop


@pytest.fixture
def marketer(laptop: Shop, open_page: OpenPage) -> Page:
    page = open_page()
    steps.enter_admin(page, laptop, "marketer")
    return page


def start_landing_page(page: Page, shop: Shop, title: str) -> None:
    number = shop.python("from home.models import HomePage; print(HomePage.objects.get().pk)")
    page.goto(f"{shop.url}/admin/pages/{number}/add_subpage/")
    page.get_by_role("link", name="Landing page", exact=True).click()
    page.wait_for_load_state("load")
    page.get_by_role("textbox", name="Title").fill(title)


def add_block(page: Page, name: str) -> Locator:
    """At the end of the page; the form of the new block."""
    page.get_by_role("button", name="Insert a block").last.click()
    page.get_by_role("option", name=name, exact=True).click()
    return page.get_by_role("region", name=name).last


def choose_product(page: Page, block: Locator, words: str, title: str) -> None:
    block.get_by_role("button", name="Choose a page (Product)").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Search term").fill(words)
    dialog.get_by_role("link", name=title, exact=True).click()
    expect(dialog).to_be_hidden()


def test_marketer_builds_a_landing_page_that_sells(
    laptop: Shop, marketer: Page, open_page: OpenPage
) -> None:
    start_landing_page(marketer, laptop, "Walls in spring")
    hero = add_block(marketer, "Hero")
    hero.get_by_role("textbox", name="Heading").fill("Hang something before it rains")
    text = add_block(marketer, "Text")
    text.get_by_role("textbox").first.fill("A wall is patient.")
    grid = add_block(marketer, "Products")
    grid.get_by_role("textbox", name="Heading").fill("Three for the hall")
    choose_product(marketer, grid, "pocket", "Pocket Pair")

    marketer.get_by_role("button", name="Toggle preview").click()
    preview = marketer.locator("iframe[title='Preview']").last.content_frame
    for words in ("Hang something before it rains", "A wall is patient.", "Pocket Pair"):
        expect(preview.get_by_text(words).first).to_be_visible()
    marketer.get_by_role("button", name="Toggle preview").click()

    shopper = open_page(PHONE, javascript=False)
    address = f"{laptop.url}/walls-in-spring/"
    assert shopper.request.get(address).status == 404
    steps.publish(marketer)
    shopper.goto(address)
    heading = shopper.get_by_role("heading", level=1)
    expect(heading).to_have_text("Hang something before it rains")
    expect(shopper.get_by_role("heading", name="Three for the hall")).to_be_visible()
    shopper.get_by_role("link", name="Pocket Pair").click()
    shopper.get_by_role("button", name="Add to basket").first.click()
    shopper.goto(f"{laptop.url}/basket/")
    expect(shopper.get_by_role("link", name="Pocket Pair").first).to_be_visible()
