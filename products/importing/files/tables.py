"""Bytes to rows: what a spreadsheet program, a shop or a hand has saved as text.

Only cells that hold something are kept, and of those only the columns that are asked for, so that
a hundred thousand rows fit into memory.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from django.utils.translation import gettext as _

from products.importing.records import FileRefused

# Python's limit is 131,072 and the process's, not the reader's: one picture written into a
# description exceeds it.
MAX_CELL = 2_000_000
csv.field_size_limit(MAX_CELL)

DELIMITERS = (",", ";", "\t")
_CHUNK = 1 << 20
_SHORT = 40  # of such cells there are few different ones: they are kept once
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = {
    b"PK\x03\x04": "xlsx",
    b"\xd0\xcf\x11\xe0": "xlsx",
    b"%PDF": "PDF",
    b"\x1f\x8b": "gzip",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
}
_DECLARED_DELIMITER = re.compile(r"^\ufeff?\"?sep=(.)\"?[\r\n]*$", re.IGNORECASE)
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Row:
    """`number` is the spreadsheet's; an empty or missing cell reads as empty text."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def __contains__(self, column: str) -> bool:
        return column in self.cells


def first_of(rows: Iterable[Row], column: str) -> str:
    """What the first row that says anything says, where a product has many rows."""
    return next((row[column] for row in rows if row[column]), "")


class Table:
    """A file's header, and its rows by the caller's names for the columns."""

    def __init__(self, text: Iterable[str]) -> None:
        lines = (line.replace("\0", "") for line in text)
        first, self._number = _first_line(lines)
        declared = _DECLARED_DELIMITER.match(first)
        if declared:
            first = next(lines, "")
        if not first.strip():
            raise FileRefused(_("The file is empty."))
        delimiter = declared.group(1) if declared else _delimiter(first)
        self._records = csv.reader(chain([first], lines), delimiter=delimiter)
        self.header = tuple(_tidy_name(name) for name in self._next_record() or ())

    def rows(self, columns: Mapping[int, str]) -> Iterator[Row]:
        """Those that hold something, once. Where two columns share a name, the first counts."""
        while (record := self._next_record()) is not None:
            self._number += 1
            if cells := _cells(record, columns):
                yield Row(self._number, cells)

    def _next_record(self) -> list[str] | None:
        try:
            return next(self._records, None)
        except csv.Error as error:
            message = _(
                "Row %(row)d holds a cell of more than %(limit)d characters. "
                "Is a quotation mark missing in it?"
            )
            numbers = {"row": self._number + 1, "limit": MAX_CELL}
            raise FileRefused(message % numbers) from error


@contextmanager
def opened(file: BinaryIO) -> Iterator[Table]:
    """The file as a table. It stays the caller's to close."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=_encoding(file), errors="replace", newline="")
    try:
        yield Table(text)
    finally:
        text.detach()


def guarded(text: str) -> str:
    """Text that a spreadsheet would run as a formula begins with an apostrophe in a file."""
    return f"'{text}" if re.match(r"'*[=+\-@\t\r]", text) else text


def unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _cells(record: list[str], columns: Mapping[int, str]) -> dict[str, str]:
    cells: dict[str, str] = {}
    for index, text in enumerate(record):
        name = columns.get(index)
        if name is None or name in cells:
            continue
        text = unguarded(text.strip())
        if text:
            cells[name] = sys.intern(text) if len(text) <= _SHORT else text
    return cells


def _first_line(lines: Iterable[str]) -> tuple[str, int]:
    """The first that is not empty, and its number."""
    filled = (
        (line, number) for number, line in enumerate(lines, start=1) if line.strip("\ufeff \r\n")
    )
    return next(filled, ("", 1))


def _tidy_name(name: str) -> str:
    return " ".join(name.replace("\ufeff", "").split()).strip("'\"")


def _delimiter(header: str) -> str:
    """The one that makes most columns; a comma where there is but one column."""
    return max(DELIMITERS, key=lambda mark: len(next(csv.reader([header], delimiter=mark), [])))


def _encoding(file: BinaryIO) -> str:
    """UTF-8 or UTF-16 where the bytes say so, else what Windows calls ANSI."""
    start = file.read(4096)
    _refuse_other_kinds(start)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            file.seek(0)
            return encoding
    if start[1::2].count(0) > len(start) // 4:
        file.seek(0)
        return "utf-16-le"
    file.seek(0)
    encoding = "utf-8" if _is_utf8(file) else "cp1252"
    file.seek(0)
    return encoding


def _is_utf8(file: BinaryIO) -> bool:
    """Whether it is for the most part: one byte gone wrong must not spoil every accent."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    good = bad = 0
    while chunk := file.read(_CHUNK):
        text = decoder.decode(chunk)
        wrong = text.count("\ufffd")
        bad += wrong
        good += len(text.encode()) - len(text) - 2 * wrong
    return good >= bad


def _refuse_other_kinds(start: bytes) -> None:
    kind = next((name for magic, name in _BINARY.items() if start.startswith(magic)), None)
    if kind == "xlsx":
        message = _("This is an Excel workbook. Save it as “CSV UTF-8” and choose that file.")
        raise FileRefused(message)
    if kind:
        message = _("This is a %(kind)s file, not a table. Choose a CSV file.")
        raise FileRefused(message % {"kind": kind})
    if start.lstrip()[:1] in (b"<", b"{", b"["):
        raise FileRefused(_("This is not a table. Choose a CSV file."))
    controls = sum(byte < 9 or 13 < byte < 32 for byte in start if byte)
    if controls > len(start) // 20:
        raise FileRefused(_("This is not text. Choose a CSV file."))
