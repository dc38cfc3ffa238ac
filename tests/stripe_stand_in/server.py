"""The HTTP server: threads, 127.0.0.1, no log, no name look-ups."""

from __future__ import annotations

import socketserver
import sys
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

HOST = "127.0.0.1"


class Server(socketserver.ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64
    # Handlers that hang are woken when the stand-in stops; nobody needs to join them.
    block_on_close = False

    def server_bind(self) -> None:
        """As `HTTPServer` does, without asking a name server who 127.0.0.1 is."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]
        self.setup_environ()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that timed out is gone when the answer comes: that is what is tested."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(WSGIRequestHandler):
    def get_environ(self) -> dict[str, Any]:
        return {**super().get_environ(), "stand_in.connection": self.connection}

    def log_message(self, *_: Any) -> None:
        """The requests are listed by the stand-in; nothing goes to the terminal."""


def make_server(port: int, app: WSGIApplication) -> Server:
    server = Server((HOST, port), Handler)
    server.set_app(app)
    return server
