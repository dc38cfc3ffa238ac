"""A web server as the shop is deployed with, for ours and for whatever it is measured against."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.processes import cpu_seconds, family, megabytes, own_megabytes
from bench.shop import ROOT
from bench.visitor import Visitor
from tests.services import free_port, wait_for_port

WORKERS = 2
START = 120  # seconds


class WebServer:
    """As deploy/web.py has it, on a port of its own; without a log of each request."""

    def __init__(
        self,
        application: str,
        settings: Mapping[str, str],
        log: Path,
        *,
        workers: int = WORKERS,
        python: str | Path = sys.executable,
    ) -> None:
        self.port, self.workers = free_port(), workers
        own = {
            "PORT": str(self.port),
            "WEB_HOST": "127.0.0.1",
            "WEB_CONCURRENCY": str(workers),
            "ACCESS_LOG": "off",
        }
        self._began = time.monotonic()
        self.started_in = 0.0  # seconds
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(python), "-m", "deploy.web", application],
                cwd=ROOT,
                env={**os.environ, **settings, **own},
                stdout=output,
                stderr=output,
            )

    def wait(self) -> None:
        """For its first answer, whatever it is."""
        wait_for_port(self.port, START)
        Visitor(self.port).ask("GET", "/")
        self.started_in = time.monotonic() - self._began

    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    def megabytes(self) -> float:
        return megabytes(self.process.pid)

    def worker_megabytes(self) -> float:
        """Of one of the processes that answer; beside them is one that watches over them."""
        return (self.megabytes() - own_megabytes(self.process.pid)) / self.workers

    def stop(self) -> None:
        _end(self.process)


@contextmanager
def serving(
    application: str,
    settings: Mapping[str, str],
    log: Path,
    *,
    workers: int = WORKERS,
    python: str | Path = sys.executable,
) -> Iterator[WebServer]:
    server = WebServer(application, settings, log, workers=workers, python=python)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


@contextmanager
def background_worker(settings: Mapping[str, str], log: Path) -> Iterator[int]:
    """Celery, one task at a time; its process id."""
    command = ["-m", "celery", "-A", "bowerbird", "worker", "--concurrency", "1"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command, "--loglevel", "ERROR"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        yield process.pid
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """And whoever it leaves behind: a worker that has not started yet does not hear of it."""
    others = list(family(process.pid))[1:]
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        for pid in others:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
