"""What must not be set together, said before anything is served."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured


@register
def connections_of_a_development_server(
    app_configs: Sequence[AppConfig] | None, **options: Any
) -> list[CheckMessage]:
    """With Daphne installed, `runserver` speaks ASGI. Any other server asks `refuse_under_asgi`."""
    return list(kept_connections()) if apps.is_installed("daphne") else []


def refuse_under_asgi() -> None:
    """Called where an ASGI server starts: nobody would run checks for it."""
    for error in kept_connections():
        raise ImproperlyConfigured(f"{error.msg} {error.hint}")


def kept_connections() -> list[Error]:
    """Under ASGI each request may have a thread of its own, and its connection stays behind."""
    return [
        Error(
            f"CONN_MAX_AGE of the database “{alias}” is {database['CONN_MAX_AGE']}, and under ASGI "
            "connections that are kept are never used again, until PostgreSQL has none left.",
            hint="Serve bowerbird.wsgi, or set CONN_MAX_AGE=0.",
            id="bowerbird.E001",
        )
        for alias, database in settings.DATABASES.items()
        if database.get("CONN_MAX_AGE", 0) != 0
    ]
