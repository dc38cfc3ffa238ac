"""The blocks of the catalogue file, as a StreamField takes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.images import ImageFile
from django.utils.html import escape
from wagtail.images.blocks import ImageBlock
from wagtail.models import Page
from wagtail.rich_text import RichText

from bowerbird.demo import catalogue
from content.models import Picture
from home.models import ArticlePage
from products.models import ProductPage

Entry = dict[str, Any]


def story(entries: list[Entry]) -> list[tuple[str, Any]]:
    return [(entry["type"], KINDS[entry["type"]](entry)) for entry in entries]


def picture(name: str, alt: str = "") -> Picture | None:
    """The picture of this file name, taken into the image library at its first use."""
    if not name:
        return None
    known = Picture.objects.filter(title=name).first()
    if known:
        return known
    with catalogue.picture_path(name).open("rb") as file:
        return Picture.objects.create(
            title=name, description=alt[:255], file=ImageFile(file, name=name)
        )


def pages(slugs: list[str], model: Any = ProductPage) -> list[Any]:
    """In the given order; a slug that leads nowhere is a mistake in the file."""
    found = {page.slug: page for page in model.objects.filter(slug__in=slugs)}
    return [found[slug] for slug in slugs]


def link(entry: Entry) -> Entry:
    """To the page of this slug; to nowhere where none is named."""
    page = Page.objects.get(slug=entry["link"]) if entry.get("link") else None
    return {"page": page, "url": "", "text": entry.get("link_text", "")}


# --- One function a kind of block -----------------------------------------------------------------


def _shown(entry: Entry) -> Any:
    """Its picture, with the words for those who cannot see it."""
    shown = picture(entry.get("picture", ""), entry.get("alt", ""))
    if shown is None:
        return None
    return ImageBlock().to_python({"image": shown.pk, "alt_text": entry["alt"]})


def _text(entry: Entry) -> RichText:
    html = entry["html"]
    if entry.get("link"):
        page = Page.objects.get(slug=entry["link"])
        html += f'<p><a linktype="page" id="{page.pk}">{escape(entry["link_text"])}</a></p>'
    return RichText(html)


def _hero(entry: Entry) -> Entry:
    return {
        **_given(entry, "eyebrow", "heading", "text", layout="start"),
        "picture": _shown(entry),
        "link": link(entry),
    }


def _picture(entry: Entry) -> Entry:
    return {**_given(entry, "caption", width="auto"), "picture": _shown(entry)}


def _gallery(entry: Entry) -> Entry:
    hung = [{**_given(one, "caption"), "picture": _shown(one)} for one in entry["pictures"]]
    return {**_given(entry, "heading", background="paper"), "pictures": hung}


def _faq(entry: Entry) -> Entry:
    questions = [
        {"question": one["question"], "answer": RichText(one["html"])} for one in entry["questions"]
    ]
    return {**_given(entry, "heading"), "questions": questions}


def _call(entry: Entry) -> Entry:
    return {**_given(entry, "heading", "text", background="straw"), "link": link(entry)}


def _shelf(entry: Entry) -> Entry:
    return {
        **_given(entry, "heading", "text", background="paper"),
        "picture": _shown(entry),
        "link": link(entry),
    }


def _articles(entry: Entry) -> Entry:
    return {
        **_given(entry, "heading", background="paper", how_many=3),
        "articles": pages(entry.get("slugs", []), ArticlePage),
        "link": link(entry),
    }


def _product(entry: Entry) -> Entry:
    given = _given(entry, "text", side="start", background="mat")
    return {**given, "product": pages([entry["slug"]])[0]}


def _given(entry: Entry, *texts: str, **defaults: Any) -> Entry:
    return {
        **{name: entry.get(name, "") for name in texts},
        **{name: entry.get(name, default) for name, default in defaults.items()},
    }


KINDS: dict[str, Callable[[Entry], Any]] = {
    "heading": lambda entry: entry["text"],
    "text": _text,
    "picture": _picture,
    "gallery": _gallery,
    "quote": lambda entry: _given(entry, "text", "attribution", background="mat"),
    "faq": _faq,
    "call_to_action": _call,
    "hero": _hero,
    "mention": lambda entry: pages([entry["slug"]])[0],
    "product": _product,
    "products": lambda entry: {**_shelf(entry), "products": pages(entry["slugs"])},
    "newest": lambda entry: {**_shelf(entry), "how_many": entry["how_many"], "category": None},
    "sale": lambda entry: {**_shelf(entry), "how_many": entry["how_many"], "category": None},
    "articles": _articles,
}
