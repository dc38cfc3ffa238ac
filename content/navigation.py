from dataclasses import dataclass

from django.http import HttpRequest
from wagtail.models import Page, Site

from content.models import ShopSettings


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    current: bool = False


def main_menu(request: HttpRequest) -> list[Link]:
    """The pages directly below the front page that ask to be shown in menus."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    root = site.root_page.localized
    pages = root.get_children().live().public().in_menu()
    return [_link(page, request) for page in pages]


def footer_links(request: HttpRequest) -> list[Link]:
    if Site.find_for_request(request) is None:
        return []
    links = ShopSettings.for_request(request).footer_links.select_related("page")
    return [_link(link.page.localized, request) for link in links if link.page.live]


def _link(page: Page, request: HttpRequest) -> Link:
    url = page.get_url(request) or ""
    return Link(page.title, url, current=bool(url) and request.path.startswith(url))
