from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_scheduled() -> None:
    """Publish and expire the pages whose time has come."""
    call_command("publish_scheduled", verbosity=0)


@shared_task
def clear_sessions() -> None:
    call_command("clearsessions", verbosity=0)
