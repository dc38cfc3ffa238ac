"""Which web server: `python -m bench.web_servers [--rounds N] [--requests N]`.

granian, which the shop has, against gunicorn's threads: one process with four of them each,
production's settings, the demo shop on throw-away servers. CPU microseconds a request (user +
system) on one kept connection, requests a second by eight visitors, the wait of one visitor while
eight others take a second for each byte of their request, and what kinds of database connections
cost.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench.machine import described
from bench.processes import cpu_seconds, megabytes
from bench.rounds import in_rounds, median, table
from bench.shop import ROOT, collected_files, environment, load_demo
from bench.visitor import Visitor
from tests.services import free_port, throwaway_postgres, throwaway_redis, wait_for_port

PRODUCT = "/prints/tidal-drift/"
SLOW, TOGETHER = 8, 8
BARE = """
import os
from pathlib import Path
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], SECRET_KEY="bench", ROOT_URLCONF=__name__,
                   MIDDLEWARE=[], INSTALLED_APPS=[], DATABASES={})
BODY = Path(os.environ["BODY"]).read_bytes()

def view(request, rest):
    return HttpResponse(BODY, headers={"Content-Encoding": "br", "Vary": "Accept-Encoding"})

urlpatterns = [path("<path:rest>", view)]
application = get_wsgi_application()
"""
CONNECTIONS = {
    "one a request": 'DATABASE["CONN_MAX_AGE"] = 0',
    "kept by its thread": 'DATABASE["CONN_MAX_AGE"] = 60',
    "from a pool": 'DATABASE["CONN_MAX_AGE"] = 0\n'
    'DATABASE["OPTIONS"]["pool"] = {"min_size": 4, "max_size": 4}',
}


def gunicorn(application: str, port: int) -> list[str]:
    options = ["--threads", "4", "--workers", "1", "--log-level", "error"]
    return ["gunicorn", application, "--bind", f"127.0.0.1:{port}", *options]


def granian(application: str, port: int) -> list[str]:
    if ":" not in application:
        application += ":application"
    options = ["--interface", "wsgi", "--blocking-threads", "4", "--no-ws", "--http", "1"]
    return ["granian", application, "--port", str(port), *options, "--log-level", "error"]


COMMANDS = {"gunicorn": gunicorn, "granian": granian}


class Server:
    def __init__(self, command: Callable[[str, int], list[str]], application: str) -> None:
        self.port = free_port()
        self.command = command(application, self.port)

    @contextmanager
    def running(self, settings: Mapping[str, str], log: Path) -> Iterator[Server]:
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=ROOT,
                env={**os.environ, **settings},
                stdout=output,
                stderr=output,
            )
        self.pid = process.pid
        try:
            wait_for_port(self.port, 120)
            yield self
        finally:
            process.terminate()
            process.wait(30)


def cost(server: Server, requests: int) -> float:
    """CPU microseconds a request."""
    visitor = Visitor(server.port)
    for _ in range(5):
        visitor.get(PRODUCT)
    before = cpu_seconds(server.pid)
    for _ in range(requests):
        visitor.get(PRODUCT)
    used = cpu_seconds(server.pid) - before
    visitor.rest()
    return used / requests * 1e6


def speed(server: Server, requests: int) -> float:
    """Requests a second when several ask at once; the client's own CPU counts against it."""

    def ask() -> None:
        visitor = Visitor(server.port)
        for _ in range(requests // TOGETHER):
            visitor.get(PRODUCT)
        visitor.rest()

    visitors = [threading.Thread(target=ask) for _ in range(TOGETHER)]
    begun = time.perf_counter()
    for one in visitors:
        one.start()
    for one in visitors:
        one.join()
    return requests / (time.perf_counter() - begun)


def wait_beside_slow_ones(server: Server) -> float:
    """Seconds until somebody is served while others dribble their requests."""
    over = threading.Event()

    def dribble() -> None:
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            for letter in b"GET / HTTP/1.1\r\n"[:8]:
                connection.sendall(bytes([letter]))
                if over.wait(1):
                    return

    slow = [threading.Thread(target=dribble) for _ in range(SLOW)]
    for one in slow:
        one.start()
    time.sleep(0.5)
    begun = time.perf_counter()
    Visitor(server.port).get(PRODUCT)
    waited = time.perf_counter() - begun
    over.set()
    for one in slow:
        one.join()
    return waited


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=1000)
    options = parser.parse_args()
    print("\n".join(described()), "\n")
    with (
        tempfile.TemporaryDirectory() as folder,
        throwaway_postgres() as postgres,
        throwaway_redis() as redis,
    ):
        settings = environment(Path(folder), postgres.url, redis.url)
        with collected_files(settings), ExitStack() as stack:
            load_demo(settings)
            compare(Path(folder), settings, stack, options.rounds, options.requests)


def compare(
    folder: Path, settings: dict[str, str], stack: ExitStack, rounds: int, requests: int
) -> None:
    log = folder / "servers.log"
    python_path = {"PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}"}

    def start(command: Callable[[str, int], list[str]], name: str, **others: str) -> Server:
        server = Server(command, name)
        return stack.enter_context(server.running({**settings, **python_path, **others}, log))

    kept = {name: start(command, "bowerbird.wsgi") for name, command in COMMANDS.items()}
    body = Visitor(kept["gunicorn"].port).get(PRODUCT).raw
    (folder / "body").write_bytes(body)
    (folder / "bare.py").write_text(BARE)
    few = max(20, requests // 20)
    tasks: dict[str, Callable[[], float]] = {}
    for name, command in COMMANDS.items():
        bare = start(command, "bare:application", BODY=str(folder / "body"))
        rendered = start(command, "bowerbird.wsgi", LIVE_PAGES="off")
        tasks[f"{name}: bare view, µs"] = partial(cost, bare, requests)
        tasks[f"{name}: kept product page, µs"] = partial(cost, kept[name], requests)
        tasks[f"{name}: rendered product page, µs"] = partial(cost, rendered, few)
        tasks[f"{name}: bare view, requests/s"] = partial(speed, bare, requests)
        tasks[f"{name}: kept product page, requests/s"] = partial(speed, kept[name], requests)
        tasks[f"{name}: wait beside slow ones, s"] = partial(wait_beside_slow_ones, kept[name])
    for number, (name, lines) in enumerate(CONNECTIONS.items()):
        (folder / f"connections_{number}.py").write_text(
            "from bowerbird.settings.production import *\n"
            f'DATABASE = DATABASES["default"]\n{lines}\n'
        )
        module = {"DJANGO_SETTINGS_MODULE": f"connections_{number}", "LIVE_PAGES": "off"}
        server = start(gunicorn, "bowerbird.wsgi", **module)
        tasks[f"connection {name}: rendered product page, µs"] = partial(cost, server, few)
    found = in_rounds(tasks, rounds, tell=lambda number: print("round", number, file=sys.stderr))
    rows = [
        (name, f"{median(values):.3g}", f"{min(values):.3g}", f"{max(values):.3g}")
        for name, values in found.items()
    ]
    print(f"{len(body)} bytes by Brotli; medians of {rounds} rounds\n")
    print(table(("what", "median", "least", "most"), rows))
    for name, server in kept.items():
        print(f"{name}: {megabytes(server.pid):.0f} MB (PSS) after all of this")


if __name__ == "__main__":
    main()
