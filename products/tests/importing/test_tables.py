from __future__ import annotations

import io

import pytest

from products.importing.files import tables
from products.importing.files.tables import Row, guarded, opened, unguarded
from products.importing.records import FileRefused

COLUMNS = {0: "title", 1: "price"}


def rows_of(data: bytes) -> list[Row]:
    with opened(io.BytesIO(data)) as table:
        return list(table.rows(COLUMNS))


def only_row(data: bytes) -> dict[str, str]:
    (row,) = rows_of(data)
    return dict(row.cells)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("Title,Price\nCafé “Öl”,9.50\n".encode(), id="UTF-8"),
        pytest.param("Title,Price\nCafé “Öl”,9.50\n".encode("utf-8-sig"), id="UTF-8 with BOM"),
        pytest.param("Title,Price\nCafé “Öl”,9.50\n".encode("utf-16"), id="UTF-16 with BOM"),
        pytest.param(
            b"\xfe\xff" + "Title,Price\nCafé “Öl”,9.50\n".encode("utf-16-be"), id="the other end"
        ),
        pytest.param("Title,Price\nCafé “Öl”,9.50\n".encode("utf-16-le"), id="UTF-16 without BOM"),
        pytest.param("Title,Price\nCafé “Öl”,9.50\n".encode("cp1252"), id="Windows-1252"),
        pytest.param("Title;Price\nCafé “Öl”;9.50\n".encode(), id="semicolons"),
        pytest.param("Title\tPrice\nCafé “Öl”\t9.50\n".encode(), id="tabs"),
        pytest.param("sep=;\nTitle;Price\nCafé “Öl”;9.50\n".encode(), id="Excel's first line"),
        pytest.param("Title,Price\r\nCafé “Öl”,9.50\r\n".encode(), id="Windows line ends"),
        pytest.param("Title,Price\rCafé “Öl”,9.50\r".encode(), id="old Mac line ends"),
        pytest.param("Title,Price\nCafé “\0Öl”,9.50\0\n".encode(), id="NULs"),
        pytest.param('"Title","Price"\n"Café “Öl”","9.50"'.encode(), id="quoted, no last line end"),
        pytest.param(" Title , Price \n  Café “Öl” , 9.50\n".encode(), id="spaces"),
    ],
)
def test_table__reads_any_encoding_and_delimiter(data: bytes) -> None:
    assert only_row(data) == {"title": "Café “Öl”", "price": "9.50"}


def test_table__keeps_accents_where_one_byte_is_wrong() -> None:
    data = "Title,Price\nCafé “Öl”,9.50\n".encode() + b"B\xffd,1\n"
    assert [row["title"] for row in rows_of(data)] == ["Café “Öl”", "B\ufffdd"]


def test_table__counts_rows_as_a_spreadsheet_does() -> None:
    data = b'Title,Price\nA,1\n\n"two\nlines",2\n,,\nB,3\n'
    assert rows_of(data) == [
        Row(2, {"title": "A", "price": "1"}),
        Row(4, {"title": "two\nlines", "price": "2"}),
        Row(6, {"title": "B", "price": "3"}),
    ]


def test_table__below_empty_lines_is_counted_from_the_top() -> None:
    assert rows_of(b"\n\nTitle,Price\nA,1\n") == [Row(4, {"title": "A", "price": "1"})]


def test_table__takes_ragged_rows() -> None:
    assert rows_of(b"Title,Price\nA\nB,2,surplus\n") == [
        Row(2, {"title": "A"}),
        Row(3, {"title": "B", "price": "2"}),
    ]


def test_table__of_two_columns_of_one_name_the_first_that_holds_something_counts() -> None:
    with opened(io.BytesIO(b"Title,Title,Title\n,B,C\n")) as table:
        assert table.header == ("Title", "Title", "Title")
        (row,) = table.rows({0: "title", 1: "title", 2: "title"})
    assert dict(row.cells) == {"title": "B"}


def test_table__keeps_only_cells_that_hold_something() -> None:
    (row,) = rows_of(b"Title,Price,Note\nA,  ,kept out\n")
    assert dict(row.cells) == {"title": "A"}
    assert (row["price"], "price" in row) == ("", False)


def test_table__leaves_the_file_open() -> None:
    file = io.BytesIO(b"Title\nA\n")
    with opened(file) as table:
        list(table.rows({0: "title"}))
    assert not file.closed
    with pytest.raises(FileRefused), opened(io.BytesIO(b"")):
        pass


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"", "The file is empty.", id="nothing"),
        pytest.param(b"\xef\xbb\xbf\n \n", "The file is empty.", id="a BOM and blanks"),
        pytest.param(
            b"PK\x03\x04rest",
            "This is an Excel workbook. Save it as “CSV UTF-8” and choose that file.",
            id="xlsx",
        ),
        pytest.param(
            b"%PDF-1.7", "This is a PDF file, not a table. Choose a CSV file.", id="another kind"
        ),
        pytest.param(
            b"<!DOCTYPE html><p>Log in",
            "This is not a table. Choose a CSV file.",
            id="a web page",
        ),
        pytest.param(
            bytes(range(1, 30)) * 20,
            "This is not text. Choose a CSV file.",
            id="bytes",
        ),
    ],
)
def test_table__refuses_what_is_none(data: bytes, message: str) -> None:
    with pytest.raises(FileRefused) as refusal, opened(io.BytesIO(data)):
        pass
    assert str(refusal.value) == message


def test_table__refuses_a_cell_that_swallows_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    data = b'Title,Price\nA,1\n"never closed,' + b"x" * tables.MAX_CELL
    with pytest.raises(FileRefused) as refusal:
        rows_of(data)
    assert str(refusal.value) == (
        "Row 3 holds a cell of more than 2000000 characters. Is a quotation mark missing in it?"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("=1+1", "'=1+1", id="a formula"),
        pytest.param("@import", "'@import", id="an at"),
        pytest.param("-5", "'-5", id="a minus"),
        pytest.param("+44 20", "'+44 20", id="a plus"),
        pytest.param("'=1", "''=1", id="guarded once already"),
        pytest.param("'tis", "'tis", id="an apostrophe that guards nothing"),
        pytest.param("plain", "plain", id="plain"),
        pytest.param("", "", id="empty"),
    ],
)
def test_guarded__comes_back_as_it_was(text: str, written: str) -> None:
    assert guarded(text) == written
    assert unguarded(written) == text
