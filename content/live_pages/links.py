"""Links within rich text, which show the addresses of pages and documents."""

from __future__ import annotations

from typing import Any

from django.utils.html import escape
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.models import Page, Site
from wagtail.rich_text.pages import PageLinkHandler

from content.at_hand import once, recall
from content.blocks.gathering import PAGES
from content.live_pages.showing import depends_on
from content.locales import in_readers_language


class NotedPageLink(PageLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        """The pages as `Page`: an address is all that is asked of them."""
        ids = [attrs.get("id", "") for attrs in attrs_list]
        depends_on(*(f"link:{pk}" for pk in ids))
        numbers = [int(pk) for pk in ids if pk.isdecimal()]
        found = recall(PAGES, numbers)
        if found is None:
            found = Page.objects.in_bulk(numbers)
        return [found.get(int(pk)) if pk.isdecimal() else None for pk in ids]

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict[str, str]]) -> list[str]:
        return [
            f'<a href="{escape(_address_of(page))}">' if page else "<a>"
            for page in cls.get_many(attrs_list)
        ]


def _address_of(page: Page) -> str | None:
    shown: Any = in_readers_language(page)
    shown._wagtail_cached_site_root_paths = once("root_paths", Site.get_site_root_paths)
    address: str | None = shown.url
    return address


class NotedDocumentLink(DocumentLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        documents = super().get_many(attrs_list)
        depends_on(*documents)
        return list(documents)
