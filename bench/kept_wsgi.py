"""The shop, whose workers write down each second what visits were to the page cache so far."""

import json
import os
import time
from pathlib import Path
from threading import Thread

from bowerbird.wsgi import application
from content.live_pages.counting import stats

__all__ = ["application"]


def write_down_for_ever() -> None:
    path = Path(os.environ["STATS"], f"{os.getpid()}.json")
    unfinished = path.with_suffix(".part")
    while True:
        unfinished.write_text(json.dumps(stats()))
        unfinished.replace(path)
        time.sleep(1)


Thread(target=write_down_for_ever, daemon=True).start()
