"""`StandIn`: a pretend Stripe with an address of its own."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Thread
from types import TracebackType
from typing import Self

from .account import Account
from .app import App
from .courier import USUAL_EVENTS, Courier
from .hands import Hands
from .levers import Levers
from .server import HOST, make_server

SECRET = "whsec_stand_in"


class StandIn(Hands, Levers):
    """Serves from `with` on, in a thread.

    Without `api_key` any `sk_test_…` or `rk_test_…` is right. Webhooks go to `webhook_url`, on
    this machine only, for the types in `webhook_events` ("*" is every type): `webhook_tries`
    times at most, `webhook_backoff` seconds before the second try, doubled before each next.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        webhook_url: str | None = None,
        webhook_secret: str = SECRET,
        webhook_events: Sequence[str] = USUAL_EVENTS,
        webhook_tries: int = 4,
        webhook_backoff: float = 0.25,
        api_key: str | None = None,
    ) -> None:
        self.webhook_secret = webhook_secret
        self.account = Account(api_key, Courier(tries=webhook_tries, backoff=webhook_backoff))
        if webhook_url:
            self.add_webhook(webhook_url, webhook_secret, webhook_events)
        self._server = make_server(port, App(self))
        self.account.base_url = self.base_url
        self._thread = Thread(
            target=self._server.serve_forever, args=(0.02,), name="stripe-stand-in", daemon=True
        )

    @property
    def base_url(self) -> str:
        """For `StripeClient(key, base_addresses={"api": …})`."""
        return f"http://{HOST}:{self._server.server_port}"

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        """Wakes whoever hangs; what webhooks are still on their way is lost."""
        self.account.faults.stopping.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self.account.courier.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
