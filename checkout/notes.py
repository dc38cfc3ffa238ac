"""What staff write on an order for each other: notes that stay, and tags to sort by."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from checkout.models import Order, OrderNote


def add_note(order: Order, text: str, author: Any) -> OrderNote:
    return OrderNote.objects.create(order=order, text=text, author=author)


def set_tags(order: Order, names: Iterable[str], actor: Any) -> None:
    """Exactly these. The history says which came and which went."""
    with transaction.atomic():
        locked = Order.objects.select_for_update().get(pk=order.pk)
        before = set(locked.tags.names())
        locked.tags.set(list(names))
        after = set(locked.tags.names())
        if before != after:
            locked.record(
                "tagged",
                actor=actor,
                **_named(added=after - before, removed=before - after),
            )


def _named(**groups: set[str]) -> dict[str, str]:
    return {group: ", ".join(sorted(names)) for group, names in groups.items() if names}
