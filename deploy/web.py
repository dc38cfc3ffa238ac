"""The shop's web server: `python -m deploy.web`. The one place for its options.

granian with threads; why it is this one: docs/decisions/0008. From the environment: PORT (it then
listens on every address, or on WEB_HOST; else on 127.0.0.1:8000), WEB_CONCURRENCY (processes),
WEB_THREADS (of each).
TERM ends it once what is under way is answered; HUP starts the processes anew, one after the other.
"""

import logging
import os
import sys
from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

# Of what belongs to one visitor the log says no more than what kind it is: an order's address is
# the key to it.
PRIVATE = ("account", "checkout", "documents", "stock-alerts")


def options(application: str = "bowerbird.wsgi") -> dict[str, Any]:
    port = os.environ.get("PORT", "")
    everywhere = "0.0.0.0" if port else "127.0.0.1"  # a container's own network
    return {
        "target": f"{application}:application",
        "address": os.environ.get("WEB_HOST", everywhere),
        "port": int(port or 8000),
        "interface": Interfaces.WSGI,
        "http": HTTPModes.http1,
        "websockets": False,
        "workers": int(os.environ.get("WEB_CONCURRENCY", "1")),
        "blocking_threads": int(os.environ.get("WEB_THREADS", "4")),
        # Each keeps its connection to PostgreSQL: while there are visitors, it stays.
        "blocking_threads_idle_timeout": 600,
        # Who takes longer for the head of a request wastes nobody's thread, and is sent away.
        "http1_settings": HTTP1Settings(header_read_timeout=15_000),
        # What a process that leaks or is lost costs: itself, in its turn, and at once another.
        "respawn_failed_workers": True,
        "respawn_interval": 20,  # seconds in which the old one serves on, while the new one loads
        "workers_lifetime": 6 * 60 * 60,
        "workers_max_rss": 512,  # MiB
        "workers_kill_timeout": 30,
        # What happened and how long it took, and not to whom: no address, no browser, no query (it
        # holds what people search for). ACCESS_LOG=off where the proxy writes one.
        "log_access": os.environ.get("ACCESS_LOG") != "off",
        "log_access_format": "[%(time)s] %(method)s %(path)s %(status)d %(dt_ms).0f ms",
        "log_dictconfig": {
            "filters": {"discreet": {"()": Discreet}},
            "handlers": {
                "console": _printing("generic", []),
                "access": _printing("access", ["discreet"]),
            },
        },
    }


def _printing(formatter: str, filters: list[str]) -> dict[str, Any]:
    return {
        "class": "logging.StreamHandler",
        "stream": "ext://sys.stdout",
        "formatter": formatter,
        "filters": filters,
    }


class Discreet(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, dict):
            record.args = {**record.args, "path": shortened(str(record.args["path"]))}
        return True


def shortened(path: str) -> str:
    """Up to the word that says that the rest is private."""
    parts = path.split("/")
    for place, part in enumerate(parts[:3]):
        if part in PRIVATE:
            return "/".join([*parts[: place + 1], "…"])
    return path


if __name__ == "__main__":
    Granian(**options(*sys.argv[1:])).serve()
