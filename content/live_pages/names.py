"""The names of what a page can show; each of them has a version.

site                  menus' pages aside, what is on every page: settings, sites, restrictions
page:12               everything on that page
link:12               what a link to it shows: its title, its address, whether it is public
family:<key>          which translations of a page are published
menu:<path>           which pages below are in the menu
below:<path>          which pages stand below, and what a listing counts or sorts them by
brand:<key>           a snippet, with its translations; so are topic:, author:, optionvalue:…
picture:7             a picture's file and words
sku:FLOW-A3           what a shopper is told of the stock
delivery, tax         what the shop asks for delivery, and the rates of VAT

wording:order-sent    is on no page: the words that staff wrote for an e-mail
told:<mark>           is on no page: there once a debt is paid, see `content.live_pages.owed`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model
from wagtail.models import Page, TranslatableMixin

SITE = "site"


def name_of(thing: Model) -> str:
    """Translations of a snippet share one name: which of them is shown depends on the others."""
    if isinstance(thing, Page):
        return f"page:{thing.pk}"
    kind = thing._meta.model_name
    if isinstance(thing, TranslatableMixin):
        return f"{kind}:{thing.translation_key}"
    return f"{kind}:{thing.pk}"


def told(mark: UUID) -> str:
    return f"told:{mark.hex}"


def is_mark(name: str) -> bool:
    return name.startswith("told:")


def wording_of(letter: str) -> str:
    return f"wording:{letter}"


def link_to(page: Page | int) -> str:
    return f"link:{page if isinstance(page, int) else page.pk}"


def family_of(page: Page) -> str:
    return f"family:{page.translation_key}"


def menu_below(path: str) -> str:
    return f"menu:{path}"


def below(path: str, aspect: str = "") -> str:
    """The pages below that place of the tree; `aspect` where only some listings care: "price"."""
    return f"below:{path}:{aspect}" if aspect else f"below:{path}"


def paths_above(path: str) -> Iterator[str]:
    """The places in whose listings a page may stand: all above it but the tree's very root."""
    step: Any = Page.steplen
    for end in range(2 * step, len(path), step):
        yield path[:end]
