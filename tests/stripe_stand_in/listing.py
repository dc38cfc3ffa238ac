"""Lists newest first, in pages, and `expand[]`."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from copy import deepcopy

from .account import Account
from .answer import ApiError, JsonObject, no_such

COMPARE: dict[str, Callable[[int, int], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}


def page(newest_first: Iterable[JsonObject], params: JsonObject, url: str) -> JsonObject:
    """`{"object": "list", "data": […], "has_more": …, "url": …}`, 10 unless `limit` says."""
    rows = [row for row in newest_first if within(row, params.get("created", {}))]
    limit = params.get("limit", 10)
    if "ending_before" in params:
        before = rows[: position(rows, params["ending_before"], "ending_before")]
        return envelope(before[-limit:], len(before) > limit, url)
    if "starting_after" in params:
        rows = rows[position(rows, params["starting_after"], "starting_after") + 1 :]
    return envelope(rows[:limit], len(rows) > limit, url)


def newest_first(objects: dict[str, JsonObject], **wanted: str | None) -> list[JsonObject]:
    """Those whose fields have the wanted values; a wanted None does not filter."""
    asked = {key: value for key, value in wanted.items() if value is not None}
    return [
        each
        for each in reversed(objects.values())
        if all(each[key] == value for key, value in asked.items())
    ]


def within(row: JsonObject, created: dict[str, int]) -> bool:
    return all(COMPARE[name](row["created"], bound) for name, bound in created.items())


def position(rows: list[JsonObject], identifier: str, param: str) -> int:
    for place, row in enumerate(rows):
        if row["id"] == identifier:
            return place
    raise no_such("object", identifier, param, status=400)


def envelope(rows: list[JsonObject], has_more: bool, url: str) -> JsonObject:
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def line_items(account: Account, session: JsonObject, params: JsonObject) -> JsonObject:
    """In the order they were given, unlike every other list."""
    url = f"/v1/checkout/sessions/{session['id']}/line_items"
    return page(account.lines[session["id"]], params, url)


def expanded(account: Account, body: JsonObject, paths: Iterable[str]) -> JsonObject:
    """A copy of an answer with the identifiers at `paths` replaced by their objects."""
    body = deepcopy(body)
    for path in paths:
        first, _, rest = path.partition(".")
        if body.get("object") == "list" and first == "data" and rest:
            for row in body["data"]:
                expand_one(account, row, rest, path)
        else:
            expand_one(account, body, path, path)
    return body


def expand_one(account: Account, body: JsonObject, path: str, asked: str) -> None:
    first, _, rest = path.partition(".")
    if first == "line_items" and body.get("object") == "checkout.session":
        body["line_items"] = deepcopy(line_items(account, body, {}))
        return
    objects = {
        "payment_intent": account.intents,
        "latest_charge": account.charges,
        "charge": account.charges,
    }.get(first)
    if objects is None or first not in body:
        raise ApiError(f"This property cannot be expanded ({asked}).", param="expand")
    if isinstance(body[first], str):
        body[first] = deepcopy(objects[body[first]])
    if rest and body[first] is not None:
        expand_one(account, body[first], rest, asked)
