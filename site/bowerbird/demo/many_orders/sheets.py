"""Many rows of a table at once: COPY on PostgreSQL, one statement for all of them elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.db.models.fields.json import JSONField

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 (texts have no zone)
Row = list[Any]


def moment(seconds: int) -> str:
    """A point in time as both databases read it from text: in UTC, which is the session's own."""
    return str(_EPOCH + timedelta(seconds=seconds))


class Sheet:
    """Rows on their way into a table. Values are as the database takes them: numbers and text.

    A column that no row names has what the model gives it by default. Without `keyed` the database
    numbers the rows.
    """

    def __init__(self, model: type[models.Model], *, keyed: bool = False) -> None:
        self.model = model
        fields = [field for field in model._meta.concrete_fields if keyed or not field.primary_key]
        self._fields = fields
        self._place = {field.attname: place for place, field in enumerate(fields)}
        self._blank = self.row_of(model())
        self._rows: list[Row] = []

    def row_of(self, instance: models.Model) -> Row:
        return [_stored(field, instance) for field in self._fields]

    def add(self, base: Sequence[Any] | None = None, **values: Any) -> None:
        """A row like `base`, or a blank one, but for `values`, by the names of attributes."""
        row = list(base or self._blank)
        for name, value in values.items():
            row[self._place[name]] = value
        self._rows.append(row)

    def write(self) -> int:
        """How many rows went into the table; the sheet is blank again."""
        rows, self._rows = self._rows, []
        if rows:
            _write(self.model._meta.db_table, [str(one.column) for one in self._fields], rows)
        return len(rows)


def keys(model: type[models.Model], count: int) -> list[int]:
    """So many primary keys that nobody else will get, lowest first. In a transaction."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [table, count],
            )
            return sorted(key for (key,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or [0])[0]
    return list(range(last + 1, last + 1 + count))


def _stored(field: models.Field, instance: models.Model) -> Any:
    value = field.get_db_prep_save(getattr(instance, field.attname), connection)
    if isinstance(field, JSONField) and hasattr(value, "obj"):  # psycopg's wrapper
        return value.dumps(value.obj)
    return value


def _write(table: str, columns: Iterable[str], rows: list[Row]) -> None:
    quote = connection.ops.quote_name
    names = [quote(column) for column in columns]
    into = f"{quote(table)} ({', '.join(names)})"
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            holes = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {into} VALUES ({holes})", rows)  # noqa: S608
