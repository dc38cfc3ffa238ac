"""Where products go: category pages, found by their titles below one page, made where missing."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.text import slugify
from django.utils.translation import gettext as _
from wagtail.models import Locale, Page, Site

from content.slugs import is_reserved
from products.models import CategoryPage

TITLE_LENGTH, SLUG_LENGTH = 255, 255


class NoSuchShelf(Exception):
    """The category that was asked for is not there. The message is for the person who asked."""


class Shelves:
    """The categories below `root`, read once. `forget` after a transaction that failed."""

    def __init__(self, below: CategoryPage | None = None) -> None:
        self.below = below
        self.forget()

    def forget(self) -> None:
        self.root: Page = self.below or front_page()
        self._children: dict[tuple[int, str], int] = {}
        by_path = {self.root.path: self.root.pk}
        pages = CategoryPage.objects.descendant_of(self.root).filter(alias_of__isnull=True)
        rows = pages.order_by("path").values_list("pk", "path", "title")
        for pk, path, title in rows:
            by_path[path] = pk
            parent = by_path.get(path[: -Page.steplen])
            if parent:
                self._children.setdefault((parent, _key(title)), pk)

    def known(self, path: Sequence[str]) -> int | None:
        """The id of the category, if all of it is there."""
        pk: int | None = self.root.pk
        for title in path:
            pk = self._children.get((pk, _key(title))) if pk else None
        return pk

    def find_or_make(self, path: Sequence[str]) -> int:
        """The id of the category; what is missing of it is made and published."""
        pk = int(self.root.pk)
        for title in path:
            child = self._children.get((pk, _key(title)))
            pk = child or self._make(pk, title)
        return pk

    def _make(self, parent_id: int, title: str) -> int:
        parent = Page.objects.get(pk=parent_id)
        page = CategoryPage(title=title, slug=free_slug(parent, title), locale=parent.locale)
        parent.add_child(instance=page)
        page.save_revision().publish()
        self._children[parent_id, _key(title)] = page.pk
        return int(page.pk)

    def default_path(self) -> tuple[str, ...]:
        """For products that name no category: the one that was asked for, else "Imported"."""
        return () if self.below else (_("Imported"),)


def free_slug(parent: Page, wanted: str, page_id: int | None = None) -> str:
    """`wanted` as a slug that neither a sibling nor the shop itself uses, numbered if need be."""
    stem = slugify(wanted, allow_unicode=True)[: SLUG_LENGTH - 8] or "product"
    siblings = Page.objects.child_of(parent).exclude(pk=page_id)
    if not is_reserved(stem) and not siblings.filter(slug=stem).exists():
        return stem
    numbered = siblings.filter(slug__startswith=f"{stem}-").values_list("slug", flat=True)
    used, number = set(numbered), 2
    while f"{stem}-{number}" in used:
        number += 1
    return f"{stem}-{number}"


def front_page() -> Page:
    """In the source language."""
    page = Site.objects.select_related("root_page").get(is_default_site=True).root_page
    return page.get_translation_or_none(Locale.get_default()) or page


def category_named(path: str) -> CategoryPage:
    """ "prints/animals": slugs or titles from the top. Raises NoSuchShelf."""
    page = front_page()
    for name in filter(None, (part.strip() for part in path.split("/"))):
        children = CategoryPage.objects.child_of(page)
        found = children.filter(slug=name).first() or children.filter(title__iexact=name).first()
        if found is None:
            raise NoSuchShelf(_("There is no category “%(name)s”.") % {"name": name})
        page = found
    if not isinstance(page, CategoryPage):
        raise NoSuchShelf(_("Name a category."))
    return page


def _key(title: str) -> str:
    return " ".join(title.split()).casefold()
