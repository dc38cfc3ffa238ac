"""Getting a picture from an address that a file gave us, and whose author we do not know.

Only http(s), only public addresses (the one that was checked is the one that is spoken to, on
every redirect anew), only so many bytes in so many seconds, and nothing is unpacked on the way.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from contextlib import suppress
from http.client import HTTPException
from threading import Timer
from typing import IO, Any
from urllib.parse import SplitResult, quote, urljoin, urlsplit

import certifi
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

CONNECT_SECONDS = 5
SILENCE_SECONDS = 10  # between two bytes
TOTAL_SECONDS = 30
MAX_BYTES = 20 * 1024 * 1024
MAX_REDIRECTS = 4
_CHUNK = 64 * 1024
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_SAFE = "/%:@!$&'()*+,;=~-._"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class NotFetched(Exception):
    """The picture is not there. The message is for the person who imports."""


def fetch(address: str, into: IO[bytes], seconds: float = TOTAL_SECONDS) -> None:
    """Write what the address holds to `into`. Raises NotFetched."""
    deadline = time.monotonic() + min(seconds, TOTAL_SECONDS)
    for _redirect in range(MAX_REDIRECTS + 1):
        try:
            redirected_to = _ask(address, into, deadline)
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            late = time.monotonic() >= deadline
            text = _("it took too long") if late else _("the server did not answer as it should")
            raise NotFetched(text) from error
        if redirected_to is None:
            return
        address = urljoin(address, redirected_to)
    raise NotFetched(_("it is redirected too often"))


def _ask(address: str, into: IO[bytes], deadline: float) -> str | None:
    """One request. Where it leads on to, if it does."""
    url = _parsed(address)
    port = url.port or (443 if url.scheme == "https" else 80)
    connection = _connection(url, port, _public_address(url.hostname or "", port), deadline)
    # Closes the socket under a server that sends a byte now and then, headers included.
    guard = Timer(max(0.0, deadline - time.monotonic()), lambda: _cut(connection))
    guard.daemon = True
    guard.start()
    try:
        connection.request("GET", _target(url), headers=_headers(url), preload_content=False)
        return _answer(connection.getresponse(), into, deadline)
    finally:
        guard.cancel()
        connection.close()


def _answer(response: BaseHTTPResponse, into: IO[bytes], deadline: float) -> str | None:
    if response.status in _REDIRECTS and response.headers.get("location"):
        return response.headers["location"]
    if response.status != 200:
        raise NotFetched(_("the server answered %(status)d") % {"status": response.status})
    received = 0
    while chunk := response.read1(_CHUNK, decode_content=False):
        received += len(chunk)
        if received > MAX_BYTES:
            raise NotFetched(_("it is larger than 20 MB"))
        if time.monotonic() > deadline:
            raise NotFetched(_("it took too long"))
        into.write(chunk)
    if received < int(response.headers.get("content-length") or 0):
        raise NotFetched(_("the server did not answer as it should"))
    return None


def _parsed(address: str) -> SplitResult:
    try:
        url = urlsplit(address)
        known = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        known = False
    if not known:
        raise NotFetched(_("this is no web address"))
    return url


def _target(url: SplitResult) -> str:
    """Path and query, with what has no place in a request line percent-encoded."""
    path = quote(url.path or "/", safe=_SAFE)
    return f"{path}?{quote(url.query, safe=_SAFE + '?')}" if url.query else path


def _headers(url: SplitResult) -> dict[str, str]:
    host = url.netloc.rpartition("@")[2]
    return {"Host": host, "Accept": "image/*", "Accept-Encoding": "identity", "User-Agent": "Bower"}


def _connection(url: SplitResult, port: int, ip: str, deadline: float) -> HTTPConnection:
    """To `ip`, which was checked; the name is only for the certificate and the Host header."""
    left = max(0.1, deadline - time.monotonic())
    connection: HTTPConnection
    if url.scheme == "https":
        connection = HTTPSConnection(
            ip,
            port,
            timeout=min(CONNECT_SECONDS, left),
            server_hostname=url.hostname,
            assert_hostname=url.hostname,
            ca_certs=certifi.where(),
            cert_reqs="CERT_REQUIRED",
        )
    else:
        connection = HTTPConnection(ip, port, timeout=min(CONNECT_SECONDS, left))
    connection.connect()
    connection.sock.settimeout(min(SILENCE_SECONDS, left))
    return connection


def _cut(connection: Any) -> None:
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


# --- Where we may go ------------------------------------------------------------------------------


def _public_address(host: str, port: int) -> str:
    """One address of the host, once all of them are seen to be public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(_("its server is not known")) from error
    # IPv4 first: many a server has no way out over IPv6.
    addresses = sorted((str(entry[4][0]) for entry in found), key=lambda address: ":" in address)
    if not addresses or not all(map(_may_be_asked, addresses)):
        raise NotFetched(_("its server is not on the public internet"))
    return addresses[0]


def _may_be_asked(address: str) -> bool:
    return is_public(address) or (settings.IMPORT_FROM_LOOPBACK and _is_loopback(address))


def is_public(address: str) -> bool:
    """Not ours, not the neighbours', and no way around through an address inside an address."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or ip.teredo
        if inside or ip in _NAT64:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _is_loopback(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback
