"""Without a mouse: Tab goes through a page in order, and one always sees where one is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.journeys.conftest import DESKTOP, PHONE, OpenPage
from tests.journeys.shop import Shop

MOST_STOPS = 200
# What has the focus: its place in the document, its name, whether it can be seen, and whether it or
# what it stands in looks different for it.
FOCUSED = """async () => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const settled = () => Promise.race([
        Promise.allSettled(document.getAnimations().map(animation => animation.finished)),
        new Promise(enough => setTimeout(enough, 500)),
    ]);
    const look = () => {
        const seen = [];
        for (let at = one, steps = 0; at && steps < 5; at = at.parentElement, steps += 1)
            for (const part of [null, "::before", "::after"]) {
                const style = getComputedStyle(at, part);
                seen.push(style.outline, style.boxShadow, style.borderColor, style.color,
                    style.backgroundColor, style.textDecorationLine);
            }
        return seen.join();
    };
    const inSight = () => {
        const box = one.getBoundingClientRect();
        return box.width > 0 && box.height > 0
            && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    };
    await settled();
    // A busy browser scrolls a moment after it has moved the focus.
    for (let waited = 0; !inSight() && waited < 1000; waited += 50)
        await new Promise(enough => setTimeout(enough, 50));
    const seen = inSight();
    const focused = look();
    one.blur();
    await settled();
    const marked = look() !== focused;
    one.focus({ preventScroll: true });
    return {
        place: [...document.querySelectorAll("*")].indexOf(one),
        name: (one.getAttribute("aria-label") || one.innerText || one.name || one.tagName).trim(),
        seen,
        marked,
    };
}"""
PRODUCT = "/prints/tidal-drift/"
READING = [
    *((path, DESKTOP) for path in ("/", "/prints/", PRODUCT, "/journal/patterns-nobody-drew/")),
    (PRODUCT, PHONE),
]


def tab_through(page: Page) -> list[str]:
    """What is wrong with each stop, if anything, from the top of the page to its end."""
    troubles: list[str] = []
    places: list[int] = []
    page.evaluate("document.activeElement?.blur()")
    while len(places) < MOST_STOPS:
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused is None or focused["place"] in places[:1]:  # the end, or round again
            break
        if places and focused["place"] < places[-1]:
            troubles.append(f"{focused['name']!r} comes after what stands below it")
        if not focused["seen"]:
            troubles.append(f"{focused['name']!r} cannot be seen")
        if not focused["marked"]:
            troubles.append(f"{focused['name']!r} is not marked")
        places.append(focused["place"])
    assert len(places) > 3, "Tab went nowhere"
    return troubles


@pytest.mark.parametrize(("path", "size"), READING)
def test_tab_goes_through_the_page(
    laptop: Shop, open_page: OpenPage, path: str, size: dict[str, int]
) -> None:
    page = open_page(size, reduced_motion="reduce")
    page.goto(laptop.url + path)
    page.wait_for_load_state("load")
    assert tab_through(page) == []


def test_shopper_buys_with_the_keyboard_alone(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(DESKTOP, reduced_motion="reduce")
    page.goto(f"{laptop.url}/notebooks/pocket-pair/")
    page.get_by_role("button", name="Add to basket").first.focus()
    page.keyboard.press("Enter")
    basket = page.get_by_role("link", name="Basket, 1 thing")
    expect(basket).to_be_visible()
    basket.focus()
    page.keyboard.press("Enter")
    checkout = page.get_by_role("link", name="Checkout")
    expect(checkout).to_be_visible()
    checkout.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Checkout")).to_be_visible()
    assert tab_through(page) == []
    steps.fill_address(page, email="keys@example.com")
    page.get_by_role("radio", name="Demo payment").focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="Order and pay").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Pay", exact=True).focus()
    page.keyboard.press("Enter")
    steps.expect_status(page, "paid")


def test_search_suggests_while_one_types(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(DESKTOP)
    page.goto(f"{laptop.url}/books/")
    field = page.get_by_role("banner").get_by_role("searchbox")
    suggestions = page.get_by_role("banner").get_by_role("list", name="Suggestions")
    field.press_sequentially("co", delay=20)
    expect(suggestions.get_by_role("link").first).to_have_text("Coin Toss")
    expect(page.locator("#announcer")).to_contain_text("Suggestions")

    page.keyboard.press("Escape")
    expect(suggestions).to_be_hidden()
    expect(field).to_be_focused()

    field.press_sequentially("i")
    expect(suggestions.get_by_role("link")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(suggestions.get_by_role("link")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowUp")  # round to the last
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Coin Toss")


def test_search_goes_on_where_nothing_is_suggested(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(DESKTOP)
    page.route("**/search/suggestions/**", lambda route: route.abort())
    page.goto(f"{laptop.url}/books/")
    field = page.get_by_role("banner").get_by_role("searchbox")
    field.press_sequentially("coin toss", delay=20)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("“coin toss”")
