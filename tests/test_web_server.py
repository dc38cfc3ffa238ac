"""The web server: what its log must not say, and that it ends in good order."""

from __future__ import annotations

import http.client
import os
import runpy
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.services import free_port, wait_for_port

ROOT = Path(__file__).resolve().parents[1]
WEB = runpy.run_path(str(ROOT / "deploy/web.py"))
STAND_IN = """
import os
import pathlib
import time

def application(environ, start_response):
    if environ["PATH_INFO"] == "/slow/":
        pathlib.Path(os.environ["BEGUN"]).touch()
        time.sleep(1)
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "2")])
    return [b"ok"]
"""


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/", "/"),
        ("/prints/tidal-drift/", "/prints/tidal-drift/"),
        ("/basket/add/3/", "/basket/add/3/"),
        ("/checkout/0vJx3l_k2Q/", "/checkout/…"),
        ("/de/checkout/0vJx3l_k2Q/invoice.pdf", "/de/checkout/…"),
        ("/account/password/reset/key/4-abc/", "/account/…"),
    ],
)
def test_access_log__tells_no_key_to_what_is_private(path: str, logged: str) -> None:
    assert WEB["shortened"](path) == logged


def test_procfile__starts_this_server() -> None:
    assert "web: python -m deploy.web" in (ROOT / "deploy/Procfile").read_text().splitlines()


def test_server__finishes_what_is_under_way_and_logs_it_without_the_visitor(
    tmp_path: Path,
) -> None:
    """As it is deployed, with a stand-in for the shop."""
    (tmp_path / "bowerbird").mkdir()
    (tmp_path / "bowerbird/__init__.py").touch()
    (tmp_path / "bowerbird/wsgi.py").write_text(STAND_IN)
    port, begun = free_port(), tmp_path / "begun"
    environment = {
        "PYTHONPATH": str(tmp_path),
        "PORT": str(port),
        "WEB_HOST": "127.0.0.1",
        "BEGUN": str(begun),
    }
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "deploy.web"],
            cwd=ROOT,
            env={**os.environ, **environment, "PYTHONPATH": str(tmp_path)},
            stdout=log,
            stderr=log,
        )
    try:
        wait_for_port(port)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for path in ("/checkout/0vJx3l_k2Q/", "/search/?q=ada@example.com"):
            connection.request("GET", path, headers={"User-Agent": "Firefox"})
            assert connection.getresponse().read() == b"ok"
        connection.request("GET", "/slow/")
        while not begun.exists():
            time.sleep(0.02)
        time.sleep(0.3)  # until it is in the hands of the shop
        server.send_signal(signal.SIGTERM)
        assert connection.getresponse().read() == b"ok"
        connection.close()
        server.wait(30)
    finally:
        server.kill()
    said = (tmp_path / "log").read_text()
    assert "GET /checkout/… 200" in said
    assert "GET /search/ 200" in said
    for personal in ("0vJx3l_k2Q", "ada@", "127.0.0.1 ", "Firefox"):
        assert personal not in said
