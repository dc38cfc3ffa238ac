"""Stripe's form encoding read back: `line_items[0][price_data][currency]=gbp` → nested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from .answer import JsonObject, ParameterError

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def read_form(encoded: str) -> JsonObject:
    """Hashes become dicts, and hashes numbered from 0 become lists; every leaf is a string."""
    return nest(parse_qsl(encoded, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, str]]) -> JsonObject:
    tree: JsonObject = {}
    for key, value in pairs:
        put(tree, path_of(key), value, key)
    return {key: settle(value, key) for key, value in tree.items()}


def path_of(key: str) -> list[str]:
    match = KEY.fullmatch(key)
    if match is None:
        raise ParameterError(f"Invalid parameter name: {key}", param=key)
    return [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]


def put(tree: JsonObject, path: list[str], value: str, key: str) -> None:
    *above, last = path
    for part in above:
        tree = tree.setdefault(part or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise ParameterError("Invalid hash", param=key)
    if isinstance(tree.get(last), dict):
        raise ParameterError("Invalid hash", param=key)
    # `expand[]=a&expand[]=b` numbers itself.
    tree[last or str(len(tree))] = value


def settle(value: Any, name: str) -> Any:
    """Lists are told from hashes by their keys; metadata is always a hash."""
    if not isinstance(value, dict):
        return value
    inner = {key: settle(item, key) for key, item in value.items()}
    if name != "metadata" and list(inner) == [str(place) for place in range(len(inner))]:
        return list(inner.values())
    return inner
