"""All public pages, for search engines: one list, or an index of lists where it would be too long.

A list begins at a place of the tree, so that none has to count or skip what stands before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from django.db.models import F, Window
from django.db.models.functions import Mod, RowNumber
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from wagtail.models import Page, Site
from wagtail.query import PageQuerySet

A_LIST = 10_000  # pages; search engines take up to five times as many
_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """`?from=<path in the tree>` asks for the list that begins there."""
    pages = _public(request)
    begin = request.GET.get("from")
    if begin is None:
        starts = list(_starts(pages))
        return _index(request, starts) if len(starts) > 1 else _list(request, pages)
    if not re.fullmatch(r"[0-9A-Z]{1,255}", begin):
        raise Http404
    return _list(request, pages.filter(path__gte=begin))


def _public(request: HttpRequest) -> PageQuerySet:
    """Of this site, in the order of the tree."""
    site = Site.find_for_request(request) or Site.objects.get(is_default_site=True)
    root = Page.objects.get(pk=site.root_page_id)
    return Page.objects.descendant_of(root, inclusive=True).live().public().order_by("path")


def _starts(pages: PageQuerySet) -> Iterable[str]:
    before = Window(RowNumber(), order_by=F("path").asc()) - 1
    return pages.annotate(at=Mod(before, A_LIST)).filter(at=0).values_list("path", flat=True)


def _index(request: HttpRequest, starts: Iterable[str]) -> HttpResponse:
    here = request.build_absolute_uri(reverse("sitemap"))
    lists = (f"<sitemap><loc>{escape(f'{here}?from={start}')}</loc></sitemap>" for start in starts)
    return _xml("sitemapindex", lists)


def _list(request: HttpRequest, pages: PageQuerySet) -> HttpResponse:
    rows = pages.only(
        "path", "url_path", "locale", "last_published_at", "latest_revision_created_at"
    ).select_related("locale")
    entries = [entry for page in rows[:A_LIST] for entry in _entries(request, page)]
    if not entries:
        raise Http404
    return _xml("urlset", entries)


def _entries(request: HttpRequest, page: Page) -> Iterator[str]:
    for entry in page.get_sitemap_urls(request):
        day = entry["lastmod"]
        changed = f"<lastmod>{day:%Y-%m-%d}</lastmod>" if day else ""
        yield f"<url><loc>{escape(entry['location'])}</loc>{changed}</url>"


def _xml(kind: str, entries: Iterable[str]) -> HttpResponse:
    text = "\n".join([f"<{kind} {_NAMESPACE}>", *entries, f"</{kind}>"])
    headers = {"X-Robots-Tag": "noindex, noodp, noarchive"}
    return HttpResponse(_DECLARATION + text, content_type="application/xml", headers=headers)
