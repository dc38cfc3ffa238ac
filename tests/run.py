"""The whole suite on both databases: `make test`, or `python -m tests.run [--phase NAME] [ARGS]`.

The services it needs are its own and gone when it ends. What is not an option here is pytest's.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from tests.services import (
    ProgramMissing,
    Server,
    ServerFailed,
    find_chromium,
    throwaway_postgres,
    throwaway_redis,
)

ROOT = Path(__file__).resolve().parents[1]
NO_TESTS = 5  # pytest's exit code when it collected none
_VERDICTS = {0: "ok", NO_TESTS: "no tests"}
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Configuration of a developer's shell that must not leak into tests.
CONFIGURATION = {
    *("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "EMAIL_URL", "SEARCH_URL", "SENTRY_DSN"),
    *("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE", "AWS_STORAGE_BUCKET_NAME"),
    *("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "MEDIA_ROOT", "PRIVATE_ROOT", "DEMO_PASSWORD"),
    *("RATE_LIMIT_FACTOR", "DEBUG", "LOG_LEVEL"),
}


@dataclass(frozen=True)
class Phase:
    name: str
    title: str
    marks: str
    needs_services: bool = True
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


PARALLEL = ("-n", "2")
PHASES = (
    Phase("sqlite", "SQLite", "not services and not browser", False, PARALLEL),
    Phase(
        "postgres",
        "PostgreSQL + Redis",
        "not services and not browser and not pure",
        True,
        PARALLEL,
    ),
    Phase(
        "services",
        "Races, faults, workers",
        "services and not browser",
        # Some start a server for all tests of their file.
        options=(*PARALLEL, "--dist", "loadfile"),
    ),
    Phase(
        # Playwright runs an event loop in the thread of the test; Django must not mind.
        "browser",
        "Browser",
        "browser",
        options=(*PARALLEL, "--dist", "loadscope"),
        environment={"DJANGO_ALLOW_ASYNC_UNSAFE": "true"},
    ),
)


@dataclass(frozen=True)
class Outcome:
    phase: Phase
    code: int
    output: str

    @property
    def closing_line(self) -> str:
        """Pytest's own last word, with its counts."""
        ending = r"^(?:=+ )?(?:\d+ [a-z]+|no tests ran)\b.* in [\d.]+s\b.*$"
        lines = re.findall(ending, self.output, re.MULTILINE)
        return lines[-1] if lines else f"===== pytest ended with code {self.code} ====="

    @property
    def failures(self) -> list[str]:
        return re.findall(r"^(?:FAILED|ERROR) \S.*$", self.output, re.MULTILINE)


# --- What the phases run on -----------------------------------------------------------------


def announce(server: Server) -> None:
    print(f"Started {server.name} on 127.0.0.1:{server.port} (process {server.pid}).", flush=True)


def start_services(stack: ExitStack) -> dict[str, str]:
    """Addresses of PostgreSQL and Redis: given by TEST_DATABASE_URL and TEST_REDIS_URL, or ours."""
    urls = {}
    starters: Mapping[str, Callable[[], AbstractContextManager[Server]]] = {
        # Statistics taken of a test's few rows, whenever it pleases, would change the plans.
        "DATABASE_URL": lambda: throwaway_postgres({"autovacuum": "off"}),
        "REDIS_URL": throwaway_redis,
    }
    for name, throwaway in starters.items():
        if given := os.environ.get(f"TEST_{name}"):
            urls[name] = given
            continue
        server = stack.enter_context(throwaway())
        announce(server)
        urls[name] = server.url
    return urls


@contextmanager
def base_environment() -> Iterator[dict[str, str]]:
    """Our environment without configuration, and a folder for temporary files that goes with us."""
    folder = tempfile.mkdtemp(prefix="bower-tests-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if name not in CONFIGURATION}
    environment |= {"DJANGO_SETTINGS_MODULE": "bowerbird.settings.test", "TMPDIR": folder}
    try:
        yield environment
    finally:
        shutil.rmtree(folder, ignore_errors=True)


# --- Running --------------------------------------------------------------------------------


def run_pytest(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[int, str]:
    """Run it where Ctrl-C does not reach it: it is told once, by us, and may tidy up."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        process_group=0,
    )
    try:
        output = copy_output(process)
        return process.wait(), output
    except BaseException:
        process.send_signal(signal.SIGINT)
        try:
            rest, _ = process.communicate(timeout=20)
            show(rest)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
        raise


def copy_output(process: subprocess.Popen[bytes]) -> str:
    """Show what it prints as it prints it, and return all of it without colours."""
    assert process.stdout is not None
    seen = b""
    while chunk := os.read(process.stdout.fileno(), 65_536):
        seen += chunk
        show(chunk)
    return re.sub(r"\x1b\[[\d;]*m", "", seen.decode(errors="replace"))


def show(text: bytes) -> None:
    with suppress(OSError):  # the terminal may be gone
        sys.stdout.buffer.write(text)
        sys.stdout.buffer.flush()


def run_phase(phase: Phase, arguments: Sequence[str], environment: Mapping[str, str]) -> Outcome:
    print(f"\n##### {phase.title} #####", flush=True)
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    command = [*phase.options, *colour, "-m", phase.marks, *arguments]
    code, output = run_pytest(command, {**environment, **phase.environment})
    return Outcome(phase, code, output)


def run_phases(phases: Sequence[Phase], arguments: Sequence[str]) -> Iterator[Outcome]:
    with ExitStack() as stack:
        environment = stack.enter_context(base_environment())
        for phase in phases:
            if phase.needs_services and "DATABASE_URL" not in environment:
                environment |= start_services(stack)
            if phase.name == "browser":
                environment["CHROMIUM"] = str(find_chromium())
            yield run_phase(phase, arguments, environment)


def print_summary(outcomes: Sequence[Outcome]) -> None:
    """Failures once more, then the closing line of each phase."""
    print("\n##### Summary #####")
    for outcome in outcomes:
        for failure in outcome.failures:
            print(f"{outcome.phase.title}: {failure}")
    for outcome in outcomes:
        print(f"{outcome.phase.title}: {_VERDICTS.get(outcome.code, 'FAILED')}")
        print(outcome.closing_line, flush=True)


def interrupt(number: int, frame: FrameType | None) -> None:
    """A second signal must not stop us from stopping what we started."""
    for each in ENDINGS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.run", description=__doc__, allow_abbrev=False)
    names = [phase.name for phase in PHASES]
    parser.add_argument("--phase", action="append", choices=names, help="only this one; repeatable")
    options, arguments = parser.parse_known_args()
    phases = [phase for phase in PHASES if phase.name in (options.phase or names)]
    for each in ENDINGS:
        if signal.getsignal(each) != signal.SIG_IGN:  # as under nohup
            signal.signal(each, interrupt)

    outcomes: list[Outcome] = []
    problem = ""
    try:
        for outcome in run_phases(phases, arguments):
            outcomes.append(outcome)
    except (ProgramMissing, ServerFailed) as error:
        problem = f"The tests are not complete: {error}"
    except KeyboardInterrupt:
        problem = "Interrupted; everything that was started has been stopped."
    if outcomes:
        print_summary(outcomes)
    if problem:
        print(problem, file=sys.stderr)
    # A selection may leave a phase empty, but not all of them; the whole suite may leave none.
    ran = [outcome for outcome in outcomes if not (arguments and outcome.code == NO_TESTS)]
    return 1 if problem or not ran or any(outcome.code for outcome in ran) else 0


if __name__ == "__main__":
    sys.exit(main())
