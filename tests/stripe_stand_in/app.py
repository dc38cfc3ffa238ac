"""The WSGI application: the API, the pay page and the controls, told apart by path."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from . import pay_page
from .api import Incoming, answer
from .control import control
from .faults import HangUpError
from .reply import Reply, wrong

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from .stand_in import StandIn


class App:
    def __init__(self, stand_in: StandIn) -> None:
        self.stand_in = stand_in

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        try:
            reply = self.reply(environ)
        except HangUpError:
            # The client sees a connection that closed; what we answer reaches nobody.
            environ["stand_in.connection"].shutdown(socket.SHUT_RDWR)
            reply = wrong("gone", 500)
        start(reply.line, [*reply.headers, ("Content-Length", str(len(reply.body)))])
        return [reply.body]

    def reply(self, environ: WSGIEnvironment) -> Reply:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = read_body(environ)
        _, first, *rest = path.split("/")
        if first == "v1":
            return answer(self.stand_in.account, incoming(environ, body))
        if first == "pay" and rest:
            if method == "POST":
                return pay_page.act(self.stand_in.account, rest[0], body)
            return pay_page.show(self.stand_in.account, rest[0])
        if first == "_control" and rest:
            return control(self.stand_in, method, rest[0], body)
        return wrong(f"nothing at {path}", 404)


def read_body(environ: WSGIEnvironment) -> str:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body: Any = environ["wsgi.input"].read(length) if length else b""
    return bytes(body).decode(errors="replace")


def incoming(environ: WSGIEnvironment, body: str) -> Incoming:
    method = environ["REQUEST_METHOD"]
    return Incoming(
        method=method,
        path=environ["PATH_INFO"],
        form=environ.get("QUERY_STRING", "") if method == "GET" else body,
        authorization=environ.get("HTTP_AUTHORIZATION", ""),
        idempotency_key=environ.get("HTTP_IDEMPOTENCY_KEY"),
        stripe_version=environ.get("HTTP_STRIPE_VERSION"),
    )
