from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from bowerbird.middleware import DatabaseTimeoutMiddleware


class DriverError(Exception):
    """As psycopg raises it: with PostgreSQL's code."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("canceling statement due to something")
        self.sqlstate = sqlstate


def raised(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


def answer_to(error: Exception) -> HttpResponse | None:
    middleware = DatabaseTimeoutMiddleware(lambda request: HttpResponse())
    return middleware.process_exception(RequestFactory().get("/"), error)


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param(DriverError("57014"), id="statement"),
        pytest.param(DriverError("55P03"), id="lock"),
        pytest.param(DriverError("57P01"), id="being stopped"),
        pytest.param(DriverError("57P03"), id="not up yet"),
        pytest.param(DriverError("08006"), id="connection lost"),
        pytest.param(psycopg.OperationalError("connection refused"), id="nobody there"),
    ],
)
def test_database__busy_or_away_is_a_pause(cause: Exception) -> None:
    response = answer_to(raised(OperationalError("canceled"), cause))
    assert response is not None
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    body = response.content.decode()
    assert body.count("<h1") == 1
    assert "canceling" not in body


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(raised(OperationalError(), DriverError("53100")), id="disk full"),
        pytest.param(raised(OperationalError(), DriverError(None)), id="without a code"),
        pytest.param(raised(OperationalError(), None), id="without a cause"),
        pytest.param(raised(IntegrityError(), DriverError("57014")), id="another error"),
        pytest.param(ValueError("a mistake of ours"), id="a mistake of ours"),
    ],
)
def test_other_errors__stay_what_they_are(error: Exception) -> None:
    assert answer_to(error) is None


def test_request__passes_through() -> None:
    response = HttpResponse("fine")
    middleware: Any = DatabaseTimeoutMiddleware(lambda request: response)
    assert middleware(RequestFactory().get("/")) is response
