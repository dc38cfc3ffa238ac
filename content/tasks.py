from celery import shared_task
from django.core.management import call_command

from content import renditions
from content.due import Round, each
from content.live_pages import owed
from content.models import Picture

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
def make_due_renditions() -> Round:
    return each(make_renditions, renditions.due().values_list("pk", flat=True)[:PICTURES_A_RUN])


@shared_task
def tell_owed_moves() -> Round:
    """What the page cache was not told by whoever changed something."""
    return owed.catch_up()
