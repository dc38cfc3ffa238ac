"""Exports are safe to open and take little memory, however long they are."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Iterator, Mapping
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from django.test import RequestFactory
from django.views.generic import View

from products.admin.spreadsheets import SafeExportMixin, harmless, in_pieces


class Rows(SafeExportMixin, View):
    list_export = ["number", "text"]
    export_headings = {"number": "Number", "text": "Text"}
    export_filename = "rows"

    def to_row_dict(self, item: Any) -> Mapping[str, Any]:
        return {"number": item, "text": f"row {item} " * 20}


def export(kind: str, count: int) -> Any:
    view = Rows()
    view.setup(RequestFactory().get("/", {"export": kind}))
    return view.as_spreadsheet((n for n in range(count)), kind)


def peak(kind: str, count: int) -> int:
    """Bytes that writing and sending take at most."""
    tracemalloc.start()
    try:
        for piece in export(kind, count):
            assert piece
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_memory__does_not_grow_with_the_rows(kind: str) -> None:
    """A row is some 200 bytes of text: 4,000 of them held at once would be 800 kB and more."""
    few, many = peak(kind, 400), peak(kind, 4_400)

    assert many - few < 200_000


def test_workbook__is_whole() -> None:
    response = export("xlsx", 3)

    book = openpyxl.load_workbook(io.BytesIO(b"".join(response)))
    assert [row[0].value for row in book.active.iter_rows()] == [
        "Number",
        0,
        1,
        2,
    ]
    assert response.headers["Content-Disposition"] == 'attachment; filename="rows.xlsx"'
    assert response.headers["Content-Type"].endswith("spreadsheetml.sheet")


def test_csv__comes_in_pieces_and_is_whole() -> None:
    pieces = list(export("csv", 450))

    assert len(pieces) == 3
    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode())))
    assert [row[0] for row in rows] == ["Number", *(str(n) for n in range(450))]


def test_pieces__are_read_no_further_than_asked_for() -> None:
    read = []

    def lines() -> Iterator[bytes]:
        for n in range(1000):
            read.append(n)
            yield b"x"

    assert next(in_pieces(lines())) == b"x" * 200
    assert len(read) == 200


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("a=1", "a=1"),
        ("", ""),
        (-1, -1),
    ],
)
def test_harmless(value: Any, written: Any) -> None:
    assert harmless(value) == written
