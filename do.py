#!/usr/bin/env python3
"""
The project's commands: `python3 do.py run`, and likewise test, check, bench, trials, lock. `make` calls them.

Standard library only. Makes `.venv`, installs the locked packages when the lock has changed, and goes on
inside it.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "site"))

from config.embedded import VAR, EmbeddedError, running  # noqa: E402  # they stand in site/
from config.processes import Ended, Processes, end_in_order  # noqa: E402
from config.progress import last_words, step  # noqa: E402

LOGS = VAR / "log"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
ROOMS = ["people", "sources", "paper", "intake", "jobs", "hours", "quizzes", "courses", "programmes"]
ROOMS += ["meetings", "outreach", "reports"]
PYTEST = (PYTHON, "-m", "pytest", "-p", "tests.plugin")
FIRST_HALF = ("tests/journeys", "tests/hours", "tests/bench", "tests/architecture", "tests/embedded")
"""With the tests on the older PostgreSQL about as long as all the others: they run side by side."""
BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
BROWSER_PACKAGES = ("chromium", "fonts-noto-cjk")
BROWSER_HINT = (
    "No Chromium was found. Install one, for instance: "
    f"sudo apt-get install {' '.join(BROWSER_PACKAGES)} (or set CHROMIUM to its path)"
)


def main(arguments: list[str]) -> None:
    commands = {"run": run, "test": test, "check": check, "bench": bench, "trials": trials, "lock": lock}
    if not arguments or arguments[0] not in commands:
        sys.exit(f"Usage: python3 do.py {'|'.join(commands)}")
    if sys.version_info < (3, 11):  # noqa: UP036  # to say so in a sentence
        continue_with_a_newer_python(arguments)
    if arguments[0] == "run":
        check_port(chosen_port())
    make_folders()
    make_environment("requirements.txt" if arguments[0] == "run" else "requirements-test.txt")
    if Path(sys.prefix) != VENV:
        os.execv(PYTHON, [str(PYTHON), str(ROOT / "do.py"), *arguments])
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "site"), str(ROOT)])
    try:
        sys.exit(commands[arguments[0]](arguments[1:]))
    except EmbeddedError as error:
        sys.exit(str(error))


# Before anything else


def continue_with_a_newer_python(arguments: list[str]) -> None:
    for name in ("python3.14", "python3.13", "python3.12", "python3.11"):
        python = shutil.which(name)
        if python:
            os.execv(python, [python, str(ROOT / "do.py"), *arguments])
    sys.exit(f"Python 3.11 or newer is needed, and this is {sys.version.split()[0]}. Install python3.11.")


def chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except PermissionError:
            sys.exit(f"Port {port} is reserved for root. Choose a higher one: make run PORT=8001")
        except OSError:
            other = port + 1 if port < 65535 else 8001
            sys.exit(f"Port {port} is taken by another program. Choose another: make run PORT={other}")


def make_folders() -> None:
    try:
        LOGS.mkdir(parents=True, exist_ok=True)
        for folder in (VAR, LOGS):
            probe = folder / f".probe-{os.getpid()}"
            probe.touch()
            probe.unlink()
    except OSError as error:
        sys.exit(
            f"Xuecheng keeps everything that changes in {VAR}, and cannot write to {error.filename}: "
            f"{error.strerror}. Make that path writable for this account, or free some space."
        )


def make_environment(lock_name: str) -> None:
    """Make `.venv` hold what the lock says; at once when it already does."""
    wanted = {name: digest_of(ROOT / name) for name in {"requirements.txt", lock_name}}
    if is_installed(wanted[lock_name], lock_name):
        return
    with (VAR / "install.lock").open("w") as alone:
        fcntl.flock(alone, fcntl.LOCK_EX)
        if is_installed(wanted[lock_name], lock_name):
            return
        if not PYTHON.exists() or subprocess.call([str(PYTHON), "-c", "import pip"]):
            make_virtual_environment()
        with step("Installing packages (the first time about a minute)"):
            install("--require-hashes", "-r", str(ROOT / lock_name))
        for name, digest in wanted.items():  # the tests' lock holds the other one too
            stamp(name).write_text(digest)


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamp(lock_name: str) -> Path:
    return VENV / f"{lock_name}.sha256"


def is_installed(digest: str, lock_name: str) -> bool:
    return PYTHON.exists() and stamp(lock_name).exists() and stamp(lock_name).read_text() == digest


def make_virtual_environment() -> None:
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        sys.exit(f"Python's module {missing[0]} is missing. Install it: sudo apt install python3-venv")
    with step("Making .venv"):
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
        )
    if made.returncode:
        sys.exit(f"The virtual environment {VENV} could not be made:\n{made.stdout}{made.stderr}")


def install(*what: str) -> None:
    log = LOGS / "install.log"
    with log.open("w") as file:
        command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--disable-pip-version-check", *what]
        failed = subprocess.call(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    if failed:
        sys.exit(
            f"\nThe packages could not be installed. Check the network (behind a proxy set HTTPS_PROXY, with "
            "a mirror PIP_INDEX_URL) and the free space, then start again: what was fetched is kept.\n"
            f"{last_words(log)}"
        )


# make run


def run(arguments: list[str]) -> int:
    """Serve the demonstration on this machine until Ctrl-C."""
    begun = time.monotonic()
    os.environ.setdefault("DEMO", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    os.environ["PORT"] = str(chosen_port())
    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{chosen_port()}")
    end_in_order()
    try:
        with ExitStack() as stack:
            os.environ["DATABASE_URL"] = start_database(stack)
            processes = stack.enter_context(Processes(ROOT, LOGS))
            processes.finish(PYTHON, "-m", "config.prepare")
            with step("Starting the server"):
                processes.start("server", *server(chosen_port()))
                processes.wait_for_answer(chosen_port())
            manage = (PYTHON, ROOT / "manage.py")
            worker = (*manage, "db_worker", "--no-startup-delay", "--queue-name")
            processes.start("worker", *worker, "default")
            processes.start("worker for long work", *worker, "long")
            processes.start("scheduler", *manage, "scheduler")
            print(f"\nXuecheng 学程 is ready after {time.monotonic() - begun:.1f} s.\n")
            print((VAR / "welcome.txt").read_text(encoding="utf-8"))
            print(f"Logs are in {LOGS}. Ctrl-C stops everything.", flush=True)
            processes.watch()
    except Ended:
        print("\nStopped.")
    return 0


def start_database(stack: ExitStack) -> str:
    given = os.environ.get("DATABASE_URL")
    if given:
        parts = urlsplit(given)
        place = parts.netloc.rpartition("@")[2] + parts.path  # without the password
        print(f"  Using PostgreSQL at {place} (DATABASE_URL)", flush=True)
        return given
    with step("Starting PostgreSQL"):
        return stack.enter_context(running(VAR / "postgres"))


def server(port: int) -> list[object]:
    options = f"--interface wsgi --host 127.0.0.1 --port {port} --workers 2 --blocking-threads 4 --no-ws"
    quiet = "--no-access-log --log-level warning --workers-kill-timeout 5"
    return [PYTHON, "-m", "granian", *options.split(), *quiet.split(), "config.wsgi:application"]


# make test, make check, make bench, make trials, make lock


def test(arguments: list[str]) -> int:
    """All tests; and, where PostgreSQL 15 is installed, migrations and the ledger's tests on it."""
    ensure_browser()
    return foreground(*PYTEST, *arguments) if arguments else both_halves()


