"""Well-formed HTML written anew: only the blocks, marks and pictures that are named here."""

from __future__ import annotations

import html
from html.parser import HTMLParser

from django.utils.translation import gettext_lazy as _

from products.importing.files.addresses import from_anywhere
from products.importing.files.inline import (
    BREAK,
    Mark,
    Run,
    markup,
    one_line,
    passages,
    without_line_ends,
)

MARKS = {"a": "a", "b": "b", "strong": "b", "i": "i", "em": "i"}
HEADINGS = {"h1": "h2", "h2": "h2", "h3": "h3", "h4": "h4", "h5": "h4", "h6": "h4"}
LISTS = frozenset(["ul", "ol"])
CELLS = frozenset(["td", "th"])

_SENTENCES = {
    "link": _("A link into the old shop became plain text."),
    "picture": _("A picture without a public address was left out of the description."),
    "table": _("A table of the description became a list."),
}


class Writer(HTMLParser):
    """Walks the HTML once. Text gathers in runs until a block begins or ends, then becomes one.

    `keep_relative`: addresses without a scheme mean something here (the shop's own export).
    """

    def __init__(self, *, keep_relative: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self._keep_relative = keep_relative
        self._blocks: list[str] = []
        self._runs: list[Run] = []
        self._marks: list[Mark | None] = []
        self._lists: list[tuple[str, list[list[str]]]] = []  # tag, and the parts of each item
        self._rows: list[list[str]] = []
        self._tables = 0  # how deep in tables; the outermost one's rows count
        self._pictures: list[str] = []
        self._tag = "p"
        self._quotes = 0  # how deep in quotes
        self._quoted: list[str] = []
        self._lost: set[str] = set()

    def body(self) -> str:
        self.close()
        self._end_block()
        self._end_quote()
        self._place_pictures()
        return "".join(self._blocks)

    def left_out(self) -> list[str]:
        return [str(sentence) for name, sentence in _SENTENCES.items() if name in self._lost]

    def handle_data(self, data: str) -> None:
        self._runs.append((without_line_ends(data), self._open_marks()))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag in MARKS:
            self._marks.append(self._mark(MARKS[tag], attributes.get("href", "")))
        elif tag == "img":
            self._picture(attributes)
        elif tag == "br":
            self._runs.append((BREAK, self._open_marks()))
        elif tag == "table":
            self._start_table()
        elif self._tables:
            self._start_in_table(tag)
        else:
            self._start_block(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in MARKS:
            self._marks.pop()
        elif tag == "table":
            self._end_table()
        elif self._tables:
            self._end_in_table(tag)
        else:
            self._end_block()
            self._leave(tag)

    # --- Blocks ---------------------------------------------------------------------------

    def _start_block(self, tag: str) -> None:
        self._end_block()
        if tag == "hr" and not self._lists:
            self._put("<hr/>", "<hr/>")
        elif tag in HEADINGS:
            self._tag = HEADINGS[tag]
        elif tag == "blockquote":
            self._quotes += 1
        elif tag in LISTS:
            self._lists.append((tag, []))
        elif tag == "li" and self._lists:
            self._lists[-1][1].append([])

    def _leave(self, tag: str) -> None:
        if tag in HEADINGS:
            self._tag = "p"
        elif tag == "blockquote":
            self._quotes -= 1
            self._end_quote()
        elif tag in LISTS:
            self._end_list()

    def _end_block(self) -> None:
        runs, self._runs = self._runs, []
        if self._lists or self._tag == "p":
            for passage in passages(runs):
                self._put(markup(passage), f"<p>{markup(passage)}</p>")
            return
        inside = markup(one_line(runs, keep=("a",)))  # a heading is bold by itself
        self._put(inside, f"<{self._tag}>{inside}</{self._tag}>")

    def _end_list(self) -> None:
        tag, items = self._lists.pop()
        lines = "".join(f"<li>{' '.join(parts)}</li>" for parts in items if parts)
        written = f"<{tag}>{lines}</{tag}>" if lines else ""
        self._put(written, written)

    def _end_quote(self) -> None:
        if self._quoted:
            self._blocks.append(f"<blockquote>{''.join(self._quoted)}</blockquote>")
        self._quoted = []

    def _put(self, inside: str, block: str) -> None:
        """`inside` goes into the list's item that is open, or else `block` onto the page."""
        if not inside:
            return
        if self._lists:
            items = self._lists[-1][1]
            if not items:
                items.append([])
            items[-1].append(inside)
        elif self._quotes and block.startswith("<p>"):
            self._quoted.append(block)
        else:
            self._end_quote()
            self._blocks.append(block)
            self._place_pictures()

    # --- Tables: a row becomes an item of a list ----------------------------------------------

    def _start_table(self) -> None:
        if not self._tables:
            self._end_block()
            self._rows = []
        self._tables += 1

    def _start_in_table(self, tag: str) -> None:
        if tag == "tr" and self._tables == 1:
            self._rows.append([])
        else:
            self._runs.append((" ", ()))

    def _end_in_table(self, tag: str) -> None:
        if tag not in CELLS or self._tables > 1 or not self._rows:
            self._runs.append((" ", ()))
            return
        runs, self._runs = one_line(self._runs), []
        if runs:
            self._rows[-1].append(markup(runs))

    def _end_table(self) -> None:
        self._tables -= 1
        if self._tables:
            return
        lines = [": ".join(row) if len(row) == 2 else " · ".join(row) for row in self._rows if row]
        if any(len(row) > 1 for row in self._rows):
            self._lost.add("table")
            self._put(" ".join(lines), "<ul>" + "".join(f"<li>{x}</li>" for x in lines) + "</ul>")
        else:
            self._put(" ".join(lines), "".join(f"<p>{line}</p>" for line in lines))

    # --- Pieces ---------------------------------------------------------------------------

    def _open_marks(self) -> tuple[Mark, ...]:
        return tuple(sorted({mark for mark in self._marks if mark}))

    def _mark(self, name: str, href: str) -> Mark | None:
        if name != "a":
            return name, ""
        address = from_anywhere(href)
        if address is None and self._keep_relative:
            address = href.strip()
        if not address and href:
            self._lost.add("link")
        return ("a", address) if address else None

    def _picture(self, attributes: dict[str, str]) -> None:
        source = from_anywhere(attributes.get("src", ""), ("http", "https"))
        if source is None and self._keep_relative:
            source = attributes.get("src", "").strip()
        if not source:
            self._lost.add("picture")
            return
        alt = " ".join(attributes.get("alt", "").split())
        self._pictures.append(f'<img src="{html.escape(source)}" alt="{html.escape(alt)}"/>')
        if not self._lists and not self._tables:
            self._end_block()
            self._end_quote()
            self._place_pictures()

    def _place_pictures(self) -> None:
        self._blocks += self._pictures
        self._pictures = []
