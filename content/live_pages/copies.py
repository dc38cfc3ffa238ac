"""A page as it goes over the wire, and the shelf on which a process keeps the last ones."""

from __future__ import annotations

import gzip
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from time import time
from typing import Any, NamedTuple

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import ResponseHeaders

from content.live_pages.badge import badge_for

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
SPLICED_LEVEL = 1
# How many answers a copy holds ready: both encodings, and the first baskets of different size.
MOST_READY = 6
# The browser may keep it but has to ask each time; with an ETag that costs next to nothing.
FOR_ALL = "no-cache"
FOR_ONE = "private, no-cache"


class Answer(NamedTuple):
    """What goes out, by Django or without it."""

    status: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    etag: str

    def not_modified(self) -> Answer:
        headers = tuple(one for one in self.headers if one[0] not in _OF_THE_BODY)
        return Answer("304 Not Modified", headers, b"", self.etag)

    def response(self) -> HttpResponse:
        response = HttpResponse(self.body, status=int(self.status[:3]))
        response.headers = ResponseHeaders(dict(self.headers))
        return response


@dataclass
class Copy:
    """`headers` and the packed bodies are sent as they are. `badge` is where, in the body as it
    was rendered, the badge of an empty basket begins and ends; None where it is not to be found."""

    names: tuple[str, ...]
    versions: tuple[bytes, ...]
    good_until: float  # seconds since the epoch
    etag: str
    headers: dict[str, str]
    language: str
    badge: tuple[int, int] | None
    gzipped: bytes
    brotli: bytes
    question: bytes = b""
    # By encoding and units in the basket.
    ready: dict[tuple[str, int], Answer] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, response: HttpResponse, language: str, good_until: float) -> Copy:
        body = response.content
        headers = {name: value for name, value in response.items() if name not in _OWN}
        kept = json.dumps(headers, sort_keys=True).encode()
        return cls(
            names=(),
            versions=(),
            good_until=good_until,
            etag=blake2b(kept + body, digest_size=12).hexdigest(),
            headers=headers,
            language=language,
            badge=_only_place_of(badge_for(0, language), body),
            gzipped=gzip.compress(body, GZIP_LEVEL, mtime=0),
            brotli=brotli.compress(body, quality=BROTLI_QUALITY),
        )

    @property
    def size(self) -> int:
        """In bytes, as large as it may become."""
        ready = MOST_READY * (len(self.gzipped) * 5 // 4 + 2048)
        return len(self.gzipped) + len(self.brotli) + ready + 4096

    def serves(self, units: int) -> bool:
        """Whether a visitor with so many units in the basket may get it."""
        return not units or self.badge is not None

    def answer(self, request: HttpRequest, units: int) -> Answer:
        encoding = _encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""), bool(units))
        answer = self.ready.get((encoding, units)) or self._make_ready(encoding, units)
        asked = request.META.get("HTTP_IF_NONE_MATCH")
        if asked and _names(asked, answer.etag):
            return answer.not_modified()
        return answer._replace(body=b"") if request.method == "HEAD" else answer

    def _make_ready(self, encoding: str, units: int) -> Answer:
        body = self._body(encoding, units)
        etag = f'"{self.etag}-{units}-{encoding}"'
        headers = {
            **self.headers,
            "ETag": etag,
            "Cache-Control": FOR_ONE if units else FOR_ALL,
            "Vary": "Accept-Encoding",
            "Content-Length": str(len(body)),
        }
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        answer = Answer("200 OK", tuple(headers.items()), body, etag)
        if encoding != "identity" and len(self.ready) < MOST_READY:
            self.ready[encoding, units] = answer
        return answer

    def _body(self, encoding: str, units: int) -> bytes:
        if not units:
            packed = {"br": self.brotli, "gzip": self.gzipped}
            return packed.get(encoding) or gzip.decompress(self.gzipped)
        body = self._with_badge(units)
        return body if encoding == "identity" else gzip.compress(body, SPLICED_LEVEL, mtime=0)

    def _with_badge(self, units: int) -> bytes:
        """The visitor's own in the place of the empty one."""
        assert self.badge is not None  # noqa: S101
        body = gzip.decompress(self.gzipped)
        begin, end = self.badge
        return body[:begin] + badge_for(units, self.language) + body[end:]

    # --- For other processes ------------------------------------------------------------------

    def to_bytes(self) -> bytes:
        about = {name: getattr(self, name) for name in _PLAIN}
        about["versions"] = [version.decode() for version in self.versions]
        about["lengths"] = [len(self.gzipped), len(self.brotli)]
        return json.dumps(about).encode() + b"\n" + self.gzipped + self.brotli

    @classmethod
    def from_bytes(cls, raw: bytes) -> Copy:
        about, _, bodies = raw.partition(b"\n")
        read: dict[str, Any] = json.loads(about)
        middle, _ = read.pop("lengths")
        read["names"] = tuple(read["names"])
        read["versions"] = tuple(version.encode() for version in read["versions"])
        read["badge"] = tuple(read["badge"]) if read["badge"] else None
        return cls(**read, gzipped=bodies[:middle], brotli=bodies[middle:])


_PLAIN = ("names", "good_until", "etag", "headers", "language", "badge")
# What each answer brings itself.
_OF_THE_BODY = {"Content-Type", "Content-Length", "Content-Encoding"}
_OWN = {"Content-Length", "Content-Encoding", "ETag", "Cache-Control", "Expires", "Vary"}


class Shelf:
    """The copies used last, within a number of bytes."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._copies: OrderedDict[str, tuple[Copy, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, address: str) -> Copy | None:
        with self._lock:
            found = self._copies.get(address)
            if found is None:
                return None
            self._copies.move_to_end(address)
            return found[0]

    def put(self, address: str, copy: Copy) -> None:
        size = copy.size + len(address)
        with self._lock:
            self._drop(address)
            self._copies[address] = (copy, size)
            self._bytes += size
            while self._bytes > self._most_bytes and self._copies:
                self._drop(next(iter(self._copies)))

    def _drop(self, address: str) -> None:
        _, size = self._copies.pop(address, (None, 0))
        self._bytes -= size

    def __len__(self) -> int:
        return len(self._copies)


def is_over(copy: Copy) -> bool:
    return time() >= copy.good_until


def _only_place_of(part: bytes, body: bytes) -> tuple[int, int] | None:
    begin = body.find(part)
    if begin < 0 or body.find(part, begin + 1) >= 0:
        return None
    return begin, begin + len(part)


@lru_cache(maxsize=1024)
def _encoding(accepted: str, for_one: bool) -> str:
    """Brotli for the many, gzip where the page is put together for one visitor."""
    if "br" in accepted and not for_one and _accepts("br", accepted):
        return "br"
    return "gzip" if "gzip" in accepted and _accepts("gzip", accepted) else "identity"


def _accepts(encoding: str, accepted: str) -> bool:
    for entry in accepted.split(","):
        name, _, quality = entry.partition(";")
        if name.strip() == encoding:
            return quality.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _names(asked: str, etag: str) -> bool:
    """Whether an `If-None-Match` names this version. A proxy may have made it a weak one."""
    return asked.strip() == "*" or any(
        one.strip().removeprefix("W/") == etag for one in asked.split(",")
    )