def both_halves() -> int:
    """The whole suite in two processes, each with a PostgreSQL of its own: twice as quick on two cores."""
    words = "from config.prepare import ROOT, compile_messages; compile_messages(ROOT / 'site')"
    subprocess.check_call([str(PYTHON), "-c", words], cwd=ROOT)
    log = LOGS / "tests.log"
    others = [f"--ignore={folder}" for folder in FIRST_HALF]
    environment = {**os.environ, "VAR_DIR": str(VAR / "tests")}
    with log.open("w") as file:
        second = subprocess.Popen(
            [*map(str, PYTEST), "tests", *others],
            cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            failed = foreground(*PYTEST, *FIRST_HALF) or on_the_older_postgres()
        finally:
            failed_too = second.wait()
    print(f"The other half of the tests:\n{log.read_text()}", flush=True)
    return failed or failed_too


def on_the_older_postgres() -> int:
    old = Path(os.environ.get("PG15_BIN") or "/usr/lib/postgresql/15/bin")
    if not (old / "postgres").exists():
        print(f"PostgreSQL 15 is not installed ({old}): its step was left out.")
        return 0
    print(f"Migrations and the ledger's tests on the PostgreSQL in {old}:", flush=True)
    ledger = ("-p", "tests.plugin", "tests/hours", "-k", "ledger")
    return foreground(PYTHON, "-m", "pytest", *ledger, XUECHENG_TEST_POSTGRES=str(old))


def foreground(*command: object, **environment: str) -> int:
    """Run one command here on the screen. Ctrl-C reaches it too; we wait for it to end in order."""
    signal.signal(signal.SIGINT, lambda *_: None)
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env={**os.environ, **environment})
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


