"""The European Commission's look-up of VAT numbers (VIES), asked over its REST interface.

It answers for the tax office of a member state, which may be closed. Off without `VIES_URL`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import urllib3
from django.conf import settings

_TIMEOUT = urllib3.Timeout(connect=5, read=15)
_NAME_LENGTH = 200


class ViesUnavailable(Exception):
    """No answer, or one that says nothing about the number."""


@dataclass(frozen=True)
class Answer:
    """`name`: of the company, where its tax office tells."""

    valid: bool
    name: str = ""


def is_on() -> bool:
    return bool(settings.VIES_URL)


def look_up(number: str) -> Answer:
    """Of a number with its two letters. Raises ViesUnavailable. Call it in no transaction."""
    asked = {"countryCode": number[:2], "vatNumber": number[2:]}
    try:
        response = urllib3.PoolManager().request(
            "POST",
            f"{settings.VIES_URL}/check-vat-number",
            json=asked,
            timeout=_TIMEOUT,
            retries=False,
        )
        said = json.loads(response.data)
    except (urllib3.exceptions.HTTPError, ValueError) as error:
        raise ViesUnavailable(type(error).__name__) from error
    return _read(said, response.status)


def _read(said: Any, status: int) -> Answer:
    if status != 200 or not isinstance(said, dict) or not isinstance(said.get("valid"), bool):
        raise ViesUnavailable(f"status {status}")
    name = str(said.get("name") or "").strip(" -")
    return Answer(said["valid"], name.replace("\x00", "")[:_NAME_LENGTH])
