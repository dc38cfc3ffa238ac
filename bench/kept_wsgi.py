"""The shop, whose workers write down at their end what each visit was to the page cache."""

import atexit
import json
import os
from pathlib import Path

from bowerbird.wsgi import application
from content.live_pages.counting import stats

__all__ = ["application"]


@atexit.register
def write_down() -> None:
    Path(os.environ["STATS"], f"{os.getpid()}.json").write_text(json.dumps(stats()))
