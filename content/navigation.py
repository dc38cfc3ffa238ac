from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.http import HttpRequest
from wagtail.models import Page, Site

from content.blocks import LinkValue
from content.live_pages.names import link_to, menu_below
from content.live_pages.showing import depends_on
from content.locales import in_readers_language
from content.models import ShopSettings, SocialLink


@dataclass(frozen=True)
class Link:
    title: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Column:
    heading: str
    links: list[Link]


@dataclass(frozen=True)
class Footer:
    columns: list[Column]
    legal: list[Link]
    social: list[SocialLink]


def main_menu(request: HttpRequest) -> list[Link]:
    """The pages directly below the front page that ask to be shown in menus."""
    site = Site.find_for_request(request)
    if site is None:
        return []
    root = in_readers_language(site.root_page)
    pages = root.get_children().live().public().in_menu()
    depends_on(menu_below(root.path), *map(link_to, pages))
    return [_link(page, request) for page in pages]


def footer(request: HttpRequest) -> Footer:
    """What editors put into the shop's settings, without what is not published."""
    if Site.find_for_request(request) is None:
        return Footer([], [], [])
    shop = ShopSettings.for_request(request)
    columns = [
        Column(block.value["heading"], _links(block.value["links"], request))
        for block in shop.footer
    ]
    return Footer(
        columns=[column for column in columns if column.links],
        legal=[_link(page, request) for page in shop.legal_pages],
        social=list(shop.social_links.all()),
    )


def _links(values: Iterable[LinkValue], request: HttpRequest) -> list[Link]:
    links = []
    for value in values:
        if value.target:
            link = _link(value.target, request)
            links.append(replace(link, title=value["text"] or link.title))
        elif value["url"]:
            links.append(Link(value["text"] or value["url"], value["url"]))
    return links


def _link(page: Page, request: HttpRequest) -> Link:
    url = page.get_url(request) or ""
    return Link(page.title, url, current=bool(url) and request.path.startswith(url))
