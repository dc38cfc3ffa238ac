"""What is on every page of a site: its settings, the menu, the footer."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest
from django.utils.translation import get_language
from wagtail.models import Page, Site

from content.at_hand import once
from content.blocks import LinkValue
from content.live_pages.names import SITE, link_to, menu_below
from content.live_pages.parts import part_of
from content.live_pages.showing import depends_on
from content.locales import in_readers_language
from content.models import ShopSettings, SocialLink
from content.privacy import open_to_all


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


@dataclass(frozen=True)
class Furniture:
    """Of one site in one language. `root` is its front page, None where there is no site;
    `root_paths` as Wagtail has them, from which addresses of pages are made; `legal` by the fields
    of the settings that name the pages."""

    shop: ShopSettings
    site: Site | None = None
    root: Page | None = None
    root_paths: list[Any] = field(default_factory=list)
    menu: list[Link] = field(default_factory=list)
    legal: dict[str, Link] = field(default_factory=dict)
    footer: Footer = field(default_factory=lambda: Footer([], [], []))


def furniture(request: HttpRequest) -> Furniture:
    """Gathered once and kept. Tells the request of which site it is, as Wagtail would."""
    about: Any = request
    key = ("furniture", about._get_raw_host(), request.get_port(), get_language())
    part = once(key, lambda: part_of(key, lambda: _gather(request)))
    if getattr(about, "_furniture", None) is not part:
        about._furniture = part
        _tell(about, part.value)
    found: Furniture = part.show()
    return found


def seen_from(request: HttpRequest | None) -> tuple[int | None, str | None]:
    """Site and language, for the keys of what is kept: addresses of another site are whole ones."""
    site = furniture(request).site if request else None
    return site.pk if site else None, get_language()


def shop_of(request: HttpRequest) -> ShopSettings:
    if furniture(request).site is None:
        return ShopSettings()
    return ShopSettings.for_request(request)


def main_menu(request: HttpRequest) -> list[Link]:
    """The pages directly below the front page that ask to be shown in menus."""
    return [_marked(link, request) for link in furniture(request).menu]


def footer(request: HttpRequest) -> Footer:
    """What editors put into the shop's settings, without what is not published."""
    found = furniture(request).footer
    return replace(found, legal=[_marked(link, request) for link in found.legal])


def _marked(link: Link, request: HttpRequest) -> Link:
    return replace(link, current=bool(link.url) and request.path.startswith(link.url))


def _tell(request: Any, found: Furniture) -> None:
    """Where Wagtail looks first, so that it asks for none of it."""
    request._wagtail_site = found.site
    request._wagtail_cached_site_root_paths = found.root_paths
    if found.site:
        # A copy: what is looked up through it later on is this request's own.
        setattr(request, ShopSettings.get_cache_attr_name(), copy(found.shop))


def _gather(request: HttpRequest) -> Furniture:
    depends_on(SITE)
    site = Site.find_for_request(request)
    if site is None:
        return Furniture(ShopSettings())
    root = in_readers_language(site.root_page)
    shop = ShopSettings.for_request(request)
    depends_on(shop.logo, shop.delivery_info and link_to(shop.delivery_info))  # looked up here
    if shop.logo:
        prefetch_related_objects([shop.logo], "renditions")
    legal = {name: _link(page, request) for name, page in shop.legal_pages.items()}
    return Furniture(
        shop=copy(shop),  # without the request, which it would hold on to
        site=site,
        root=root,
        root_paths=Site.get_site_root_paths(),
        menu=_menu(root, request),
        legal=legal,
        footer=_footer(shop, legal, request),
    )


def _menu(root: Page, request: HttpRequest) -> list[Link]:
    pages = open_to_all(root.get_children().live().in_menu())
    depends_on(menu_below(root.path), *map(link_to, pages))
    return [_link(page, request) for page in pages]


def _footer(shop: ShopSettings, legal: dict[str, Link], request: HttpRequest) -> Footer:
    columns = [
        Column(block.value["heading"], _links(block.value["links"], request))
        for block in shop.footer
    ]
    return Footer(
        columns=[column for column in columns if column.links],
        legal=list(dict.fromkeys(legal.values())),
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
    return Link(page.title, page.get_url(request) or "")
