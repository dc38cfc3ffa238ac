import logging

from celery import shared_task
from django.core.management import call_command

from content import renditions
from content.models import Picture

logger = logging.getLogger(__name__)

# A later run goes on with the rest: a queue that nobody reads must not grow without end.
PICTURES_A_RUN = 500


@shared_task
def publish_scheduled() -> None:
    """Publish and expire the pages whose time has come."""
    call_command("publish_scheduled", verbosity=0)


@shared_task
def clear_sessions() -> None:
    call_command("clearsessions", verbosity=0)


@shared_task
def make_renditions(picture_id: int) -> None:
    """The sizes of one picture; those that are there stay as they are."""
    picture = Picture.objects.filter(pk=picture_id).first()
    if picture:
        renditions.make(picture)


@shared_task
def make_due_renditions() -> None:
    """Queue one task a picture, so that one that fails does not hold up the others."""
    for pk in renditions.due().values_list("pk", flat=True)[:PICTURES_A_RUN]:
        try:
            make_renditions.delay(pk)
        except Exception as error:
            logger.warning("picture %s left for the next time: %s", pk, type(error).__name__)
