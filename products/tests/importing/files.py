"""Product files for tests, written as other shops write them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from products.importing.reading import read
from products.importing.records import ProductRecord, Rejected, Source

Cells = dict[str, str]


def csv_file(rows: Iterable[Cells], columns: Iterable[str] = ()) -> io.BytesIO:
    """A file with the columns that the rows name, in the order of their first appearance."""
    rows = list(rows)
    header = list(dict.fromkeys([*columns, *(name for row in rows for name in row)]))
    text = io.StringIO()
    writer = csv.DictWriter(text, header, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def source(rows: Iterable[Cells], columns: Iterable[str] = ()) -> Source:
    return read(csv_file(rows, columns), currency="GBP")


def products(rows: Iterable[Cells], columns: Iterable[str] = ()) -> list[ProductRecord]:
    """All that the rows come to; none may be turned away."""
    items = list(source(rows, columns))
    assert [item for item in items if isinstance(item, Rejected)] == []
    return [item for item in items if isinstance(item, ProductRecord)]


def product(rows: Iterable[Cells], columns: Iterable[str] = ()) -> ProductRecord:
    (only,) = products(rows, columns)
    return only


def rejected(rows: Iterable[Cells], columns: Iterable[str] = ()) -> Rejected:
    (only,) = (item for item in source(rows, columns) if isinstance(item, Rejected))
    return only


def told(record: ProductRecord) -> list[tuple[int, str]]:
    return [(note.row, note.text) for note in record.notes]
