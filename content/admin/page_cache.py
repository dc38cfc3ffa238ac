"""What visits were to the page cache: for whoever wonders whether it works, and why it does not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from wagtail.admin.viewsets.base import ViewSet

from content.admin.permitted import PermittedMenuItem, PermittedPage
from content.live_pages import counting
from content.live_pages.backing import Unreachable, the_backing

SEE = "content.change_shopsettings"
# Hours, each up to the present one.
SPANS = {1: gettext_lazy("This hour"), 24: gettext_lazy("24 hours"), 168: gettext_lazy("7 days")}
OUTCOMES = {
    "hit": gettext_lazy("Given out as kept"),
    "miss": gettext_lazy("Rendered, and kept for the next"),
    "refused": gettext_lazy("Rendered, and not fit to be kept"),
    "bypass": gettext_lazy("Rendered for one visitor"),
}


@dataclass(frozen=True)
class Row:
    """`visits` in each of the spans."""

    outcome: str | Promise
    reason: str
    visits: tuple[int, ...]


class PageCacheView(PermittedPage):
    permission = SEE
    template_name = "content/admin/page_cache.html"
    page_title = gettext_lazy("Page cache")
    header_icon = "resubmit"

    def get(self, request: HttpRequest) -> HttpResponse:
        try:
            spans = [counting.counted(hours) for hours in SPANS]
        except Unreachable:
            return self.render_to_response(self.get_context_data(is_away=True), status=503)
        context = self.get_context_data(
            is_on=the_backing() is not None,
            spans=SPANS.values(),
            rows=rows_of(spans),
            kept=[share_of_hits(span) for span in spans],
        )
        return self.render_to_response(context)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        return [{"url": "", "label": str(self.page_title)}]


def rows_of(spans: list[Counter[str]]) -> list[Row]:
    """What was kept first, and then by how often it happened."""
    kinds = sorted(
        {kind for span in spans for kind in span},
        key=lambda kind: (list(OUTCOMES).index(_parted(kind)[0]), -spans[-1][kind], kind),
    )
    return [
        Row(OUTCOMES[outcome], reason, tuple(span[kind] for span in spans))
        for kind, (outcome, reason) in zip(kinds, map(_parted, kinds), strict=True)
    ]


def share_of_hits(counts: Counter[str]) -> int | None:
    """Of a hundred visits to pages that may be kept; None if there was none."""
    asked = counts["hit"] + counts["miss"]
    return 100 * counts["hit"] // asked if asked else None


def _parted(kind: str) -> tuple[str, str]:
    outcome, _, reason = kind.partition(": ")
    return outcome, reason


class PageCacheMenuItem(PermittedMenuItem):
    permission = SEE


class PageCacheViewSet(ViewSet):
    name = "page_cache"
    url_prefix = "page-cache"
    icon = "resubmit"
    menu_label = gettext_lazy("Page cache")
    menu_item_class = PageCacheMenuItem
    menu_hook = "register_reports_menu_item"
    menu_order = 900

    def get_urlpatterns(self) -> list[URLPattern]:
        return [path("", self.construct_view(PageCacheView), name="index")]
