"""Which database of Redis is for what: all of them follow from the one address in `REDIS_URL`.

None is shared. `cache.clear()` empties its whole database, which must never sign anybody out, lose
a task that waits, or forget which kept page is still true.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

# How far behind the database that `REDIS_URL` names.
PLACES = {"cache": 0, "broker": 1, "sessions": 2, "pages": 3}


def addresses(url: str) -> dict[str, str]:
    """By what it is for. The number stands at the end of the path, or as `db` in the query."""
    return {use: _in_database(url, place) for use, place in PLACES.items()}


def _in_database(url: str, place: int) -> str:
    base, _, rest = url.partition("?")
    query = dict(parse_qsl(rest))
    if "db" in query or base.startswith("unix:"):
        query["db"] = str(int(query.get("db", 0)) + place)
    else:
        parts = urlsplit(base)
        base = parts._replace(path=f"/{int(parts.path.strip('/') or 0) + place}").geturl()
    return f"{base}?{urlencode(query, safe='/')}" if query else base
