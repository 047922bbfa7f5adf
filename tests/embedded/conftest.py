"""Folders for PostgreSQL, and other processes that use one."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SITE = Path(__file__).resolve().parents[2] / "site"
STAYS_UNTIL_TOLD = f"""
import sys
sys.path.insert(0, {str(SITE)!r})
from pathlib import Path
from config.embedded import running
with running(Path(sys.argv[1]), durable=sys.argv[2] == "durable") as url:
    print(url, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that every account can enter; pytest's own are closed."""
    folder = Path(tempfile.mkdtemp(prefix="xuecheng-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def home(folder: Path) -> Path:
    return folder / "var" / "postgres"


class Neighbour:
    """Another process inside `running`, until it is told to leave or killed."""

    def __init__(self, home: Path, kind: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", STAYS_UNTIL_TOLD, str(home), kind],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        return self.process.stdout.readline().strip()

    def leave(self) -> int:
        self.process.communicate("\n")
        return self.process.returncode

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def neighbour(home: Path) -> Iterator[Callable[..., Neighbour]]:
    neighbours: list[Neighbour] = []

    def invite(kind: str = "throwaway") -> Neighbour:
        neighbours.append(Neighbour(home, kind))
        return neighbours[-1]

    yield invite
    for one in neighbours:
        if one.process.poll() is None:
            one.leave()
