"""Wagtail's search and reference indexes, kept only where a test asks for them.

Both are written anew at each save of a page: two fifths of what making a product costs.
"""

from __future__ import annotations

from typing import Any

from django_tasks.backends.immediate import ImmediateBackend

_INDEXING = ("modelsearch.tasks.", "wagtail.tasks.update_reference_index")


class OnRequest(ImmediateBackend):
    """Runs every task at once, but those that index only while `indexing` is set."""

    indexing = False

    def enqueue(self, task: Any, args: Any, kwargs: Any) -> Any:
        if not OnRequest.indexing and task.module_path.startswith(_INDEXING):
            return None
        return super().enqueue(task, args, kwargs)
