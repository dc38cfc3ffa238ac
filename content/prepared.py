"""Questions that are asked again and again, their SQL put together once.

Django takes far longer to put a query of several tables together than the database takes to answer
it. Everything else stays as it is: models come back, with what was selected beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# Of a compiler all but what belongs to one thread and one question.
_OWN = {"query", "connection", "using", "_meta_ordering"}


class Prepared(Generic[M]):
    """`stand_ins`: values that `queryset` was made with, and that stand for others to come. Each is
    found again in the query's parameters, so it must not be there for another reason.

        by_code = Prepared(Variant.objects.filter(sku_id="\\x00"), "\\x00")
        by_code({"\\x00": "FLOW-A3"})
    """

    def __init__(self, queryset: QuerySet[M], *stand_ins: Any) -> None:
        self._queryset, self._using = queryset, queryset.db
        compiler = queryset.query.get_compiler(using=self._using)
        self._sql, parameters = compiler.as_sql()
        self._ready = {name: value for name, value in vars(compiler).items() if name not in _OWN}
        names = {self._as_stored(one): one for one in stand_ins}
        self._blanks = [(names.get(value), value) for value in parameters]
        if missing := set(stand_ins) - {name for name, _ in self._blanks}:
            raise ValueError(f"not in the query: {missing}")

    def __call__(self, values: Mapping[Any, Any]) -> list[M]:
        given = {name: self._as_stored(value) for name, value in values.items()}
        statement = self._sql, tuple(given.get(name, value) for name, value in self._blanks)
        asked: Any = self._queryset.all()
        compiler = asked.query.get_compiler(using=self._using)
        vars(compiler).update(self._ready)
        compiler.as_sql = lambda *args, **kwargs: statement
        asked.query.get_compiler = lambda *args, **kwargs: compiler
        return list(asked)

    def _as_stored(self, value: Any) -> Any:
        """Moments are parameters of another type on SQLite; texts and numbers are what they are."""
        if isinstance(value, datetime):
            return connections[self._using].ops.adapt_datetimefield_value(value)
        return value
