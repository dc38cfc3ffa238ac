"""A product's story between two worlds: rich text in files, blocks on pages.

Second-level headings, quotes and pictures are blocks of their own; the rest is running text.
Blocks that files cannot hold (products, questions, films…) are left out of an export and stay
where an import replaces the words around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from bs4 import BeautifulSoup, NavigableString, Tag
from django.conf import settings
from django.utils.html import escape
from wagtail.rich_text import expand_db_html

Block = dict[str, Any]
Part = tuple[str, Any]

HEADING_LENGTH, ATTRIBUTION_LENGTH = 255, 120
_KEPT_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}}
_OURS = frozenset({"heading", "text", "picture", "quote"})
_INLINE = frozenset({"a", "b", "i", "strong", "em", "br", "span", "sub", "sup", "code"})


def to_html(blocks: Iterable[Mapping[str, Any]], source_of: Callable[[int], str]) -> str:
    """What an export holds of a page's blocks. `source_of` names a picture by its id."""
    return "".join(_html(block["type"], block["value"], source_of) for block in blocks)


def canonical(html: str) -> str:
    """The same for two texts that would make the same blocks, whatever wrote them."""
    return "".join(_part_html(kind, value) for kind, value in _parts(html))


def picture_sources(html: str) -> list[tuple[str, str]]:
    """Address and description of each picture in the text, in order."""
    return [value for kind, value in _parts(html) if kind == "picture"]


def to_blocks(
    html: str, picture_of: Callable[[str], int | None], old: Iterable[Block] = ()
) -> list[Block]:
    """The blocks that `html` comes to; a picture that is not there is left out.

    Of the `old` ones, those that say the same stay as they are (a picture with its caption, a
    quote on its background), and what files cannot hold stays, at the end.
    """
    old = list(old)
    same = {_identity(block): block for block in old if block["type"] in _OURS}
    made = []
    for kind, value in _parts(html):
        if kind != "picture":
            made.append(_block(kind, value))
        elif picture := picture_of(value[0]):
            made.append(_picture_block(picture, value[1]))
    kept = [block for block in old if block["type"] not in _OURS]
    return [same.get(_identity(block), block) for block in made] + kept


def _identity(block: Mapping[str, Any]) -> tuple[str, Any]:
    kind = block["type"]
    return kind, _picture_id(block) or _html(kind, block["value"], lambda pk: "")


# --- From blocks ----------------------------------------------------------------------------------


def _html(kind: str, value: Any, source_of: Callable[[int], str]) -> str:
    if kind == "heading":
        return _part_html(kind, value)
    if kind == "text":
        return canonical(_with_full_links(expand_db_html(value)))
    if kind == "quote":
        return _part_html(kind, (value["text"], value.get("attribution") or ""))
    picture = _picture_id({"value": value}) if kind == "picture" else None
    source = source_of(picture) if picture else ""
    return _part_html("picture", (source, value["picture"].get("alt_text", ""))) if source else ""


def _with_full_links(html: str) -> str:
    return re.sub(r'(<a [^>]*href=")/(?!/)', rf"\1{settings.BASE_URL}/", html)


def _picture_id(block: Mapping[str, Any]) -> int | None:
    value = block["value"]
    picture = value.get("picture") if isinstance(value, Mapping) else None
    return picture.get("image") if isinstance(picture, Mapping) else None


def _part_html(kind: str, value: Any) -> str:
    if kind == "heading":
        return f"<h2>{escape(_line(value))}</h2>"
    if kind == "picture":
        return f'<img src="{escape(value[0])}" alt="{escape(value[1])}"/>'
    if kind == "quote":
        text, attribution = value
        lines = [line for line in map(_line, text.splitlines()) if line]
        lines += [f"— {_line(attribution)}"] if attribution else []
        return f"<blockquote>{''.join(f'<p>{escape(line)}</p>' for line in lines)}</blockquote>"
    return str(value)


# --- From rich text -------------------------------------------------------------------------------


def _parts(html: str) -> Iterator[Part]:
    """("heading", text), ("quote", (text, who)), ("picture", (address, words)), ("text", html)."""
    running = ""
    for node in _top_level(html):
        for kind, value in _parts_of(node):
            if kind == "text":
                running += value
                continue
            if running:
                yield "text", running
                running = ""
            yield kind, value
    if running:
        yield "text", running


def _top_level(html: str) -> Iterator[Tag]:
    """The outer elements; words and links that stand loose between them become paragraphs."""
    soup = BeautifulSoup(html, "html.parser")
    loose: list[Any] = []
    for node in [*soup.contents, None]:
        if (isinstance(node, Tag) and node.name not in _INLINE) or node is None:
            if any(str(part).strip() for part in loose):
                paragraph = soup.new_tag("p")
                paragraph.extend(loose)
                yield paragraph
            loose = []
            if isinstance(node, Tag):
                yield node
        elif isinstance(node, Tag) or type(node) is NavigableString:
            loose.append(node)


def _parts_of(node: Tag) -> Iterator[Part]:
    pictures = [node] if node.name == "img" else node.find_all("img")
    shown = [_picture(picture) for picture in pictures]
    if node.name != "img":
        for picture in pictures:
            picture.extract()
        yield from _words(node)
    yield from (("picture", picture) for picture in shown if picture[0])


def _words(node: Tag) -> Iterator[Part]:
    text = _line(node.get_text(" "))
    if node.name == "hr":
        yield "text", "<hr/>"
    elif not text:
        return
    elif node.name in ("h1", "h2") and len(text) <= HEADING_LENGTH:
        yield "heading", text
    elif node.name == "blockquote":
        yield "quote", _quote(node)
    else:
        yield "text", _clean(node)


def _quote(node: Tag) -> tuple[str, str]:
    """Text and attribution: a last line that begins with a dash says who."""
    paragraphs = node.find_all("p") or [node]
    lines = [line for line in (_line(p.get_text(" ")) for p in paragraphs) if line]
    last = lines[-1]
    if len(lines) > 1 and last.startswith("— ") and len(last) <= ATTRIBUTION_LENGTH:
        return "\n".join(lines[:-1]), last[2:]
    return "\n".join(lines), ""


def _picture(node: Tag) -> tuple[str, str]:
    return str(node.get("src") or "").strip(), _line(str(node.get("alt") or ""))


def _clean(node: Tag) -> str:
    """Without attributes that the editor does not know, and one kind of white space."""
    for tag in [node, *node.find_all(True)]:
        kept = _KEPT_ATTRIBUTES.get(tag.name, set())
        tag.attrs = {name: value for name, value in tag.attrs.items() if name in kept}
    return re.sub(r"\s+", " ", node.decode(formatter="minimal")).strip()


def _line(text: str) -> str:
    return " ".join(text.split())


# --- To blocks ------------------------------------------------------------------------------------


def _block(kind: str, value: Any) -> Block:
    if kind == "quote":
        value = {"text": value[0], "attribution": value[1]}
    return {"type": kind, "value": value, "id": str(uuid4())}


def _picture_block(picture: int, alt: str) -> Block:
    image = {"image": picture, "alt_text": alt[:255], "decorative": not alt}
    return _block("picture", {"picture": image, "caption": ""})
