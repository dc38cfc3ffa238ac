"""A whole HTTP answer, before WSGI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from .answer import JsonObject

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    headers: Headers = ()

    @classmethod
    def json(cls, body: Any, status: int = 200, headers: Headers = ()) -> Reply:
        text = json.dumps(body, indent=2, default=vars).encode()
        return cls(status, text, [("Content-Type", "application/json"), *headers])

    @classmethod
    def html(cls, body: str, status: int = 200) -> Reply:
        return cls(status, body.encode(), [("Content-Type", "text/html; charset=utf-8")])

    @classmethod
    def see_other(cls, url: str) -> Reply:
        return cls(303, b"", [("Location", url), ("Content-Type", "text/plain")])

    @property
    def line(self) -> str:
        """The WSGI status line."""
        return f"{self.status} {HTTPStatus(self.status).phrase}"


def wrong(message: str, status: int) -> Reply:
    body: JsonObject = {"error": message}
    return Reply.json(body, status)
