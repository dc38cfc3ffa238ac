"""A mail server on loopback that takes e-mails, or gives trouble to order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Event, Thread
from typing import Any

# Instead of an answer: none at all, or the end of the connection.
HANG, HANG_UP = "hang", "hang up"


class MailServer(ThreadingTCPServer):
    """`trouble`: what to answer to "HELLO", "RCPT", "DATA", "." or "QUIT" instead of yes."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.trouble: Mapping[str, str] = {}
        self.taken: list[EmailMessage] = []
        self.stopping = Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Talk(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        """One connection, until either has had enough."""
        if not self._answer("HELLO", "220 here"):
            return
        for line in self.rfile:
            word = line.strip().upper()[:4].decode("ascii", "replace")
            if word == "DATA":
                going_on = self._answer("DATA", "354 go on") and self._take()
            else:
                going_on = self._answer(word, "221 bye" if word == "QUIT" else "250 yes")
            if word == "QUIT" or not going_on:
                return

    def _take(self) -> bool:
        """The e-mail is ours at its last dot, whatever the other side hears of it."""
        content = b"".join(iter(self.rfile.readline, b".\r\n"))
        if not self.server.trouble.get(".", "").startswith(("4", "5")):
            self.server.taken.append(_read(content))
        return self._answer(".", "250 taken")

    def _answer(self, word: str, yes: str) -> bool:
        answer = self.server.trouble.get(word, yes)
        if answer == HANG:
            self.server.stopping.wait(30)
        if answer in (HANG, HANG_UP):
            return False
        self.wfile.write(f"{answer}\r\n".encode())
        return True

    def finish(self) -> None:
        with suppress(OSError):  # the other side did not wait
            super().finish()


def _read(content: bytes) -> Any:
    return message_from_bytes(content, policy=policy.default)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield server
        finally:
            server.stopping.set()
            server.shutdown()
