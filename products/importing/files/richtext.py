"""Another shop's HTML to our rich text: paragraphs, headings, lists, links, pictures.

nh3 makes it safe and well-formed; what is left is written anew, piece by piece.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

import nh3
from django.utils.translation import gettext as _

from products.importing.files.rewriting import CELLS, HEADINGS, LISTS, MARKS, Writer

MAX_TAGS = 20_000  # parsing deeper soup than this takes seconds, and no description needs it

_PARAGRAPHS = frozenset(
    [
        *["p", "div", "section", "article", "header", "footer", "main", "aside", "center", "pre"],
        *["figure", "figcaption", "address", "dl", "dt", "dd", "caption", "details", "summary"],
    ]
)
_OTHERS = frozenset(["li", "table", "tr", "br", "hr", "blockquote", "img"])
_TAGS = {*_PARAGRAPHS, *HEADINGS, *LISTS, *CELLS, *MARKS, *_OTHERS}
_GONE = {
    *["script", "style", "template", "noscript", "head", "title", "svg", "math", "canvas"],
    *["iframe", "object", "applet", "video", "audio", "form", "select", "textarea", "button"],
}
_TOLD = re.compile(r"<\s*(iframe|object|embed|video|audio|form|script)\b", re.IGNORECASE)
_IS_HTML = re.compile(
    r"</?[a-z][a-z0-9]*(\s[^<>]*)?/?>|<!--|<(script|style|img|a)\b", re.IGNORECASE
)
_OWN_LINES = re.compile(r"<(p|br|div|li)\b", re.IGNORECASE)
_SHORTCODE = re.compile(r"\[(/?)([a-z][\w-]*)((?:\s[^\[\]]*)?)/?\]", re.IGNORECASE)
_INVISIBLE = dict.fromkeys(map(ord, "\0\u200b\u200e\u200f\u2060\ufeff\u00ad"))


@dataclass(frozen=True)
class Cleaned:
    """`body` is rich text; `left_out` says in sentences what has no place in it."""

    body: str
    left_out: tuple[str, ...] = ()


def clean(text: str, *, keep_relative: bool = False) -> Cleaned:
    """HTML, or plain text whose lines are paragraphs."""
    if not _IS_HTML.search(text):
        return Cleaned(paragraphs(html.unescape(text).splitlines()))
    if text.count("<") > MAX_TAGS:
        words = re.sub(r"<[^>]*>?", "\n", text)
        sentence = _("The description has too many tags: only its words came in.")
        return Cleaned(paragraphs(html.unescape(words).splitlines()), (sentence,))
    writer = Writer(keep_relative=keep_relative)
    writer.feed(_safe(text))
    body = writer.body()
    told = {name.lower() for name in _TOLD.findall(text)}
    return Cleaned(body, (*_sentences(told), *writer.left_out()))


def clean_wordpress(text: str) -> Cleaned:
    """As WordPress keeps it: a line's end may end a paragraph; exports write it as "\\n"."""
    text = re.sub(r"(?<!\\)(?:\\r)?\\n", "\n", text).replace("\r\n", "\n")
    text, codes = _without_shortcodes(text)
    if _IS_HTML.search(text):
        text = re.sub(r"\n\s*\n", "<br><br>", text)
        if not _OWN_LINES.search(text.replace("<br><br>", "")):
            text = text.replace("\n", "<br>")
    cleaned = clean(text)
    if not codes:
        return cleaned
    sentence = _("Shortcodes were left out of the description: %(codes)s.")
    names = ", ".join(f"[{code}]" for code in codes)
    return Cleaned(cleaned.body, (*cleaned.left_out, sentence % {"codes": names}))


def paragraphs(lines: Iterable[str]) -> str:
    """A paragraph for each line that holds something."""
    tidy = (" ".join(line.translate(_INVISIBLE).split()) for line in lines)
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in tidy if line)


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A list of what is known: "Colour: Grey"."""
    lines = [html.escape(f"{name}: {value}", quote=False) for name, value in pairs]
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def _safe(text: str) -> str:
    return nh3.clean(
        text.translate(_INVISIBLE),
        tags=_TAGS,
        clean_content_tags=_GONE,
        attributes={"a": {"href"}, "img": {"src", "alt"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )


def _without_shortcodes(text: str) -> tuple[str, list[str]]:
    """Those with attributes, and those that are closed; "[sic]" is a word of the author."""
    found = list(_SHORTCODE.finditer(text))
    told = {match[2] for match in found if match[1] or "=" in match[3]} | {"gallery"}
    names = dict.fromkeys(match[2] for match in found if match[2] in told)
    return _SHORTCODE.sub(lambda match: "" if match[2] in told else match[0], text), list(names)


def _sentences(told: set[str]) -> list[str]:
    sentences = []
    if told & {"iframe", "object", "embed", "video", "audio"}:
        sentences.append(_("A video or other embedded content was left out of the description."))
    if told & {"script", "form"}:
        sentences.append(_("A script or form was left out of the description."))
    return sentences
