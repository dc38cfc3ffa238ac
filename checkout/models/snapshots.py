from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class Snapshot(models.Model):
    """Written once with its order, then only read."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is a snapshot and never changes.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError(f"{type(self).__name__} is a snapshot and is never deleted.")
