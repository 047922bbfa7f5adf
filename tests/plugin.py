"""
Starts the tests' PostgreSQL before Django reads its settings. Loaded by `-p tests.plugin`.

Another PostgreSQL than the wheel's is named by XUECHENG_TEST_POSTGRES, the folder of its programs.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# Django and Playwright's event loop live in one thread.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
os.environ["DEMO"] = "true"


@pytest.hookimpl(wrapper=True)  # before pytest-django, which reads the settings
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    for folder in (ROOT, ROOT / "site"):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    from config.embedded import VAR, EmbeddedError, running
    from config.prepare import compile_messages

    named = os.environ.get("XUECHENG_TEST_POSTGRES")
    binaries = Path(named) if named else None
    home = VAR / (f"postgres-test-{binaries.parent.name}" if binaries else "postgres-test")
    compile_messages(ROOT / "site")
    stack = ExitStack()
    try:
        os.environ["DATABASE_URL"] = stack.enter_context(running(home, durable=False, binaries=binaries))
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from error
    early_config.add_cleanup(stack.close)
    return (yield)
