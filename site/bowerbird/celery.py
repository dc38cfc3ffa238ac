"""The Celery application and the one way in which the shop's tasks are queued."""

import functools
import logging
import os
from typing import Any

from celery import Celery
from celery.contrib.django.task import DjangoTask
from celery.signals import task_postrun, task_prerun
from django.db import close_old_connections, transaction

# Imported with the package, so before wsgi.py and asgi.py: a server that forgets to say which
# settings gets production, which stops and says what is missing. manage.py is for development.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bowerbird.settings.production")

logger = logging.getLogger(__name__)


class ShopTask(DjangoTask):
    """A task whose loss is survived: what is due is a query, and beat asks it again."""

    def delay_on_commit(self, *args: Any, **kwargs: Any) -> None:
        """Queue after commit; a broker that is down is logged, and never fails the request."""
        transaction.on_commit(functools.partial(self._delay_or_log, *args, **kwargs))

    def retry(self, *args: Any, exc: BaseException | None = None, **options: Any) -> Any:
        """Where tasks run in the process that asks, once more at once is of no use: it is due."""
        if self.request.is_eager and exc is not None:
            raise exc
        return super().retry(*args, exc=exc, **options)

    def _delay_or_log(self, *args: Any, **kwargs: Any) -> None:
        try:
            self.delay(*args, **kwargs)
        except Exception as error:
            if self.app.conf.task_eager_propagates:
                raise
            logger.warning("%s not queued, left to beat: %s", self.name, type(error).__name__)


app = Celery("bowerbird", task_cls=ShopTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@task_prerun.connect
@task_postrun.connect
def keep_good_connections(sender: ShopTask, **kwargs: Any) -> None:
    """Of the database, between tasks as between requests: for CONN_MAX_AGE, and looked at before
    they are used again. A task that runs within a request shares that one's.
    """
    if not sender.request.is_eager:
        close_old_connections()
