"""Links within rich text, which show the addresses of pages and documents."""

from __future__ import annotations

from typing import Any

from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.rich_text.pages import PageLinkHandler

from content.live_pages.showing import depends_on
from content.locales import in_readers_language


class NotedPageLink(PageLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        depends_on(*(f"link:{attrs.get('id')}" for attrs in attrs_list))
        pages = super().get_many(attrs_list)
        for page in filter(None, pages):
            in_readers_language(page)  # names what the link leads to
        return list(pages)


class NotedDocumentLink(DocumentLinkHandler):
    @classmethod
    def get_many(cls, attrs_list: list[dict[str, str]]) -> list[Any]:
        documents = super().get_many(attrs_list)
        depends_on(*documents)
        return list(documents)
