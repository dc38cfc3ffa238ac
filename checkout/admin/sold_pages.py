"""Pages that orders refer to are not deleted: an order must always show what was sold.

The database refuses too (PROTECT). These hooks say so in time, and offer to unpublish.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.models import Page, get_default_page_content_type

from checkout.models import OrderLine


def was_sold(page: Page) -> bool:
    """Whether an order line names this page, one below it, or one of their revisions.

    The revision is another page's than the product where the shopper read a translation.
    """
    below = Page.objects.descendant_of(page, inclusive=True)
    keys = below.annotate(key=Cast("pk", CharField())).values("key")
    shown = Q(
        revision__base_content_type=get_default_page_content_type(), revision__object_id__in=keys
    )
    return OrderLine.objects.filter(Q(product__path__startswith=page.path) | shown).exists()


def refuse_deleting_sold_page(request: HttpRequest, page: Page) -> HttpResponse | None:
    if not was_sold(page):
        return None
    messages.error(request, _explanation(page))
    if page.live and page.permissions_for_user(request.user).can_unpublish():
        return redirect("wagtailadmin_pages:unpublish", page.pk)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


def refuse_deleting_sold_pages(
    request: HttpRequest, action_type: str, objects: Sequence[Any], action: Any
) -> HttpResponse | None:
    """The same for several pages at once; none is deleted where one must stay."""
    pages = [thing for thing in objects if isinstance(thing, Page)]
    if action_type != "delete" or not pages:
        return None
    sold = [page for page in pages if was_sold(page)]
    if not sold:
        return None
    for page in sold:
        messages.error(request, _explanation(page))
    live = [page for page in sold if page.live]
    back = reverse("wagtailadmin_explore", args=[pages[0].get_parent().pk])
    if not live:
        return redirect(back)
    unpublish = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
    query = [("next", back), *(("id", page.pk) for page in live)]
    return redirect(f"{unpublish}?{urlencode(query)}")


def _explanation(page: Page) -> str:
    return _(
        "“%(title)s” stays: orders refer to it or to pages below it, and must show what was sold. "
        "You can unpublish it instead."
    ) % {"title": page.get_admin_display_title()}
