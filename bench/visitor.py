"""A browser as far as a server can tell: one connection, cookies, the headers that browsers send.

Written on a socket because the client shares the machine with what it measures: a request costs it
some 50 µs, a tenth of what `http.client` takes. Every answer is looked at; one that is not as
expected ends the bench, so that no broken page is ever measured.
"""

from __future__ import annotations

import gzip
import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlencode, urlsplit

import brotli

TIMEOUT = 120  # seconds for an answer
IDLE = 1.0  # seconds after which a server may have hung up
SHOWN = 600  # characters of a wrong answer that are worth reading


class WrongAnswer(Exception):
    """Not the status, or not the text, that this page has."""


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    raw: bytes

    def header(self, name: str) -> str:
        """The first of that name; empty where there is none."""
        return next(self.headers(name), "")

    def headers(self, name: str) -> Iterator[str]:
        opening, folded = f"\r\n{name.lower()}:".encode(), self.head.lower()
        at = folded.find(opening)
        while at >= 0:
            value, _, _ = self.head[at + len(opening) :].partition(b"\r\n")
            yield value.strip().decode("latin-1")
            at = folded.find(opening, at + 1)

    @property
    def body(self) -> bytes:
        match self.header("content-encoding"):
            case "br":
                return bytes(brotli.decompress(self.raw))
            case "gzip":
                return gzip.decompress(self.raw)
            case _:
                return self.raw

    @property
    def text(self) -> str:
        """Of a page; of a redirect where it leads."""
        return self.header("location") or self.body.decode(errors="replace")


class Visitor:
    """Keeps its cookies for good, and its connection until it has been idle for a while."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        self.notes: dict[str, Any] = {}
        self.answers: deque[Answer] = deque(maxlen=20)  # the latest last
        self._origin = f"https://127.0.0.1:{port}"
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._last = 0.0
        self._seen: set[tuple[int, str]] = set()

    def in_another_window(self) -> Visitor:
        """The same person by a connection of its own."""
        other = Visitor(self.port)
        other.cookies = dict(self.cookies)
        return other

    def get(
        self, path: str, expect: str = "", *, times: int | None = None, status: int = 200
    ) -> Answer:
        """Where `times` is given, what is expected stands there so often, else once at least."""
        return self._checked(self.ask("GET", path), path, expect, status, times)

    def post(
        self, path: str, fields: dict[str, str], expect: str = "", *, status: int = 302
    ) -> Answer:
        body = urlencode(fields).encode()
        headers = (
            f"Content-Type: application/x-www-form-urlencoded\r\nOrigin: {self._origin}\r\n"
            f"Sec-Fetch-Site: same-origin\r\nReferer: {self._origin}{path}\r\n"
            f"Content-Length: {len(body)}\r\n"
        )
        return self._checked(self.ask("POST", path, headers, body), path, expect, status)

    def ask(self, method: str, path: str, headers: str = "", body: bytes = b"") -> Answer:
        """One request and its answer, whatever it is; cookies are taken and given."""
        self._connect()
        assert self._socket is not None
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if cookies:
            headers += f"Cookie: {cookies}\r\n"
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            "User-Agent: Mozilla/5.0 bench\r\nAccept: text/html,*/*\r\nAccept-Language: en-GB\r\n"
            "Accept-Encoding: gzip, deflate, br\r\nX-Forwarded-Proto: https\r\n"
            f"{headers}\r\n"
        )
        self._socket.sendall(head.encode() + body)
        answer = self._read()
        self._last = monotonic()
        self._keep(answer)
        self.answers.append(answer)
        return answer

    def rest(self) -> None:
        """Hang up, as a browser does whose visitor reads for a while."""
        if self._socket:
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        if self._socket and monotonic() - self._last < IDLE:
            return
        self.rest()
        self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""

    def _read(self) -> Answer:
        while b"\r\n\r\n" not in self._buffer:
            self._more()
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        answer = Answer(int(head[9:12]), head, b"")
        length = answer.header("content-length")
        if length:
            raw = self._take(int(length))
        elif answer.header("transfer-encoding") == "chunked":
            raw = self._chunks()
        else:
            raw = b""
        if answer.header("connection").lower() == "close":
            self.rest()
        return Answer(answer.status, head, raw)

    def _chunks(self) -> bytes:
        parts = []
        while True:
            while b"\r\n" not in self._buffer:
                self._more()
            size, _, self._buffer = self._buffer.partition(b"\r\n")
            parts.append(self._take(int(size, 16)))
            self._take(2)
            if not parts[-1]:
                return b"".join(parts)

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._more()
        taken, self._buffer = self._buffer[:count], self._buffer[count:]
        return taken

    def _more(self) -> None:
        assert self._socket is not None
        received = self._socket.recv(262_144)
        if not received:
            raise WrongAnswer("the server hung up in the middle of an answer")
        self._buffer += received

    def _keep(self, answer: Answer) -> None:
        for text in answer.headers("set-cookie"):
            pair, *attributes = [part.strip() for part in text.split(";")]
            name, _, value = pair.partition("=")
            if "max-age=0" in [one.lower() for one in attributes]:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value

    def _checked(
        self, answer: Answer, path: str, expect: str, status: int, times: int | None = None
    ) -> Answer:
        """The same bytes again need not be read again."""
        seen = (hash(answer.raw), expect)
        if answer.status == status and (
            seen in self._seen or _stands_in(answer.text, expect, times)
        ):
            if answer.raw:
                self._seen.add(seen)
            return answer
        shown = answer.text[:SHOWN] if answer.raw else answer.head.decode("latin-1")
        often = "" if times is None else f" {times} times"
        wanted = f"{status} with “{expect}”{often}"
        raise WrongAnswer(f"{path}: {answer.status}, not {wanted}:\n{shown}")


def _stands_in(text: str, expect: str, times: int | None) -> bool:
    return expect in text if times is None else text.count(expect) == times


def path_of(url: str) -> str:
    """What to ask for, of an address that may name the host."""
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
