"""What can be said of a page by looking at it: what axe finds, how it lies, how it moves."""

from __future__ import annotations

from playwright.sync_api import ConsoleMessage, Page, Response

from tests.journeys.shop import ROOT

AXE = (ROOT / "tests/vendor/axe.min.js").read_text()
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN_AXE = """async standards => {
    const found = await axe.run(document, {
        runOnly: {type: "tag", values: standards},
        rules: {"target-size": {enabled: true}},
        resultTypes: ["violations"],
    });
    return found.violations.flatMap(violation =>
        violation.nodes.map(node => [violation.id, node.target.join(" "), node.failureSummary]));
}"""
# Another theme fades in, as does a button whose answer has come; what turns for ever is not
# waited for.
COLOURS_SETTLED = """async () => {
    const frame = () => new Promise(requestAnimationFrame);
    const enough = Date.now() + 10000;
    while (document.querySelector("[aria-busy=true]") && Date.now() < enough) await frame();
    await frame();
    const fading = Promise.allSettled(document.getAnimations().map(one => one.finished));
    await Promise.race([fading, new Promise(late => setTimeout(late, 1000))]);
}"""
WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
    for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({type: "layout-shift", buffered: true});
"""
BAD_PICTURES = """async () => {
    const pictures = [...document.images].filter(one => one.checkVisibility());
    for (const one of pictures) one.loading = "eager";
    await Promise.allSettled(pictures.map(one => one.decode()));
    return pictures
        .filter(one => !one.naturalWidth
            || !(one.getAttribute("width") > 0 && one.getAttribute("height") > 0))
        .map(one => one.currentSrc || one.outerHTML);
}"""


def what_axe_says(page: Page) -> list[list[str]]:
    page.evaluate(COLOURS_SETTLED)
    page.evaluate(AXE)
    found: list[list[str]] = page.evaluate(RUN_AXE, STANDARDS)
    return found


def bad_pictures(page: Page) -> list[str]:
    """Those that did not load, or whose place was not kept for them by width and height."""
    found: list[str] = page.evaluate(BAD_PICTURES)
    return found


def watch_shifts(page: Page) -> None:
    """From the next page on; `shifted` tells."""
    page.add_init_script(WATCH_SHIFTS)


def shifted(page: Page) -> float:
    """Cumulative layout shift, as browsers count it, without what a press of the reader moved."""
    return float(page.evaluate("window.shifted"))


def overflow(page: Page) -> int:
    """Pixels by which the page scrolls sideways."""
    over: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(over, 0)


def errors_of(page: Page) -> list[str]:
    errors: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} {message.location['url']}")

    page.on("console", note)
    return errors


def statuses_of(page: Page) -> list[int]:
    """Of the documents that the window showed; redirects are left out."""
    statuses: list[int] = []

    def note(response: Response) -> None:
        request = response.request
        if request.is_navigation_request() and not 300 <= response.status < 400:
            statuses.append(response.status)

    page.on("response", note)
    return statuses
