"""The categories of a made catalogue, and what its products share: words, pictures, makers."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.text import slugify
from wagtail.models import Page

from bowerbird.demo import blocks
from bowerbird.demo.load import front_page
from bowerbird.demo.many.inventing import Leaf, leaf, makers, words
from bowerbird.demo.pages import publish_below
from content import renditions
from content.models import Picture
from products.models import Brand, CategoryPage, OptionType, OptionValue, TaxClass

# Of the demo shop's own.
PICTURES: tuple[str, ...] = (
    "first-light.webp",
    "garden-path.webp",
    "skerry.webp",
    "six-plates.webp",
    "solstice.webp",
    "winter-fern.webp",
)


@dataclass(frozen=True)
class Shared:
    """By name; `pictures` in the order of `PICTURES`, `categories` by the number of the leaf."""

    makers: dict[str, Brand]
    options: dict[tuple[str, str], OptionValue]
    pictures: list[Picture]
    tax_class: TaxClass
    categories: dict[int, int] = field(default_factory=dict)

    def category(self, number: int) -> int:
        """The id of this leaf's page, which is made with those above it where there is none."""
        if number not in self.categories:
            self.categories[number] = _category(leaf(number))
        return self.categories[number]


def shared() -> Shared:
    """Found, or made the first time: all in the ordinary way, for they are few."""
    return Shared(
        makers={name: _maker(name) for name in makers()},
        options={
            (option.name, value.name): value
            for option in map(_option, words()["options"])
            for value in option.values.all()
        },
        pictures=_pictures(),
        tax_class=TaxClass.objects.get(code=TaxClass.DEFAULT_CODE),
    )


def _maker(name: str) -> Brand:
    return Brand.objects.filter(name=name).first() or Brand.objects.create(name=name)


def _option(name: str) -> OptionType:
    option = OptionType.objects.filter(name=name).first() or OptionType.objects.create(name=name)
    known = {value.name for value in option.values.all()}
    for order, value in enumerate(words()["options"][name]):
        if value not in known:
            OptionValue.objects.create(option=option, name=value, sort_order=order)
    return OptionType.objects.get(pk=option.pk)


def _pictures() -> list[Picture]:
    pictures = [picture for name in PICTURES if (picture := blocks.picture(name))]
    for picture in pictures:
        renditions.make(picture)
    return pictures


def _category(asked: Leaf) -> int:
    page: Page = front_page()
    for title in (asked.department, asked.section, asked.title):
        page = _below(page, title, in_menu=title == asked.department)
    return page.pk


def _below(parent: Page, title: str, *, in_menu: bool) -> Page:
    found = CategoryPage.objects.child_of(parent).filter(slug=slugify(title)).first()
    if found:
        return found
    introduction = f"{title}, from people who make little else."
    page = CategoryPage(
        title=title, slug=slugify(title), introduction=introduction, show_in_menus=in_menu
    )
    publish_below(parent, page)
    return CategoryPage.objects.get(pk=page.pk)
