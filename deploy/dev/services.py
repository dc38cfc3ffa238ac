"""PostgreSQL and Redis for development, kept under var/services: `services.py start` or `stop`."""

import os
import sys
import time
from pathlib import Path

from tests.services import Postgres, ProgramMissing, Redis, Server, ServerFailed, is_port_free

FOLDER = Path(__file__).resolve().parents[2] / "var" / "services"


def development_servers() -> tuple[Postgres, Redis]:
    return Postgres(FOLDER / "postgres", 54329), Redis(FOLDER / "redis", 63799)


def pid_file(server: Server) -> Path:
    return FOLDER / f"{server.name.lower()}.pid"


def runs(server: Server) -> bool:
    return pid_file(server).exists() and server.answers()


def start(server: Server) -> None:
    if runs(server):
        return
    if not is_port_free(server.port):
        raise ServerFailed(f"Port {server.port} is taken, so {server.name} cannot have it.")
    server.folder.mkdir(parents=True, exist_ok=True)
    server.start()
    pid_file(server).write_text(f"{server.pid}\n")


def stop(server: Server) -> None:
    if runs(server):
        os.kill(int(pid_file(server).read_text()), server.stop_signal)
        while server.answers():
            time.sleep(0.1)
        print(f"Stopped {server.name}.")
    else:
        print(f"{server.name} does not run.")
    pid_file(server).unlink(missing_ok=True)


def main(action: str) -> None:
    postgres, redis = servers = development_servers()
    for server in servers:
        {"start": start, "stop": stop}[action](server)
    if action == "start":
        print(
            f"PostgreSQL and Redis run, with their data in {FOLDER}. Where you use them, say:\n"
            f"\nexport DATABASE_URL={postgres.url} REDIS_URL={redis.url}\n\n"
            "Then 'make run' and 'make worker'. They end with 'make services-stop'."
        )


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except (ProgramMissing, ServerFailed) as error:
        sys.exit(str(error))
