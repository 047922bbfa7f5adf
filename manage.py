#!/usr/bin/env python3
"""Django's commands, with the embedded PostgreSQL around them unless DATABASE_URL names another."""

import os
import signal
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    if find_spec("django") is None:
        _continue_in_the_virtual_environment()
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]
    demo = os.environ.get("DEMO", "true").lower() == "true"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"config.settings.{'demo' if demo else 'production'}")

    from django.core.management import execute_from_command_line

    from config.embedded import VAR, EmbeddedError, running

    if os.environ.get("DATABASE_URL"):
        execute_from_command_line(sys.argv)
        return
    # Ended by another program: leave in order, so that PostgreSQL is stopped too.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        with running(VAR / "postgres") as url:
            os.environ["DATABASE_URL"] = url
            execute_from_command_line(sys.argv)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def _continue_in_the_virtual_environment() -> None:
    python = ROOT / ".venv" / "bin" / "python"
    if not python.exists() or sys.prefix == str(ROOT / ".venv"):
        sys.exit("Django is not installed yet: run `make run` first.")
    os.execv(python, [str(python), *sys.argv])


if __name__ == "__main__":
    main()
