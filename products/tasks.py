"""Background work. Each task takes an id, may run twice, and is asked again by beat when late."""

from __future__ import annotations

from celery import shared_task

from content.due import Round, each
from products.importing import runs
from products.models import ProductImport


@shared_task
def work_on_import(run_id: int) -> None:
    """One slice, then a new task for the next: no task lives long."""
    if runs.work_on(run_id):
        work_on_import.delay_on_commit(run_id)


@shared_task
def work_on_due_imports() -> Round:
    """Those whose task was lost, or whose worker was killed."""
    return each(work_on_import, ProductImport.objects.due().values_list("pk", flat=True)[:20])
