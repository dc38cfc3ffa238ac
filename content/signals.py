from typing import Any

from django.conf import settings
from django.db.models.signals import post_save
from django.dispatch import receiver

from content import renditions
from content.models import Picture
from content.tasks import make_renditions


@receiver(post_save, sender=Picture)
def make_sizes(sender: Any, instance: Picture, raw: bool, **kwargs: Any) -> None:
    """In a worker. Where tasks run in the process that asks, an editor would wait for it: there
    `manage.py make_renditions --watch` finds the picture instead."""
    if raw:
        return
    renditions.forget_outdated(instance)
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        make_renditions.delay_on_commit(instance.pk)
