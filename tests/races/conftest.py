"""Races: threads that start together, each with a connection of its own, on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
from django.db import connection, connections

Result = TypeVar("Result")
PATIENCE = 60  # seconds for all threads of a race to be at the start


@pytest.fixture(autouse=True)
def _postgres(request: pytest.FixtureRequest) -> None:
    """SQLite has one writer at a time: a race there would prove nothing."""
    if connection.vendor != "postgresql":
        pytest.fail("races need PostgreSQL: python -m tests.run --phase services")


@pytest.fixture
def no_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """E-mails and PDFs stay due: they cost more than the race."""
    monkeypatch.setattr("checkout.emails.send", lambda email_id: False)
    monkeypatch.setattr("checkout.invoices.rendered", lambda invoice: invoice)
    monkeypatch.setattr("checkout.credit_notes.rendered", lambda credit_note: credit_note)


def at_once(count: int, work: Callable[[int], Result]) -> list[Result | Exception]:
    """`work(0)` … `work(count - 1)`, all begun at one moment; what each gave or raised."""
    start = threading.Barrier(count)

    def run(number: int) -> Result | Exception:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            return work(number)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(run, range(count)))


def failures(results: list[Result | Exception]) -> list[Exception]:
    return [result for result in results if isinstance(result, Exception)]
