"""What somebody who has begun to type may mean."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest

from content.locales import active_locale
from products.models import Opening, ProductPage
from products.openings import typed
from products.places import catch_up

SHORTEST = 2
MOST = 8
# A title may open with the same words twice.
LOOKED_AT = 3 * MOST


class Suggestion(NamedTuple):
    title: str
    url: str


def suggest(text: str, request: HttpRequest | None = None) -> list[Suggestion]:
    """Products with a title, or words in it, that begin so; in the order of the alphabet."""
    begun = typed(text)
    if len(begun) < SHORTEST:
        return []
    catch_up()
    ids = list(dict.fromkeys(openings(begun).values_list("page_id", flat=True)))
    shelf = ProductPage.objects.live().open_to_all().filter(pk__in=ids).order_by()
    found = {page.pk: page for page in shelf.only("title", "url_path", "locale", "path")}
    pages = [found[pk] for pk in ids if pk in found][:MOST]
    return [Suggestion(page.title, page.get_url(request) or "") for page in pages]


def openings(begun: str) -> Any:
    here = Opening.objects.filter(locale=active_locale(), words__startswith=begun)
    return here.order_by("words", "page_id")[:LOOKED_AT]
