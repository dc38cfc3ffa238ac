"""What the database itself refuses or does, whoever asks: triggers, on PostgreSQL and on SQLite.

They are put up after every `migrate`, from what stands in the code. SQLite changes a table by
making it anew, which triggers on other tables would forbid: there they are taken down before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.db import connections, models
from django.db.models.signals import post_migrate, pre_migrate


@dataclass(frozen=True)
class Guard:
    """One trigger. Where `condition` holds of NEW or OLD, the change is refused with `refusal`.

    Or something is done with it: `then`. All of it in SQL that both databases understand.
    """

    name: str
    table: str
    moment: str
    condition: str = "TRUE"
    refusal: str = ""
    then: str = ""

    def put_up(self, connection: Any) -> None:
        self.take_down(connection)
        with connection.cursor() as cursor:
            for statement in _STATEMENTS[connection.vendor](self):
                cursor.execute(statement)

    def take_down(self, connection: Any) -> None:
        on_table = f"ON {self.table}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER IF EXISTS {self.name} {on_table}")


def _postgresql(guard: Guard) -> list[str]:
    refuse = f"RAISE EXCEPTION '{guard.refusal}' USING ERRCODE = 'integrity_constraint_violation'"
    return [
        f"""
        CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {guard.condition} THEN {guard.then or refuse}; END IF;
            RETURN COALESCE(NEW, OLD);
        END $$
        """,
        f"""
        CREATE TRIGGER {guard.name} {guard.moment} ON {guard.table}
        FOR EACH ROW EXECUTE FUNCTION {guard.name}()
        """,
    ]


def _sqlite(guard: Guard) -> list[str]:
    refuse = f"SELECT RAISE(ABORT, '{guard.refusal}')"
    return [
        f"""
        CREATE TRIGGER {guard.name} {guard.moment} ON {guard.table}
        FOR EACH ROW WHEN {guard.condition} BEGIN {guard.then or refuse}; END
        """
    ]


_STATEMENTS = {"postgresql": _postgresql, "sqlite": _sqlite}


def append_only(model: type[models.Model], refusal: str) -> list[Guard]:
    """Rows are added and read. Only a key that a deletion empties (`SET_NULL`) may change."""
    table = model._meta.db_table
    fixed = [str(field.column) for field in model._meta.concrete_fields if not _emptied(field)]
    change = f"BEFORE UPDATE OF {', '.join(fixed)}"
    return [
        Guard(f"{table}_never_changed", table, change, refusal=refusal),
        Guard(f"{table}_never_deleted", table, "BEFORE DELETE", refusal=refusal),
    ]


def keep_up(app: AppConfig, guards: Iterable[Guard]) -> None:
    """Have the guards of an app stand from its first migration on."""
    kept = list(guards)

    def put_up(using: str, **kwargs: Any) -> None:
        for guard in _of_this_database(kept, using):
            guard.put_up(connections[using])

    def take_down(using: str, **kwargs: Any) -> None:
        if connections[using].vendor == "sqlite":
            for guard in _of_this_database(kept, using):
                guard.take_down(connections[using])

    post_migrate.connect(put_up, sender=app, weak=False)
    pre_migrate.connect(take_down, sender=app, weak=False)


@contextmanager
def taken_down(guards: Iterable[Guard], connection: Any) -> Iterator[None]:
    """For what makes history instead of keeping it: a demo shop's past. In a transaction."""
    kept = list(guards)
    _settle(connection)
    for guard in kept:
        guard.take_down(connection)
    yield
    _settle(connection)
    for guard in kept:
        guard.put_up(connection)


def _settle(connection: Any) -> None:
    """PostgreSQL alters no table that has checks pending."""
    if connection.vendor == "postgresql":
        connection.check_constraints()


def _of_this_database(guards: list[Guard], using: str) -> list[Guard]:
    tables = connections[using].introspection.table_names()
    return [guard for guard in guards if guard.table in tables]


def _emptied(field: models.Field) -> bool:
    remote = getattr(field, "remote_field", None)
    return remote is not None and remote.on_delete is models.SET_NULL
