"""A page as it goes over the wire, and the shelf on which a process keeps the last ones."""

from __future__ import annotations

import gzip
import json
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from hashlib import blake2b
from time import time
from typing import Any

import brotli
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseNotModified

from content.live_pages.badge import badge_for

BROTLI_QUALITY = 5
GZIP_LEVEL = 6
SPLICED_LEVEL = 1
# How many baskets of different size a copy remembers in packed form.
MOST_SPLICED = 4
# The browser may keep it but has to ask each time; with an ETag that costs next to nothing.
FOR_ALL = "no-cache"
FOR_ONE = "private, no-cache"


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
    spliced: dict[int, bytes] = field(default_factory=dict)

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
        spliced = MOST_SPLICED * len(self.gzipped) * 5 // 4
        return len(self.gzipped) + len(self.brotli) + spliced + 4096

    def serves(self, units: int) -> bool:
        """Whether a visitor with so many units in the basket may get it."""
        return not units or self.badge is not None

    def answer(self, request: HttpRequest, units: int) -> HttpResponse:
        encoding = _encoding(request.META.get("HTTP_ACCEPT_ENCODING", ""), units)
        etag = f'"{self.etag}-{units}-{encoding}"'
        headers = {
            **self.headers,
            "ETag": etag,
            "Cache-Control": FOR_ONE if units else FOR_ALL,
            "Vary": "Accept-Encoding",
        }
        if _names(request.META.get("HTTP_IF_NONE_MATCH"), etag):
            headers.pop("Content-Type", None)
            return HttpResponseNotModified(headers=headers)
        body = self._body(encoding, units)
        if encoding != "identity":
            headers["Content-Encoding"] = encoding
        headers["Content-Length"] = str(len(body))
        return HttpResponse(b"" if request.method == "HEAD" else body, headers=headers)

    def _body(self, encoding: str, units: int) -> bytes:
        if not units:
            packed = {"br": self.brotli, "gzip": self.gzipped}
            return packed.get(encoding) or gzip.decompress(self.gzipped)
        spliced = self.spliced.get(units) or self._splice(units)
        return spliced if encoding == "gzip" else gzip.decompress(spliced)

    def _splice(self, units: int) -> bytes:
        """With the visitor's own badge in the place of the empty one."""
        assert self.badge is not None  # noqa: S101
        body = gzip.decompress(self.gzipped)
        begin, end = self.badge
        own = body[:begin] + badge_for(units, self.language) + body[end:]
        packed = gzip.compress(own, SPLICED_LEVEL, mtime=0)
        if len(self.spliced) < MOST_SPLICED:
            self.spliced[units] = packed
        return packed

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


def _encoding(accepted: str, units: int) -> str:
    """Brotli for the many, gzip where the page is put together for one visitor."""
    if "br" in accepted and not units and _accepts("br", accepted):
        return "br"
    return "gzip" if "gzip" in accepted and _accepts("gzip", accepted) else "identity"


def _accepts(encoding: str, accepted: str) -> bool:
    for entry in accepted.split(","):
        name, _, quality = entry.partition(";")
        if name.strip() == encoding:
            return quality.strip().replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _names(asked: str | None, etag: str) -> bool:
    """Whether an `If-None-Match` names this version. A proxy may have made it a weak one."""
    if not asked:
        return False
    return asked.strip() == "*" or any(
        one.strip().removeprefix("W/") == etag for one in asked.split(",")
    )
