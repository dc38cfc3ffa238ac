from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models

from checkout.models.snapshots import Snapshot
from products import guards


class OrderEvent(Snapshot):
    """What happened to an order, append-only: what, when, who, and the facts of it."""

    order = models.ForeignKey("checkout.Order", on_delete=models.PROTECT, related_name="events")
    what = models.CharField(max_length=32)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    data: models.JSONField[Mapping[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.data}"


HISTORY_IS_KEPT = guards.append_only(
    OrderEvent, "What happened to an order is never changed or deleted."
)
