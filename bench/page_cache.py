"""What a kept page costs: `python -m bench.page_cache [--rounds N] [--requests N]`.

CPU milliseconds a request (user + system of the server's processes), by gunicorn with production's
settings on a throw-away PostgreSQL and Redis, with the demo shop in it; against a bare Django view
that returns the same bytes, without any middleware. All in one run, in rounds whose order is
shuffled, so that whatever else the machine does hits all alike.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import redis

from bench.shop import collected_files
from tests.services import free_port, throwaway_postgres, throwaway_redis

ROOT = Path(__file__).resolve().parents[1]
PAGES = {
    "product": "/prints/tidal-drift/",
    "category": "/prints/",
    "front page": "/",
}
BROWSER = {"Accept-Encoding": "gzip, deflate, br", "User-Agent": "bench"}
TICKS = os.sysconf("SC_CLK_TCK")

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

def view(request):
    return HttpResponse(BODY, headers={"Content-Encoding": "br", "Vary": "Accept-Encoding"})

urlpatterns = [path("", view)]
application = get_wsgi_application()
"""


class Server:
    """gunicorn with one worker, so that what it used is what the requests cost."""

    def __init__(self, application: str, environment: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            application,
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, "--workers", "1", "--worker-class", "sync", "--log-level", "error"],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                if self.get("/healthz") is not None:
                    return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError("the server does not answer")

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", path, headers={**BROWSER, **headers})
        response = connection.getresponse()
        response.body = response.read()  # type: ignore[attr-defined]
        connection.close()
        return response

    def cpu(self) -> float:
        """Seconds that its processes have used so far."""
        pids = [self.process.pid, *_children(self.process.pid)]
        return sum(_used(pid) for pid in pids)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def running(application: str, environment: Mapping[str, str], log: Path) -> Iterator[Server]:
    server = Server(application, environment, log)
    try:
        yield server
    finally:
        server.stop()


def measure(server: Server, path: str, requests: int, headers: Mapping[str, str]) -> float:
    """CPU milliseconds a request, once the page is warm."""
    for _ in range(3):
        server.get(path, **headers)
    before = server.cpu()
    for _ in range(requests):
        response = server.get(path, **headers)
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status}")
    return (server.cpu() - before) / requests * 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=400)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        throwaway_postgres() as postgres,
        throwaway_redis() as cache,
    ):
        environment = shop_environment(Path(folder), postgres.url, cache.url)
        with collected_files(environment):
            load_shop(environment)
            compare(Path(folder), environment, cache.url, options.rounds, options.requests)


def shop_environment(folder: Path, database: str, cache: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "bowerbird.settings.production",
        "SECRET_KEY": "bench-only-" * 8,
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "off",
        "SECURE_HSTS_SECONDS": "0",
        "DATABASE_URL": database,
        "REDIS_URL": cache,
        "CELERY_BROKER_URL": "",
        "MEDIA_ROOT": str(folder / "media"),
        "PRIVATE_ROOT": str(folder / "private"),
        "LOG_LEVEL": "ERROR",
    }


def load_shop(environment: Mapping[str, str]) -> None:
    for command in (["migrate", "-v0"], ["load_demo"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env={**os.environ, **environment, "DJANGO_SETTINGS_MODULE": "bowerbird.settings.dev"},
            check=True,
            stdout=subprocess.DEVNULL,
        )


def compare(
    folder: Path, environment: Mapping[str, str], cache: str, rounds: int, requests: int
) -> None:
    log = folder / "servers.log"
    uncached = {**environment, "LIVE_PAGES": "off"}
    with (
        running("bowerbird.wsgi", environment, log) as shop,
        running("bowerbird.wsgi", uncached, log) as slow,
    ):
        body = shop.get(PAGES["product"]).body  # type: ignore[attr-defined]
        (folder / "body").write_bytes(body)
        (folder / "bare.py").write_text(BARE)
        bare_environment = {
            "BODY": str(folder / "body"),
            "PYTHONPATH": f"{folder}:{os.environ.get('PYTHONPATH', '')}",
        }
        with running("bare:application", bare_environment, log) as bare:
            found = measured(shop, slow, bare, cache, rounds, requests)
    show(found, len(body))


def measured(
    shop: Server, slow: Server, bare: Server, cache: str, rounds: int, requests: int
) -> dict[str, list[float]]:
    etag = shop.get(PAGES["product"]).headers["ETag"]
    few = max(10, requests // 20)
    by_gzip = {"Accept-Encoding": "gzip"}
    tasks = {"bare view": partial(measure, bare, "/", requests, {})}
    for name, path in PAGES.items():
        tasks[f"{name}, kept"] = partial(measure, shop, path, requests, {})
        tasks[f"{name}, rendered"] = partial(measure, slow, path, few, {})
    tasks["product, kept, by gzip"] = partial(measure, shop, PAGES["product"], requests, by_gzip)
    tasks["product, rendered to be kept"] = partial(cold, shop, cache, few)
    for path in PAGES.values():
        for server in (shop, slow):
            for _ in range(5):
                server.get(path)
    found: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(rounds):
        for name in random.sample(list(tasks), len(tasks)):
            found[name].append(tasks[name]())
    print(f"304 instead of 200: {not_modified(shop, etag)}")
    return found


def cold(shop: Server, cache: str, requests: int) -> float:
    """Each time after everything was thrown away."""
    before, path = shop.cpu(), PAGES["product"]
    with redis.Redis.from_url(cache) as server:
        for _ in range(requests):
            server.flushall()
            shop.get(path)
    return (shop.cpu() - before) / requests * 1000


def not_modified(shop: Server, etag: str) -> bool:
    response = shop.get(PAGES["product"], **{"If-None-Match": etag})
    return response.status == 304


def show(found: Mapping[str, list[float]], size: int) -> None:
    bare = statistics.median(found["bare view"])
    print(f"{size / 1000:.1f} kB by Brotli; CPU milliseconds a request, median of the rounds\n")
    print("| what | ms | × bare | least | most |")
    print("|---|---|---|---|---|")
    for name, values in found.items():
        middle = statistics.median(values)
        print(
            f"| {name} | {middle:.3f} | {middle / bare:.2f} | {min(values):.3f}"
            f" | {max(values):.3f} |"
        )


if __name__ == "__main__":
    main()
