"""What the commands say while they work. Standard library only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print `title` at once, and the seconds when it is done."""
    print(f"  {title} … ", end="", flush=True)
    begun = time.monotonic()
    yield
    print(f"{time.monotonic() - begun:.1f} s", flush=True)


def last_words(log: Path, lines: int = 15) -> str:
    try:
        return f"Last lines of {log}:\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return f"{log} cannot be read: {error.strerror}."
