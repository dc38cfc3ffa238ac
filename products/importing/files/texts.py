"""Text in cells: lists, lengths, codes."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

import nh3

from products.fields import SKU_MAX_LENGTH

BARCODE_MAX_LENGTH = 64
_STARTS_A_LINE = re.compile(r"<(?=/?(?:p|div|br|li|ul|ol|h\d|tr|td)\b)", re.IGNORECASE)
_NOT_IN_A_CODE = re.compile(r"[^A-Za-z0-9._/-]+")
_AS_SPREADSHEETS_KEEP_DIGITS = re.compile(r"=\"(.*)\"")
_ROUNDED_BY_A_SPREADSHEET = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)


def plain(text: str) -> str:
    """One line without mark-up: "Fish & Chips" of "<b>Fish</b> &amp; Chips"."""
    if "<" in text:
        text = nh3.clean(_STARTS_A_LINE.sub(" <", text), tags=set())
    return " ".join(html.unescape(text).split())


def cut(text: str, length: int) -> str:
    """At most `length` characters, ending at a word where it must end early."""
    if len(text) <= length:
        return text
    head = text[: length - 1]
    words, space, _rest = head.rpartition(" ")
    return (words if space and len(words) > length // 2 else head).rstrip(" ,;:–-") + "…"


def split_list(text: str, separator: str = ",") -> list[str]:
    """The trimmed parts that are not empty. A backslash keeps a separator: "Cups\\, large"."""
    parts = re.split(rf"(?<!\\){re.escape(separator)}", text)
    return [part for raw in parts if (part := raw.replace(f"\\{separator}", separator).strip())]


def split_path(text: str) -> tuple[str, ...]:
    """("Home", "Pots") of "Home > Pots"."""
    return tuple(split_list(text, ">"))


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order of their first appearance; "Red" and "red" are one."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(value.casefold(), value)
    return tuple(found.values())


def sku_code(cell: str) -> str:
    """A code that our stock takes, as near to the cell as can be; empty if nothing is left."""
    code = unicodedata.normalize("NFKD", _without_spreadsheet_marks(cell).replace("ß", "ss"))
    tidy = (
        _NOT_IN_A_CODE.sub("-", code.encode("ascii", "ignore").decode()).strip("-").lstrip("._/-")
    )
    return tidy if len(tidy) <= SKU_MAX_LENGTH else ""


def barcode(cell: str) -> str | None:
    """None where a spreadsheet has rounded it ("5.90123E+12") or it is too long for one."""
    code = _without_spreadsheet_marks(cell)
    if _ROUNDED_BY_A_SPREADSHEET.fullmatch(code) or len(code) > BARCODE_MAX_LENGTH:
        return None
    return code


def _without_spreadsheet_marks(cell: str) -> str:
    """ "0123" of "'0123" and of '="0123"', as files keep a leading zero."""
    kept = _AS_SPREADSHEETS_KEEP_DIGITS.fullmatch(cell)
    return (kept[1] if kept else cell).strip().lstrip("'")


def join_list(parts: Iterable[str], mark: str) -> str:
    """For our own format: `part_list` gives the same parts back, whatever they hold."""
    escaped = (part.replace("\\", "\\\\").replace(mark, f"\\{mark}") for part in parts)
    return (f"{mark} " if mark == "," else f" {mark} ").join(escaped)


def part_list(text: str, mark: str) -> list[str]:
    """A backslash before a mark, or before a backslash, takes it as it is."""
    parts = [""]
    for piece in re.findall(r"\\.|[^\\]|\\$", text, re.DOTALL):
        if piece == mark:
            parts.append("")
        else:
            parts[-1] += piece[1] if piece in (f"\\{mark}", "\\\\") else piece
    return [part.strip() for part in parts]
