"""The pages of ours in the admin, as a manager opens them: none of them fails in the browser."""

from __future__ import annotations

from django.urls import reverse
from playwright.sync_api import APIResponse

from tests.admin_views import our_admin_views
from tests.journeys import steps
from tests.journeys.conftest import DESKTOP, OpenPage
from tests.journeys.looking import errors_of
from tests.journeys.shop import Shop


def is_page(response: APIResponse) -> bool:
    return response.ok and response.headers["content-type"].startswith("text/html")


def test_pages_are_quiet(laptop: Shop, open_page: OpenPage) -> None:
    page = open_page(DESKTOP)
    steps.enter_admin(page, laptop, "manager")
    errors = errors_of(page)
    views = our_admin_views().items()
    names = [name for name, about in views if not about and not name.endswith("_results")]
    opened = set()
    for name in names:
        address = laptop.url + reverse(name)
        if is_page(page.request.get(address)):
            page.goto(address)
            opened.add(name)
    assert errors == []
    assert {"orders:revenue", "prices:index", "delivery:add", "page_cache:index"} <= opened
