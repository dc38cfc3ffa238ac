"""What a transaction changes on pages is owed to the page cache until it was told of it.

Versions move once a transaction has committed. A process that dies before that, or cannot reach
Redis and then dies, would leave old pages standing. So the transaction itself writes a row, and
whoever has told all that there was to tell sets a mark, by the row's key, where versions are kept.
Beat throws away the rows whose mark is set; for one without it, every page renders anew.

One row a transaction, without names: what a change moves is often known only once it has committed,
and somebody dies there too seldom for it to matter that too much is rendered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Self
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils import timezone

from content.due import Round
from content.live_pages.backing import Backing, Unreachable, the_backing
from content.live_pages.names import SITE, told

# Whoever is alive has told by then.
DUE_AFTER = timedelta(seconds=10)
BATCH = 1_000


class OwedMoveQuerySet(models.QuerySet["OwedMove"]):
    def due(self) -> Self:
        return self.filter(created_at__lte=timezone.now() - DUE_AFTER)


class OwedMove(models.Model):
    """There from the commit of a change until it is known that the page cache was told of it."""

    mark = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = OwedMoveQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.mark)


# --- To owe, and to pay ---------------------------------------------------------------------------


class Debt:
    """Of a transaction: called after each that had something to tell, it is paid by the last.

    Where a rolled back savepoint took some of them along, none is the last: it is left to beat.
    """

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._mark = told(OwedMove.objects.create().mark)
        self.open = 0

    def __call__(self) -> None:
        self.open -= 1
        if not self.open:
            self.pay()

    def pay(self) -> None:
        self._backing.move([self._mark])


def tell_on_commit(tell: Callable[[], object]) -> None:
    """As `transaction.on_commit`, for what tells the page cache of a change: call it in the
    transaction of that change. Should `tell` not come to its end, all pages render anew."""
    transaction.on_commit(tell)
    backing = _lasting_backing()
    if backing and transaction.get_connection().in_atomic_block:
        debt = _debt_of_this_transaction() or Debt(backing)
        debt.open += 1
        transaction.on_commit(debt)


def _debt_of_this_transaction() -> Debt | None:
    """Django's own list is asked: a rolled back savepoint takes it along, as it does the row."""
    hooks = (hook for _, hook, _ in reversed(transaction.get_connection().run_on_commit))
    return next((hook for hook in hooks if isinstance(hook, Debt) and hook.open), None)


def owed_ahead() -> Callable[[], None]:
    """Before a change that is its own transaction, and so has no room for a row. What it returns is
    called once that change was told."""
    backing = _lasting_backing()
    if backing and not transaction.get_connection().in_atomic_block:
        return Debt(backing).pay
    return _nothing


def _nothing() -> None: ...


def _lasting_backing() -> Backing | None:
    """Where copies are kept that outlive this process."""
    backing = the_backing()
    return backing if backing and backing.lasts else None


# --- To catch up ----------------------------------------------------------------------------------


def catch_up() -> Round:
    """Have the page cache told of what somebody owed and did not live to tell.

    Beside another one it may tell something twice, which only costs a rendering.
    """
    backing = _lasting_backing()
    made = Round(0, 0)
    while backing:
        due = OwedMove.objects.due().order_by("created_at")
        marks = list(due.values_list("mark", flat=True)[:BATCH])
        if not marks:
            break
        try:
            made = made.and_then(Round(_settle(backing, marks), 0))
        except Unreachable:
            return made.and_then(Round(1, 1))
        OwedMove.objects.filter(mark__in=marks).delete()
    return made


def _settle(backing: Backing, marks: Iterable[UUID]) -> int:
    """How many had to be told. Raises Unreachable where it is not sure that they were."""
    names = [told(mark) for mark in marks]
    untold = _without_version(backing, names)
    if untold:
        backing.move([SITE, *untold])
        _without_version(backing, names)  # answers only once the move was made
    return len(untold)


def _without_version(backing: Backing, names: list[str]) -> list[str]:
    _epoch, *versions = backing.versions(names, backing.question(names))
    return [name for name, version in zip(names, versions, strict=True) if version is None]
