"""`python -m tests.stripe_stand_in --port 8420 --webhook-url URL --webhook-secret whsec_…`"""

from __future__ import annotations

import argparse
import signal
from collections.abc import Sequence
from threading import Event

from .courier import USUAL_EVENTS
from .stand_in import SECRET, StandIn


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="stripe_stand_in", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--webhook-url", help="where events are posted, on this machine only")
    parser.add_argument("--webhook-secret", default=SECRET)
    parser.add_argument(
        "--webhook-event",
        action="append",
        dest="webhook_events",
        help='a type to post, may be repeated; "*" is every type',
    )
    parser.add_argument("--api-key", help="the only key that is right; else any sk_test_ key")
    return parser.parse_args(given)


def main(given: Sequence[str] | None = None) -> None:
    options = arguments(given)
    stopped = Event()
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, lambda *_: stopped.set())
    with StandIn(
        port=options.port,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        webhook_events=options.webhook_events or USUAL_EVENTS,
        api_key=options.api_key,
    ) as stripe_api:
        # The one line that whoever started us waits for.
        print(stripe_api.base_url, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
