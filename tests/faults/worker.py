"""Celery as `make worker` runs it; and, where a test asks, asleep at one point of a task.

    python -m tests.faults.worker [SECONDS]

`SECONDS`: after how many a task of a worker that died counts as lost. STALL_AT names the point,
"before checkout.emails:build" say, and STALL_MARK the file that appears once it is reached. The
shop itself knows nothing of either.
"""

from __future__ import annotations

import os
import pkgutil
import sys
import time
from pathlib import Path
from typing import Any

import django

from bowerbird.celery import app


def stall(point: str, mark: Path) -> None:
    """Never come back from there: the worker waits to be killed."""
    when, _, path = point.partition(" ")
    module, _, name = path.partition(":")
    *inside, function = name.split(".")
    owner = pkgutil.resolve_name(f"{module}:{'.'.join(inside)}" if inside else module)
    real = getattr(owner, function)

    def asleep(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            real(*args, **kwargs)
        mark.touch()
        time.sleep(600)

    setattr(owner, function, asleep)


def main() -> None:
    if len(sys.argv) > 1:
        lost_after = {"visibility_timeout": int(sys.argv[1])}
        app.conf.broker_transport_options = {**app.conf.broker_transport_options, **lost_after}
    if point := os.environ.get("STALL_AT"):
        django.setup()
        app.loader.import_default_modules()
        stall(point, Path(os.environ["STALL_MARK"]))
    app.worker_main(["worker", "-P", "solo", "-c", "1", "-l", "INFO", "--without-mingle"])


if __name__ == "__main__":
    main()