def chromium() -> str | None:
    """The path of a Chromium on this machine."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    return found if found and Path(found).exists() else None


def ensure_browser() -> None:
    if chromium() and has_chinese_fonts():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        packages = BROWSER_PACKAGES[1:] if chromium() else BROWSER_PACKAGES
        with step(f"Installing {' and '.join(packages)}"), (LOGS / "apt.log").open("w") as log:
            for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
                subprocess.call(
                    ["apt-get", *command], env=quiet, stdout=log, stderr=log, stdin=subprocess.DEVNULL
                )
    if not chromium():
        sys.exit(BROWSER_HINT)
    if not has_chinese_fonts():
        print("No Chinese font was found: pictures of pages will show boxes. Install fonts-noto-cjk.")


def has_chinese_fonts() -> bool:
    if sys.platform == "darwin" or any(Path("/usr/share/fonts").rglob("*CJK*")):
        return True
    listing = shutil.which("fc-list")
    return bool(listing and subprocess.run([listing, ":lang=zh"], capture_output=True, check=False).stdout)


def check(arguments: list[str]) -> int:
    """Everything that can be said about the code without running its tests."""
    os.environ.update(DJANGO_SETTINGS_MODULE="config.settings.test", DEMO="true")
    rooms = [room for room in ROOMS if (ROOT / room / "__init__.py").exists()]
    templates = sorted(str(path) for path in (ROOT / "site" / "templates").rglob("*.html"))
    tool = VENV / "bin"
    manage = (PYTHON, "manage.py")
    steps: list[tuple[str, tuple[object, ...]]] = [
        ("ruff check", (tool / "ruff", "check", "--output-format", "concise", ".")),
        ("ruff format", (tool / "ruff", "format", "--check", ".")),
        ("templates (djade)", (tool / "djade", "--check", "--target-version", "5.2", *templates)),
        ("types (mypy)", (PYTHON, "-m", "mypy", *rooms, "site/config", "do.py", "manage.py")),
        ("manage.py check", (*manage, "check")),
        ("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        ("translations", (PYTHON, "-m", "config.messages", "check")),
        ("import directions", (tool / "lint-imports", "--no-cache")),
    ]
    with running(VAR / "postgres-test", durable=False) as url, ThreadPoolExecutor(2) as pool:
        os.environ["DATABASE_URL"] = url
        failed = [title for title, passed in pool.map(check_one, steps) if not passed]
    print(f"Not in order: {', '.join(failed)}" if failed else "Everything is in order.")
    return 1 if failed else 0


def check_one(step: tuple[str, tuple[object, ...]]) -> tuple[str, bool]:
    title, command = step
    begun = time.monotonic()
    done = subprocess.run(
        [str(part) for part in command],
        cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    line = f"{'✗' if done.returncode else '✓'} {title} {time.monotonic() - begun:.1f} s"
    print(f"{line}\n{done.stdout}{done.stderr}" if done.returncode else line, flush=True)
    return title, done.returncode == 0


def bench(arguments: list[str]) -> int:
    """Measure, each row beside a limit of the same run; ONLY names one of them."""
    return with_database("tests.bench", arguments)


def trials(arguments: list[str]) -> int:
    """The long trials with faults; ONLY names one of them."""
    return with_database("tests.trials", arguments)


def with_database(module: str, arguments: list[str]) -> int:
    os.environ.setdefault("DEMO", "true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.demo")
    given = os.environ.get("DATABASE_URL")
    with nullcontext(given) if given else running(VAR / "postgres-bench") as url:
        return foreground(PYTHON, "-m", module, *arguments, DATABASE_URL=str(url))


def lock(arguments: list[str]) -> int:
    """Write both locks anew, with hashes, for every platform and Python from 3.11."""
    if not (VENV / "bin" / "uv").exists():
        with step("Installing uv"):
            install("uv")
    options = "--generate-hashes --universal --python-version 3.11 --no-header --quiet"
    for name, more in (("requirements", []), ("requirements-test", ["--constraint", "requirements.txt"])):
        command = [VENV / "bin" / "uv", "pip", "compile", *options.split(), *arguments, *more]
        failed = foreground(*command, f"{name}.in", "--output-file", f"{name}.txt")
        if failed:
            return failed
    return 0


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
