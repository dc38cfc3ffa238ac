"""Listings of the admin, however long: counted, and paged through, as far as is of use.

To count a million rows costs more than to show fifty, and so does to skip half of them. Who looks
for something that far behind sorts or narrows the listing; an export has all of it.
"""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.views.generic.chooser import BaseChooseView

COUNTED = 10_000  # rows


class LongListPaginator(WagtailPaginator):
    """Its last page ends with the last row that is counted; `goes_on` says that there are more."""

    @cached_property
    def _found(self) -> int:
        """Up to one more than are counted; of what is no queryset, all."""
        rows = self.object_list
        if not isinstance(rows, QuerySet) or rows.query.is_sliced:
            return super().count
        return rows.order_by().values("pk")[: COUNTED + 1].count()

    @cached_property
    def count(self) -> int:
        return min(self._found, COUNTED)

    @property
    def goes_on(self) -> bool:
        return self._found > COUNTED

    @cached_property
    def items_count_label(self) -> str:
        if not self.goes_on:
            return super().items_count_label
        many = number_format(COUNTED, use_l10n=True, force_grouping=True)
        return _("more than %(many)s %(things)s") % {
            "many": many,
            "things": self.verbose_name_plural,
        }


def use_for_all_listings() -> None:
    """Wagtail's own among them: pages, snippets, images, and what is chosen from these."""
    for view in (BaseListingView, BaseChooseView):
        view.paginator_class = LongListPaginator
