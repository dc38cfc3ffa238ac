"""Background work. Each task takes an id, may run twice, and is asked again by beat when late."""

from __future__ import annotations

import logging

from celery import shared_task

from content.due import Round, each
from products import alerts, places
from products.importing import runs
from products.models import ProductImport

logger = logging.getLogger(__name__)


@shared_task
def work_on_import(run_id: int) -> None:
    """One slice, then a new task for the next: no task lives long."""
    goes_on = runs.work_on(run_id)
    places.catch_up()  # or the next reader would
    if goes_on:
        work_on_import.delay_on_commit(run_id)


@shared_task
def work_on_due_imports() -> Round:
    """Those whose task was lost, or whose worker was killed."""
    return each(work_on_import, ProductImport.objects.due().values_list("pk", flat=True)[:20])


@shared_task
def send_alert(alert_id: int) -> bool:
    """One try. What fails (False) is tried again when its claim has run out."""
    try:
        alerts.send(alert_id)
    except Exception as error:
        # Not the error itself: mail servers quote addresses in theirs.
        logger.warning("alert %s not sent: %s", alert_id, type(error).__name__)
        return False
    return True


@shared_task
def send_due_alerts() -> Round:
    return each(send_alert, alerts.due())


@shared_task
def forget_old_alerts() -> None:
    alerts.forget_old()


@shared_task
def put_places_right() -> None:
    """So that readers find little to do."""
    places.catch_up()
