"""How PostgreSQL finds rows: read from its plan, for queries that must stay fast as tables grow."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="reads the plans of PostgreSQL"
)


@dataclass(frozen=True)
class Plan:
    """`read_whole`: tables that no index helps with."""

    indexes: frozenset[str]
    read_whole: frozenset[str]


def plan_of(rows: QuerySet[Any, Any]) -> Plan:
    """As it would be with many rows: of a test's few, PostgreSQL would read the whole table."""
    nodes = nodes_of(rows, "enable_seqscan")
    return Plan(
        frozenset(node["Index Name"] for node in nodes if "Index Name" in node),
        frozenset(node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan"),
    )


@contextmanager
def without_rivals(*indexes: str) -> Iterator[None]:
    """The table has these indexes, by the beginnings of their names, and those of its constraints.

    Which of two that both serve PostgreSQL takes, depends on how much each has grown in the tests
    before: what is asked here is whether these serve.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        names = [f"{index}%" for index in indexes]
        cursor.execute(_RIVALS, [names, names])
        for (rival,) in cursor.fetchall():
            cursor.execute(f"DROP INDEX {connection.ops.quote_name(rival)}")
        yield
        transaction.set_rollback(True)


_RIVALS = """
SELECT DISTINCT rival.relname
FROM pg_class named
JOIN pg_index own ON own.indexrelid = named.oid
JOIN pg_index other ON other.indrelid = own.indrelid
LEFT JOIN pg_constraint rule ON rule.conindid = other.indexrelid
JOIN pg_class rival ON rival.oid = other.indexrelid
WHERE named.relname LIKE ANY (%s) AND NOT rival.relname LIKE ANY (%s) AND rule.oid IS NULL
"""


def nodes_of(rows: QuerySet[Any, Any], *dear: str) -> list[Mapping[str, Any]]:
    """All steps of the plan, if what these settings allow cost very much."""
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in dear:
            cursor.execute(f"SET LOCAL {setting} = off")
        try:
            return list(nodes_below(json.loads(rows.explain(format="json"))[0]["Plan"]))
        finally:
            for setting in dear:
                cursor.execute(f"SET LOCAL {setting} = on")


def nodes_below(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_below(part)
